"""Situations from reports and questions of users that have no number of an issue."""

from __future__ import annotations

from . import family

case = family(__name__)

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
