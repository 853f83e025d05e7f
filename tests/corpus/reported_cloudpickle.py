"""What users of cloudpickle and numba reported; each case names the issue."""

from __future__ import annotations

from . import EQUAL_STRINGS, family

case = family(__name__)

case(
    "loading beside the live class leaves its closures alone (cloudpickle 376)",
    """
    import pickle
    def make():
        log = []
        class Foo:
            def __init__(self): log.append(1)
        return Foo, log
    Foo, log = make()
    f = Foo()
    g = pickle.loads(pickler.dumps(f))
    Foo()
    type(g)()
    assert len(log) == 3, log
    o = Foo, log
    """,
    """
    Foo, log = o
    Foo()
    assert len(log) == 4
    """,
    unstable="each process computes the second key of a class that has changed",
)

case(
    "class attribute __dict__ (cloudpickle 282)",
    """
    class A: __dict__ = {'some': 1}
    o = A
    """,
    "assert o().__dict__ == {'some': 1}",
)

case(
    "update_wrapper on an instance, with lazy annotations (cloudpickle 585)",
    """
    import functools, helper
    class W:
        def __init__(self, f):
            self.f = f
            functools.update_wrapper(self, f)
        def __call__(self, *a): return self.f(*a)
    def mine(x: int) -> str: return str(x)
    o = W(helper.original), W(mine)
    """,
    """
    a, b = o
    assert a('x') == 'x' and b(1) == '1' and a.__wrapped__ is __import__('helper').original
    assert (b.__annotate__(1) if hasattr(b, '__annotate__') else b.__annotations__) == {'x': int, 'return': str}
    """,
    modules={"helper.py": "def original(x: str) -> str: return x"},
    unstable=EQUAL_STRINGS,
)

case(
    "update_wrapper of an annotated ABC method (cloudpickle 594)",
    """
    import abc, functools
    class A(abc.ABC):
        field: int
        @abc.abstractmethod
        def m(self, x: int) -> int: ...
    class B(A):
        def m(self, x: int) -> int: return x + 1
    class W:
        def __init__(self, f): self.f = f; functools.update_wrapper(self, f)
    o = W(B.m), B
    """,
    """
    w, B = o
    assert w.f(B(), 1) == 2
    """,
)

case(
    "annotated abstract class (cloudpickle 572)",
    """
    import abc
    def make():
        class Model(abc.ABC):
            field: int
            @abc.abstractmethod
            def m(self): ...
        return Model
    o = make()
    """,
    "assert o.__annotations__ == {'field': int} and o.__abstractmethods__ == {'m'}",
)

case(
    "bound method of an unhashable builtin (cloudpickle 139)",
    """
    d = {'a': 1}
    o = d.get, d, {1, 2}.union
    """,
    """
    get, d, union = o
    d['b'] = 2
    assert get('b') == 2 and union({3}) == {1, 2, 3}
    """,
)

case(
    "closure over a set (cloudpickle 86)",
    """
    def f():
        s = {1, 2}
        def g(): return len(s)
        return g
    o = f()
    """,
    "assert o() == 2",
    has_sets=True,
)

case(
    "class used only as an expression in a function (cloudpickle 131)",
    """
    class Foo: pass
    def o():
        Foo
        return 1
    """,
    "assert o() == 1 and o.__globals__['Foo'].__name__ == 'Foo'",
)

case(
    "class variable and property of a generic base (cloudpickle 463)",
    """
    import typing
    T = typing.TypeVar('T')
    class Base(typing.Generic[T]):
        foo = 'bar'
        @property
        def p(self): return 'p'
    class Child(Base): pass
    o = Child()
    """,
    "assert o.foo == 'bar' and o.p == 'p'",
)

case(
    "slots in a base, a dictionary in the subclass (cloudpickle 311)",
    """
    class Base: __slots__ = []
    class Inherited(Base):
        def __init__(self, v): self.v = v
    o = Inherited(1)
    """,
    "assert o.v == 1",
)

case(
    "isinstance caches of an ABC do not travel (cloudpickle 302)",
    """
    import abc
    class A(abc.ABC): pass
    first = pickler.dumps(A)
    isinstance({}.values(), A)
    issubclass(int, A)
    assert pickler.dumps(A) == first
    o = A
    """,
    "assert not isinstance(1, o)",
)

case(
    "a base that adds nothing is kept (cloudpickle 473)",
    """
    class A: pass
    class B: pass
    class C(A, B): pass
    class D(C): pass
    o = D()
    """,
    "assert [c.__name__ for c in type(o).__mro__] == ['D', 'C', 'A', 'B', 'object']",
)

case(
    "a mutated class that is loaded again (numba 7356)",
    """
    class Klass: var = None
    def mutate(): Klass.var = 100
    def read(): return Klass.var
    o = pickler.dumps((mutate, read, Klass))
    """,
    """
    import pickle
    mutate, read, K = pickle.loads(o)
    mutate()
    assert read() == 100
    m2, r2, K2 = pickle.loads(o)
    assert K2 is K and r2() == 100
    """,
)

case(
    "monkeypatched module, registered by value (cloudpickle 586)",
    """
    import tdb
    tdb.f = lambda: 'patched'
    def o(): return tdb.f()
    """,
    "assert o() == 'patched'",
    by_value=("tdb",),
    modules={"tdb.py": "def f(): return 'original'"},
)

case(
    "signature with annotations (cloudpickle 312)",
    """
    import inspect, typing
    class C:
        def __init__(self, other: typing.Optional[typing.Union[int, str]] = None): pass
    def wrapped(*a, **k): return C(*a)
    wrapped.__signature__ = inspect.signature(C.__init__)
    o = wrapped
    """,
    """
    import inspect
    assert list(inspect.signature(o).parameters) == ['self', 'other']
    """,
)

case(
    "Optional in class annotations (cloudpickle 317)",
    """
    import typing
    class C:
        prop: typing.Optional[int]
    o = C
    """,
    """
    import typing
    assert o.__annotations__ == {'prop': typing.Optional[int]}
    """,
)

case(
    "the same strings as argument, attribute and method name (cloudpickle 524)",
    """
    class A:
        'Class with strings.'
        arg_1 = 'join'
        def join(self, arg_1): return self.arg_1 + arg_1
    o = A
    """,
    "assert o().join('x') == 'joinx'",
)

case(
    "nested function's names and constants (cloudpickle 120)",
    """
    def test1():
        def test2(): pass
        return test2
    o = test1
    """,
    "assert o().__name__ == 'test2'",
)

case(
    "docstring of __init__ and order of the class's attributes (cloudpickle 533)",
    """
    class A:
        def __init__(self):
            'Class definition with explicit __init__'
        b = 1
        a = 2
    o = A
    """,
    """
    assert o.__init__.__doc__.startswith('Class')
    assert [n for n in vars(o) if n in 'ab'] == ['b', 'a']
    """,
)

case(
    "equal strings in user data (cloudpickle 453)",
    """
    import sys
    key = 'a key'
    class C: pass
    c = C()
    setattr(c, key, [key, ''.join(['a ', 'key'])])
    o = c
    """,
    "assert vars(o) == {'a key': ['a key', 'a key']}",
    unstable=EQUAL_STRINGS,
)
