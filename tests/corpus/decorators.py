"""Decorated functions, `functools` and `operator`."""

from __future__ import annotations

from . import family

case = family(__name__)

case(
    "functools.wraps decorator",
    """
    import functools
    def twice(f):
        @functools.wraps(f)
        def wrapper(*a):
            return f(f(*a))
        return wrapper
    @twice
    def o(x: int) -> int:
        "Increment."
        return x + 1
    """,
    """
    assert o(1) == 3 and o.__name__ == "o" and o.__doc__ == "Increment."
    assert o.__module__ == "__main__"
    assert o.__wrapped__(1) == 2 and o.__annotations__ == {"x": int, "return": int}
    assert o.__wrapped__ is o.__closure__[0].cell_contents
    import inspect
    assert str(inspect.signature(o)) == "(x: int) -> int"
    """,
)

case(
    "decorator with arguments and state",
    """
    def counting(start):
        def deco(f):
            def wrapper(*a):
                wrapper.calls += 1
                return f(*a)
            wrapper.calls = start
            return wrapper
        return deco
    @counting(10)
    def o(x): return x
    o(1)
    """,
    """
    assert o.calls == 11
    o(1)
    assert o.calls == 12
    """,
)

case(
    "class as decorator",
    """
    class Memo:
        def __init__(self, f): self.f, self.seen = f, {}
        def __call__(self, n):
            if n not in self.seen: self.seen[n] = self.f(n)
            return self.seen[n]
    @Memo
    def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
    fib(10)
    o = fib
    """,
    """
    assert o.seen[10] == 55 and o(40) == 102334155
    assert o.f.__globals__['fib'] is o
    """,
)

case(
    "lru_cache-wrapped lambda",
    """
    import functools
    o = functools.lru_cache(maxsize=3, typed=True)(lambda x: [x])
    """,
    """
    assert o(1) is o(1) and o.cache_parameters() == {"maxsize": 3, "typed": True}
    assert o.cache_info().hits == 1
    assert o.__wrapped__(2) == [2]
    """,
    protocols=(2, 4),
)

case(
    "recursive lru_cache function",
    """
    import functools
    @functools.lru_cache(maxsize=None)
    def fib(n):
        'Fib.'
        return n if n < 2 else fib(n-1) + fib(n-2)
    o = fib
    """,
    """
    assert o(80) == 23416728348467685 and o.__doc__ == 'Fib.' and o.__name__ == 'fib'
    assert o.__wrapped__.__globals__['fib'] is o
    """,
)

case(
    "functools.cache closure, and its attributes",
    """
    import functools
    def make(k):
        @functools.cache
        def f(x): return x * k
        f.note = 'n'
        return f
    o = make(3)
    """,
    "assert o(2) == 6 and o.note == 'n' and o.cache_parameters()['maxsize'] is None",
)

case(
    "lru_cache method of a class",
    """
    import functools
    class C:
        @functools.lru_cache
        def m(self, x): return [x]
    o = C()
    """,
    """
    assert o.m(1) is o.m(1)
    assert type(o).m.cache_info().hits >= 1
    """,
)

case(
    "singledispatch function",
    """
    import functools
    class Mine: pass
    @functools.singledispatch
    def o(x): return "default"
    @o.register
    def _(x: int): return "int"
    @o.register(list)
    def _(x): return "list"
    @o.register(Mine)
    def _(x): return "mine"
    """,
    """
    assert o("") == "default" and o(1) == "int" and o([]) == "list" and o(True) == "int"
    Mine = [c for c in o.registry if c.__name__ == "Mine"][0]
    assert o(Mine()) == "mine" and o.dispatch(int)(1) == "int"
    o.register(dict, lambda x: "dict")
    assert o({}) == "dict"
    """,
)

case(
    "singledispatch function with an ABC, after use",
    """
    import functools, collections.abc
    @functools.singledispatch
    def o(x): return "default"
    @o.register(collections.abc.Sized)
    def _(x): return "sized"
    o([])
    o(1)
    """,
    "assert o({}) == 'sized' and o(1) == 'default' and o.__name__ == 'o'",
)

case(
    "singledispatchmethod",
    """
    import functools
    class C:
        @functools.singledispatchmethod
        def m(self, x): return "default"
        @m.register
        def _(self, x: int): return "int"
    o = C()
    """,
    "assert o.m('') == 'default' and o.m(1) == 'int'",
)

case(
    "contextmanager function",
    """
    import contextlib
    log = []
    @contextlib.contextmanager
    def o(x):
        log.append("in")
        try: yield x + 1
        finally: log.append("out")
    """,
    """
    with o(1) as v: assert v == 2
    assert o.__wrapped__.__globals__['log'] == ['in', 'out']
    @o(1)
    def f(): return 5
    assert f() == 5
    """,
)

case(
    "asynccontextmanager function",
    """
    import contextlib
    @contextlib.asynccontextmanager
    async def o(x):
        yield x
    """,
    """
    import asyncio
    async def go():
        async with o(3) as v: return v
    assert asyncio.run(go()) == 3
    """,
)

case(
    "cached_property class + instance",
    """
    import functools
    class C:
        n = 0
        @functools.cached_property
        def p(self):
            "Doc."
            type(self).n += 1
            return [self.n]
    a = C()
    a.p
    b = C()
    o = a, b, C
    """,
    """
    a, b, C = o
    assert C.n == 1 and a.p == [1] and a.p is a.p and C.n == 1
    assert b.p == [2]
    assert C.p.__doc__ == 'Doc.'
    """,
    not_on_pypy="the bytes follow which equal strings are one there",
)

case(
    "partial (of lambda)",
    """
    import functools
    o = functools.partial(lambda a, b, c=0: (a, b, c), 1, c=3)
    """,
    "assert o(2) == (1, 2, 3) and o.args == (1,) and o.keywords == {'c': 3}",
)

case(
    "partial (of builtin)",
    """
    import functools
    o = functools.partial(int, base=2)
    """,
    "assert o('101') == 5 and o.func is int",
)

case(
    "partial with attributes, in a cycle",
    """
    import functools
    o = functools.partial(lambda x: x)
    o.self = o
    o.note = 'n'
    """,
    "assert o.self is o and o.note == 'n' and o(3) == 3",
)

case(
    "partial subclass",
    """
    import functools
    class P(functools.partial):
        def twice(self, x): return self(self(x))
    o = P(lambda k, x: x + k, 2)
    """,
    "assert o.twice(1) == 5 and type(o).__name__ == 'P'",
)

case(
    "partialmethod (bare, of lambda)",
    """
    import functools
    o = functools.partialmethod(lambda self, x, y: (x, y), 1)
    """,
    """
    class D: m = o
    assert D().m(2) == (1, 2)
    """,
)

case(
    "partialmethod in a class",
    """
    import functools
    class C:
        def set(self, k, v): setattr(self, k, v)
        set_x = functools.partialmethod(set, 'x')
    o = C()
    """,
    """
    o.set_x(5)
    assert o.x == 5
    """,
)

case(
    "functools.total_ordering class",
    """
    import functools
    @functools.total_ordering
    class V:
        def __init__(self, n): self.n = n
        def __eq__(self, other): return self.n == other.n
        def __lt__(self, other): return self.n < other.n
    o = V(1), V(2)
    """,
    """
    a, b = o
    assert a < b and b >= a and a <= a and not a > b
    """,
)

case(
    "cmp_to_key",
    """
    import functools
    o = functools.cmp_to_key(lambda a, b: b - a)
    """,
    "assert sorted([1, 3, 2], key=o) == [3, 2, 1]",
)

case(
    "operator.itemgetter",
    """
    import operator
    o = operator.itemgetter(1, 0)
    """,
    "assert o('ab') == ('b', 'a')",
)

case(
    "operator.attrgetter",
    """
    import operator
    o = operator.attrgetter('real', 'imag')
    """,
    "assert o(1+2j) == (1, 2)",
)

case(
    "operator.methodcaller",
    """
    import operator
    o = operator.methodcaller('split', sep=',')
    """,
    "assert o('a,b') == ['a', 'b']",
)

case(
    "decorator that is a class and updates itself",
    """
    import functools, os.path
    class deco:
        def __init__(self, func):
            functools.update_wrapper(self, func)
            self.func = func
        def __call__(self, *args): return self.func(*args)
    class proxy(deco):
        def __getattr__(self, name): return getattr(self.func, name)
    @deco
    def f(x): return x
    @deco
    class Wrapped: pass
    o = [f, deco(os.path.join), deco(len), proxy(os.path.join), Wrapped, [deco(os.path.join), os.path.join]]
    """,
    """
    import os.path
    f, join, length, delegating, wrapped, _ = o
    assert f(1) == 1 and f.__name__ == "f" and join.__name__ == join.__qualname__ == "join" and length("ab") == 2
    assert join.__wrapped__ is os.path.join and delegating("a", "b") == os.path.join("a", "b")
    """,
)
