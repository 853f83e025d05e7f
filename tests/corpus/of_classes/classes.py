"""Classes by value."""

from __future__ import annotations

from .. import family

case = family(__name__)

case(
    "`__main__` class + instance",
    """
    class C:
        k = 2
        def __init__(self, x): self.x = x
        def m(self): return self.x * self.k
    o = C, C(5)
    """,
    """
    C, c = o
    assert c.m() == 10 and type(c) is C and C(1).m() == 2
    assert C.__module__ == '__main__'
    """,
    protocols=(2, 3, 4),
)

case(
    "local class + instance",
    """
    def make():
        class C:
            def m(self): return 'm', C
        return C
    C = make()
    o = C, C()
    """,
    """
    C, c = o
    assert c.m() == ('m', C) and type(c) is C
    """,
    protocols=(2, 3, 4),
)

case(
    "local class: `__qualname__`, method `__qualname__`, `__doc__`",
    """
    def make():
        class C:
            'Doc.'
            def m(self): 'M.'
        return C
    o = make()
    """,
    """
    assert o.__qualname__ == 'make.<locals>.C'
    assert o.m.__qualname__ == 'make.<locals>.C.m' and o.__doc__ == 'Doc.'
    assert o.m.__doc__ == 'M.'
    """,
)

case(
    "class without a docstring, and one with None",
    """
    class A: pass
    class B:
        __doc__ = None
    o = A, B
    """,
    "assert o[0].__doc__ is None and o[1].__doc__ is None",
)

case(
    "order of a class's attributes",
    """
    class C:
        z = 1
        a = 2
        m = 3
        def f(self): pass
    o = C
    """,
    "assert [n for n in vars(o) if not n.startswith('_')] == ['z', 'a', 'm', 'f']",
)

case(
    "`__main__` instance: method calls another `__main__` class",
    """
    class B:
        def __init__(self, n): self.n = n
    class A:
        def m(self): return B(4)
    o = A()
    """,
    "assert o.m().n == 4 and type(o.m()) is type(o.m()) and type(o.m()).__name__ == 'B'",
)

case(
    "class with a name set by hand",
    """
    class C: pass
    C.__name__ = 'Renamed'
    C.__qualname__ = 'Some.Renamed'
    C.__module__ = 'gone'
    o = C
    """,
    "assert (o.__name__, o.__qualname__, o.__module__) == ('Renamed', 'Some.Renamed', 'gone')",
)

case(
    "type(name, bases, dict)",
    "o = type('Made', (), {'x': 1, 'f': lambda self: self.x})",
    "assert o().f() == 1 and o.__name__ == 'Made'",
)

case(
    "types.new_class and type with non-identifier names",
    """
    import types
    o = types.new_class('a b', (), {}, lambda ns: ns.update({'x-y': 1})), type('é', (), {'with space': 2})
    """,
    """
    a, b = o
    assert a.__name__ == 'a b' and vars(a)['x-y'] == 1 and vars(b)['with space'] == 2
    """,
)

case(
    "class attributes added and deleted afterwards",
    """
    class C:
        x = 1
        y = 2
        def m(self): return self.z
    del C.x
    C.z = 3
    C.y = 4
    o = C
    """,
    "assert not hasattr(o, 'x') and (o.y, o.z, o().m()) == (4, 3, 3)",
)

case(
    "monkeypatched method with another module's globals",
    """
    import helper
    class C: pass
    C.m = helper.m
    o = C()
    """,
    "assert o.m() == 'helped'",
    modules={
        "helper.py": """
            K = 'helped'
            def m(self): return K
            """,
    },
)

case(
    "class with __del__",
    """
    class C:
        gone = []
        def __del__(self): C.gone.append(1) if C else None
    o = [C(), C]
    """,
    """
    C = o[1]
    del o[0]
    import gc
    gc.collect()
    assert C.gone == [1]
    """,
)

case(
    "class with a weakref to itself as attribute",
    """
    import weakref
    class C: pass
    C.ref = weakref.ref(C)
    o = C
    """,
    "assert o.ref() is o",
)

case(
    "class attribute that holds a lock",
    """
    import threading
    class C:
        lock = threading.Lock()
        def m(self):
            with self.lock: return 1
    o = C()
    """,
    "assert o.m() == 1",
)

case(
    "class attribute that cannot be pickled is named in the error",
    """
    import hashlib
    class C:
        digest = hashlib.sha256()
    o = C()
    """,
    refused="digest",
)

case(
    "callable class, generator method, async method, contextmanager method",
    """
    import contextlib
    class C:
        def __call__(self): return 1
        def gen(self): yield 2
        async def co(self): return 3
        @contextlib.contextmanager
        def cm(self): yield 4
    o = C()
    """,
    """
    import asyncio
    assert o() == 1 and list(o.gen()) == [2] and asyncio.run(o.co()) == 3
    with o.cm() as v: assert v == 4
    """,
)

case(
    "class of a module registered by value",
    """
    import lib
    o = lib.B()
    """,
    """
    import sys
    assert o.m() == ('B', 'A', 10) and 'lib' not in sys.modules
    assert type(o).__module__ == 'lib'
    """,
    by_value=("lib",),
    modules={
        "lib.py": """
            K = 10
            class A:
                def m(self): return ('A', K)
            class B(A):
                def m(self): return ('B', *super().m())
            """,
    },
    reader_modules={},
)

case(
    "many classes of one module, each once in the payload",
    """
    class A: pass
    class B:
        a = A
    class C(B):
        b = B
    o = [A, B, C, A(), B(), C()]
    """,
    """
    A, B, C, a, b, c = o
    assert B.a is A and C.b is B and C.__base__ is B and type(c) is C
    """,
)

case(
    "final, deprecated and overridden markers",
    """
    import typing, warnings
    @typing.final
    class C:
        @typing.final
        def m(self): return 1
    o = C
    """,
    "assert o.__final__ is True and o.m.__final__ is True",
)

case(
    "warnings.deprecated class and function",
    """
    import warnings
    @warnings.deprecated('gone soon')
    class C: pass
    @warnings.deprecated('gone')
    def f(): return 1
    o = C, f
    """,
    """
    import warnings
    warnings.simplefilter('ignore')
    C, f = o
    assert f() == 1 and isinstance(C(), C) and C.__deprecated__ == 'gone soon'
    assert f.__deprecated__ == 'gone'
    """,
    min_version=(3, 13),
)

case(
    "__firstlineno__ and __static_attributes__",
    """
    class C:
        def __init__(self): self.x = 1
    o = C
    """,
    "assert o.__firstlineno__ == 1 and o.__static_attributes__ == ('x',)",
    min_version=(3, 13),
    not_on_pypy="CPython 3.13",
)

case(
    "containers of hashed instances as attributes of their class",
    """
    class C:
        def __init__(self, v): self.v = v
        def __eq__(self, other): return self.v == other.v
        def __hash__(self): return hash(self.v)
    C.one = C(1)
    C.names = {C.one: 'one'}
    C.known = {C(7)}
    o = C.one
    """,
    """
    C = type(o)
    assert C.one is o and C.names[o] == 'one' and C(7) in C.known and C(1) in C.names
    """,
)

case(
    "class annotations changed by hand",
    """
    class C:
        x: int
    C.__annotations__['y'] = float
    class D: pass
    D.__annotations__ = {'z': int}
    o = C, D
    """,
    """
    C, D = o
    assert C.__annotations__ == {'x': int, 'y': float} and D.__annotations__ == {'z': int}
    """,
)

case(
    "attributes that are integers too long for decimal text",
    """
    class A:
        x = 1 << 20000
        y = -x
        r = range(x, x + 3)
        def m(self): return 1 << 15000
    class B:
        x = (1 << 20000) + 1
    o = A, B, A()
    """,
    "assert o[0].x == 1 << 20000 and o[0].y == -o[0].x and o[1].x - o[0].x == 1 and len(o[0].r) == 3 and o[2].m() == 1 << 15000",
)

case(
    "list subclass that is a constant of itself",
    """
    class L(list):
        def head(self): return self[0]
    L.EMPTY = L()
    L.ONE = L([1])
    o = L
    """,
    "assert type(o.EMPTY) is o and o.EMPTY == [] and o.ONE.head() == 1",
)

case(
    "class that a reducer of its own attribute changes while it is dumped",
    """
    class P:
        def __reduce__(self):
            M.seen = True
            return P, ()
    class M:
        p = P()
        last = 1
    o = M
    """,
    "assert type(o.p).__name__ == 'P' and o.last == 1",
)

case(
    "object whose attribute's reducer changes it while it is dumped",
    """
    class P:
        def __reduce__(self):
            vars(M.held).setdefault('more', 1)
            return P, ()
    class Held: pass
    class M:
        held = Held()
        held.first = P()
        held.last = 2
    o = M
    """,
    "assert o.held.last == 2",
)
