"""Abstract base classes and virtual subclasses."""

from __future__ import annotations

from .. import family

case = family(__name__)

case(
    "ABC with virtual subclass",
    """
    import abc
    class A(abc.ABC):
        @abc.abstractmethod
        def m(self): ...
    class V: pass
    A.register(V)
    class Real(A):
        def m(self): return 1
    o = A, V(), Real()
    """,
    """
    A, v, r = o
    assert isinstance(v, A) and isinstance(r, A) and not isinstance(1, A) and r.m() == 1
    assert A.__abstractmethods__ == {'m'}
    try: A()
    except TypeError: pass
    else: assert False
    """,
)

case(
    "ABC with builtin virtual subclasses, abstract property and classmethod",
    """
    import abc
    class A(abc.ABC):
        @property
        @abc.abstractmethod
        def p(self): ...
        @classmethod
        @abc.abstractmethod
        def c(cls): ...
    A.register(int)
    A.register(list)
    o = A
    """,
    """
    assert isinstance(1, o) and issubclass(list, o) and not isinstance('', o)
    assert o.__abstractmethods__ == {'p', 'c'}
    """,
)

case(
    "abstract method added later, update_abstractmethods",
    """
    import abc
    class A(abc.ABC): pass
    class B(A): pass
    B.m = abc.abstractmethod(lambda self: 1)
    abc.update_abstractmethods(B)
    o = B
    """,
    "assert o.__abstractmethods__ == {'m'}",
)

case(
    "ABC registered by a virtual subclass of a virtual subclass",
    """
    import abc
    class A(abc.ABC): pass
    class B(abc.ABC): pass
    class V: pass
    A.register(B)
    B.register(V)
    o = A, V, B  # the registry of A holds B weakly
    """,
    """
    A, V, _ = o
    assert issubclass(V, A)
    """,
)

case(
    "ABC with __subclasshook__",
    """
    import abc
    class Quacks(abc.ABC):
        @classmethod
        def __subclasshook__(cls, c): return hasattr(c, 'quack') or NotImplemented
    class Duck:
        def quack(self): pass
    o = Quacks, Duck()
    """,
    """
    Q, d = o
    assert isinstance(d, Q) and not isinstance(1, Q)
    """,
)

case(
    "subclass of collections.abc",
    """
    import collections.abc
    class M(collections.abc.MutableMapping):
        def __init__(self): self.d = {}
        def __getitem__(self, k): return self.d[k]
        def __setitem__(self, k, v): self.d[k] = v
        def __delitem__(self, k): del self.d[k]
        def __iter__(self): return iter(self.d)
        def __len__(self): return len(self.d)
    m = M()
    m['a'] = 1
    o = m
    """,
    """
    assert dict(o) == {'a': 1} and o.pop('a') == 1
    assert isinstance(o, __import__('collections').abc.Mapping)
    """,
)
