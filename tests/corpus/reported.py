"""What users of cloudpickle, dill and CPython reported; each case names the issue."""

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
)

case(
    "loading beside the live function gives a function of its own",
    """
    import pickle
    n = 0
    def inc():
        global n
        n += 1
        return n
    copy = pickle.loads(pickler.dumps(inc))
    assert copy() == 1 and copy() == 2 and n == 0
    o = inc
    """,
    "assert o() == 1",
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
    "module global that a registered module's function sees",
    """
    import tdb
    tdb.K = 'changed'
    o = tdb.f
    """,
    "assert o() == 'changed'",
    by_value=("tdb",),
    modules={
        "tdb.py": """
            K = 'original'
            def f(): return K
            """,
    },
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
    "function and module of one name (dill 604)",
    """
    import pkg
    o = pkg.somefunc, pkg.modfunc
    """,
    """
    import pkg
    assert o == (pkg.somefunc, pkg.modfunc)
    """,
    modules={
        "pkg/__init__.py": """
            from pkg.somefunc import somefunc
            from pkg.somemod import modfunc
            """,
        "pkg/somefunc.py": "def somefunc(): return 1",
        "pkg/somemod.py": "def modfunc(): return 2",
    },
)

case(
    "importable function that says it is __main__'s (dill 482)",
    """
    import ext
    ext.f.__module__ = '__main__'
    o = ext.f
    """,
    "assert o() == 5",
    modules={
        "ext.py": """
            K = 5
            def f(): return K
            """,
    },
)

case(
    "class method that refers to the class by name, and super(B, self) (dill 229)",
    """
    def make():
        class B:
            y = 1
            def __init__(self): super(B, self).__init__(); self.m = B.bar
            def bar(self, x): return x + B.y
        return B
    o = make()
    """,
    """
    b = o()
    assert b.m(b, 1) == 2
    """,
)

case(
    "namedtuple in a class, and a badly named one (dill 71, 132)",
    """
    import collections
    class T:
        B = collections.namedtuple('B', 'x')
    X = collections.namedtuple('Y', ['a', 'b'])
    o = T.B(1), X(0, 1), T, X
    """,
    """
    b, x, T, X = o
    assert b.x == 1 and type(b) is T.B and x == X(0, 1) and x.b == 1
    assert type(x).__name__ == 'Y'
    """,
)

case(
    "abstract property, classmethod and staticmethod (dill 365)",
    """
    import abc
    class A(abc.ABC):
        @property
        @abc.abstractmethod
        def p(self): ...
        @classmethod
        @abc.abstractmethod
        def c(cls): ...
        @staticmethod
        @abc.abstractmethod
        def s(): ...
    o = A.__dict__['p'], A.__dict__['c'], A.__dict__['s'], A
    """,
    """
    p, c, s, A = o
    assert p.__isabstractmethod__ and c.__isabstractmethod__ and s.__isabstractmethod__
    assert A.__abstractmethods__ == {'p', 'c', 's'} and A.__dict__['p'] is p
    """,
)

case(
    "numpy imported as a global name (dill 126)",
    """
    import numpy as np
    def o(): return np
    """,
    """
    import numpy
    assert o() is numpy
    """,
    needs=("numpy",),
)

case(
    "lambda in a class body, comprehension in a class body (dill)",
    """
    class C:
        n = 3
        fs = [lambda x, i=i: x * i for i in range(3)]
        sq = {i: i * i for i in range(n)}
    o = C
    """,
    "assert [f(2) for f in o.fs] == [0, 2, 4] and o.sq == {0: 0, 1: 1, 2: 4}",
)

case(
    "function with __globals__ that hold the function under another name",
    """
    def f(n): return 1 if n == 0 else n * alias(n - 1)
    alias = f
    del f
    o = alias
    """,
    "assert o(5) == 120 and o.__globals__['alias'] is o",
)

case(
    "global that is rebound after the function was dumped once",
    """
    K = 1
    def f(): return K
    one = pickler.dumps(f)
    K = 2
    two = pickler.dumps(f)
    o = one, two
    """,
    """
    import pickle
    assert [pickle.loads(b)() for b in o] == [1, 2]
    """,
)

case(
    "class attribute that is rebound between two dumps",
    """
    class C: x = 1
    one = pickler.dumps(C)
    C.x = 2
    two = pickler.dumps(C())
    o = two
    """,
    """
    import pickle
    assert pickle.loads(o).x == 2
    """,
)

case(
    "partial of a bound method of a by-value instance",
    """
    import functools
    class C:
        def __init__(self): self.n = 1
        def add(self, a, b): return self.n + a + b
    o = functools.partial(C().add, 10)
    """,
    "assert o(5) == 16",
)

case(
    "decorated method with access to the instance",
    """
    import functools
    def log(f):
        @functools.wraps(f)
        def w(self, *a):
            self.calls.append(f.__name__)
            return f(self, *a)
        return w
    class C:
        def __init__(self): self.calls = []
        @log
        def m(self, x): return x
    o = C()
    """,
    "assert o.m(3) == 3 and o.calls == ['m']",
)

case(
    "recursive lambda stored in a dictionary",
    """
    table = {}
    table['fact'] = lambda n: 1 if n < 2 else n * table['fact'](n - 1)
    o = table
    """,
    """
    assert o['fact'](5) == 120
    assert o['fact'].__globals__['table'] is o
    """,
)

case(
    "nested exec that defines functions with a shared namespace",
    r"""
    ns = {'__name__': '__main__'}
    exec('x = 1\ndef g(): return x\ndef f():\n    global x\n    x += 1\n    return g()', ns)
    o = ns['f'], ns['g']
    """,
    """
    f, g = o
    assert f() == 2 and g() == 2
    """,
)

case(
    "star-imported names",
    """
    from math import *
    from os.path import *
    def o(x): return sqrt(x), join('a', 'b')
    """,
    "assert o(4)[0] == 2.0",
)

case(
    "try/except with a global exception class, with-statement, match",
    """
    class Err(Exception): pass
    class Pt:
        __match_args__ = ('x',)
        def __init__(self, x): self.x = x
    def o(v):
        try:
            match v:
                case Pt(x): return x
                case str(): raise Err('s')
        except Err as e: return str(e)
    pt = Pt
    def mk(x): return Pt(x)
    o = o, mk
    """,
    """
    f, mk = o
    assert f(mk(5)) == 5 and f('') == 's'
    """,
)

case(
    "async context manager, async comprehension and gather in a class",
    """
    import asyncio
    class C:
        async def __aenter__(self): return self
        async def __aexit__(self, *a): self.closed = True
        async def __aiter__(self):
            for i in range(3): yield i
        async def run(self):
            async with self as s:
                got = [i async for i in s]
            return got, await asyncio.gather(*(self.one(i) for i in got))
        async def one(self, i): return i * 2
    o = C()
    """,
    """
    import asyncio
    assert asyncio.run(o.run()) == ([0, 1, 2], [0, 2, 4]) and o.closed
    """,
)

case(
    "large closure of many cells and a deep nest of functions",
    r"""
    def make():
        ns = {}
        src = 'def outer():\n' + ''.join(f'  v{i} = {i}\n' for i in range(300))
        src += '  def inner(): return ' + '+'.join(f'v{i}' for i in range(300)) + '\n  return inner'
        exec(src, ns)
        return ns['outer']()
    f = make()
    for _ in range(20): f = (lambda g: lambda: g() + 1)(f)
    o = f
    """,
    "assert o() == 44850 + 20",
)

case(
    "property that is overridden in part (setter added in a subclass)",
    """
    class A:
        @property
        def x(self): return self._x
    class B(A):
        @A.x.setter
        def x(self, v): self._x = v
    b = B()
    b.x = 4
    o = b
    """,
    """
    assert o.x == 4
    o.x = 5
    assert o.x == 5 and type(o).__mro__[1].x.fset is None
    """,
)

case(
    "instance attribute of the same name as a method",
    """
    class C:
        def run(self): return 'method'
    c = C()
    c.run = lambda: 'attribute'
    o = c
    """,
    "assert o.run() == 'attribute' and type(o).run(o) == 'method'",
)

case(
    "metaclass __call__ that counts instances",
    """
    class M(type):
        count = 0
        def __call__(cls, *a):
            M.count += 1
            return super().__call__(*a)
    class C(metaclass=M): pass
    c = C()
    o = c, M
    """,
    """
    c, M = o
    assert M.count == 1
    type(c)()
    assert M.count == 2
    """,
)

case(
    "type() subclasses a by-value class in the reader, with keywords",
    """
    class Base:
        reg = {}
        def __init_subclass__(cls, key, **kw): super().__init_subclass__(**kw); Base.reg[key] = cls
    class A(Base, key='a'): pass
    o = Base, A
    """,
    """
    Base, A = o
    assert Base.reg == {'a': A}
    class B(Base, key='b'): pass
    assert Base.reg == {'a': A, 'b': B}
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
