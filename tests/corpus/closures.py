"""Closures, cells and decorated functions."""

from __future__ import annotations

from . import family

case = family(__name__)

case("closure", "def make(n):\n    return lambda x: x + n\no = make(5)", "assert o(1) == 6", protocols=(2, 3, 4, 5))

case(
    "recursive closure",
    """
    def make():
        def fact(n): return 1 if n < 2 else n * fact(n - 1)
        return fact
    o = make()
    """,
    "assert o(5) == 120; assert o.__closure__[0].cell_contents is o",
    protocols=(2, 3, 4),
)

case(
    "mutually recursive closures",
    """
    def make():
        def even(n): return n == 0 or odd(n - 1)
        def odd(n): return n != 0 and even(n - 1)
        return even, odd
    o = make()[0]
    """,
    "assert o(10) and not o(3)",
)

case(
    "two closures sharing a nonlocal cell",
    """
    def make():
        n = 0
        def inc():
            nonlocal n
            n += 1
        def get(): return n
        return inc, get
    o = make()
    """,
    "inc, get = o; inc(); inc(); assert get() == 2; assert inc.__closure__[0] is get.__closure__[0]",
    protocols=(2, 3, 4),
)

case(
    "closures at three levels sharing one cell",
    """
    def make():
        n = 0
        def outer():
            def inner():
                nonlocal n
                n += 1
                return n
            return inner
        return outer, lambda: n
    o = make()
    """,
    "outer, get = o; i = outer(); i(); outer()(); assert get() == 2",
)

case(
    "closure with an empty cell",
    """
    def make():
        def f(flag): return late if flag else 0
        if False: late = 1
        return f
    o = make()
    """,
    """
    assert o(False) == 0
    try: o(True)
    except NameError: pass
    else: assert False
    assert o.__code__.co_freevars == ("late",)
    o.__closure__[0].cell_contents = 7
    assert o(True) == 7
    """,
)

case(
    "cell that contains its own container",
    """
    def make():
        box = []
        f = lambda: box
        box.append(f)
        return f
    o = make()
    """,
    "assert o()[0] is o",
)

case("cell", "import types\no = types.CellType([1])", "assert o.cell_contents == [1]; assert type(o).__name__ == 'cell'")
case(
    "empty cell",
    "import types\no = types.CellType()",
    "try: o.cell_contents\nexcept ValueError: pass\nelse: assert False\no.cell_contents = 1; assert o.cell_contents == 1",
)
case(
    "cell that contains itself",
    "import types\no = types.CellType()\no.cell_contents = o",
    "assert o.cell_contents is o",
)
case(
    "cell and the closure that uses it",
    "def make():\n    n = 1\n    def f(): return n\n    return f\nf = make()\no = f.__closure__[0], f",
    "cell, f = o; cell.cell_contents = 9; assert f() == 9",
)
case(
    "empty cell shared by two closures",
    "def make():\n    def f(): return late\n    def g(v):\n        nonlocal late\n        late = v\n    if 0: late = 1\n    return f, g\no = make()",
    "f, g = o; g(3); assert f() == 3",
)

case(
    "many free variables, in order",
    "def make():\n    z, a, m = 'z', 'a', 'm'\n    return lambda: (m, z, a)\no = make()",
    "assert o() == ('m', 'z', 'a')",
)

case(
    "lambdas made in a loop",
    "o = [lambda x, k=k: x * k for k in range(3)] + [lambda: k for k in range(3)]",
    "assert [f(2) for f in o[:3]] == [0, 2, 4]; assert [f() for f in o[3:]] == [2, 2, 2]",
)

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
    assert o(1) == 3 and o.__name__ == "o" and o.__doc__ == "Increment." and o.__module__ == "__main__"
    assert o.__wrapped__(1) == 2 and o.__annotations__ == {"x": int, "return": int}
    assert o.__wrapped__ is o.__closure__[0].cell_contents
    import inspect; assert str(inspect.signature(o)) == "(x: int) -> int"
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
    "assert o.calls == 11; o(1); assert o.calls == 12",
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
    "assert o.seen[10] == 55 and o(40) == 102334155; assert o.f.__globals__['fib'] is o",
)

case(
    "lru_cache-wrapped lambda",
    "import functools\no = functools.lru_cache(maxsize=3, typed=True)(lambda x: [x])",
    """
    assert o(1) is o(1) and o.cache_parameters() == {"maxsize": 3, "typed": True}
    assert o.cache_info().hits == 1
    assert o.__wrapped__(2) == [2]
    """,
    protocols=(2, 4),
)
case(
    "recursive lru_cache function",
    "import functools\n@functools.lru_cache(maxsize=None)\ndef fib(n):\n    'Fib.'\n    return n if n < 2 else fib(n-1) + fib(n-2)\no = fib",
    "assert o(80) == 23416728348467685 and o.__doc__ == 'Fib.' and o.__name__ == 'fib'; assert o.__wrapped__.__globals__['fib'] is o",
)
case(
    "functools.cache closure, and its attributes",
    "import functools\ndef make(k):\n    @functools.cache\n    def f(x): return x * k\n    f.note = 'n'\n    return f\no = make(3)",
    "assert o(2) == 6 and o.note == 'n' and o.cache_parameters()['maxsize'] is None",
)
case(
    "lru_cache method of a class",
    "import functools\nclass C:\n    @functools.lru_cache\n    def m(self, x): return [x]\no = C()",
    "assert o.m(1) is o.m(1); assert type(o).m.cache_info().hits >= 1",
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
    o.register(dict, lambda x: "dict"); assert o({}) == "dict"
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
    o([]); o(1)
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
    "with o(1) as v: assert v == 2\nassert o.__wrapped__.__globals__['log'] == ['in', 'out']\n"
    "@o(1)\ndef f(): return 5\nassert f() == 5",
)
case(
    "asynccontextmanager function",
    "import contextlib\n@contextlib.asynccontextmanager\nasync def o(x):\n    yield x",
    "import asyncio\nasync def go():\n    async with o(3) as v: return v\nassert asyncio.run(go()) == 3",
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
    a = C(); a.p; b = C()
    o = a, b, C
    """,
    "a, b, C = o; assert C.n == 1 and a.p == [1] and a.p is a.p and C.n == 1; assert b.p == [2]; assert C.p.__doc__ == 'Doc.'",
)

case(
    "partial (of lambda)",
    "import functools\no = functools.partial(lambda a, b, c=0: (a, b, c), 1, c=3)",
    "assert o(2) == (1, 2, 3) and o.args == (1,) and o.keywords == {'c': 3}",
)
case("partial (of builtin)", "import functools\no = functools.partial(int, base=2)", "assert o('101') == 5 and o.func is int")
case(
    "partial with attributes, in a cycle",
    "import functools\no = functools.partial(lambda x: x)\no.self = o\no.note = 'n'",
    "assert o.self is o and o.note == 'n' and o(3) == 3",
)
case(
    "partial subclass",
    "import functools\nclass P(functools.partial):\n    def twice(self, x): return self(self(x))\no = P(lambda k, x: x + k, 2)",
    "assert o.twice(1) == 5 and type(o).__name__ == 'P'",
)
case(
    "partialmethod (bare, of lambda)",
    "import functools\no = functools.partialmethod(lambda self, x, y: (x, y), 1)",
    "class D: m = o\nassert D().m(2) == (1, 2)",
)
case(
    "partialmethod in a class",
    "import functools\nclass C:\n    def set(self, k, v): setattr(self, k, v)\n    set_x = functools.partialmethod(set, 'x')\no = C()",
    "o.set_x(5); assert o.x == 5",
)

case(
    "functools.total_ordering class",
    "import functools\n@functools.total_ordering\nclass V:\n    def __init__(self, n): self.n = n\n"
    "    def __eq__(self, other): return self.n == other.n\n    def __lt__(self, other): return self.n < other.n\no = V(1), V(2)",
    "a, b = o; assert a < b and b >= a and a <= a and not a > b",
)
case(
    "cmp_to_key",
    "import functools\no = functools.cmp_to_key(lambda a, b: b - a)",
    "assert sorted([1, 3, 2], key=o) == [3, 2, 1]",
)

case("property (bare)", "o = property(lambda self: self.x, doc='Doc.')", "class D: p = o; x = 4\nassert D().p == 4 and o.__doc__ == 'Doc.'")
case("staticmethod (bare)", "o = staticmethod(lambda x: x + 1)", "assert o(1) == 2 and o.__func__(1) == 2")
case("classmethod (bare)", "o = classmethod(lambda cls: cls.__name__)", "class D: m = o\nassert D.m() == 'D'")
case(
    "staticmethod and classmethod with attributes",
    "def f(): 'Doc.'\no = staticmethod(f), classmethod(f)\no[0].note = 1\no[1].note = 2",
    "s, c = o; assert s.note == 1 and c.note == 2 and s.__doc__ == 'Doc.' and s.__wrapped__ is c.__wrapped__ is s.__func__",
)

case("operator.itemgetter", "import operator\no = operator.itemgetter(1, 0)", "assert o('ab') == ('b', 'a')")
case("operator.attrgetter", "import operator\no = operator.attrgetter('real', 'imag')", "assert o(1+2j) == (1, 2)")
case("operator.methodcaller", "import operator\no = operator.methodcaller('split', sep=',')", "assert o('a,b') == ['a', 'b']")

case(
    "code object",
    "o = (lambda x: x + 1).__code__",
    "import types; assert types.FunctionType(o, {})(1) == 2; assert o.co_name == '<lambda>'",
    protocols=(2, 3, 4),
)
case("code object of a module", "o = compile('a = 1\\nb = a + 1', 'mod.py', 'exec')", "ns = {}; exec(o, ns); assert ns['b'] == 2 and o.co_filename == 'mod.py'")
case(
    "code object: every attribute survives",
    "def f(a, /, b, *c, d=1, **e):\n    x = 'é\\ud800'\n    def g(): return a, x\n    try: return g\n    finally: pass\no = f.__code__, {n: getattr(f.__code__, n)"
    " for n in dir(f.__code__) if n.startswith('co_') and not callable(getattr(f.__code__, n)) and n not in ('co_consts', 'co_lnotab')}",
    "code, attrs = o\nfor n, v in attrs.items(): assert getattr(code, n) == v, n\nassert list(code.co_lines()) and code.co_consts",
)
case(
    "constants: signed zeros, NaN, complex, huge int, Ellipsis, surrogates, nested frozenset",
    "def o(x):\n    return (-0.0, 0.0, 1e999 - 1e999, 1j, 10 ** 30, ..., '\\ud800', b'\\x00', x in {1, 2, (3, 'c')}, True, None, 'é', (1, (2, (3,))))",
    """
    import math
    r = o((3, "c"))
    assert math.copysign(1, r[0]) == -1 and math.copysign(1, r[1]) == 1 and math.isnan(r[2])
    assert r[3:] == (1j, 10 ** 30, ..., "\\ud800", b"\\x00", True, True, None, "é", (1, (2, (3,))))
    assert r[9] is True
    """,
)
case(
    "constants: set of strings in the code",
    "def o(x): return x in {'one', 'two', 'three', 'four', 'five', 'six'}",
    "assert o('six') and not o('seven')",
)
case(
    "constants: frozensets with equal members of several kinds",
    "def o(x): return x in {1, 'a', b'a', (1, 'z', 2.5), None, ..., frozenset()}",
    "assert o('a') and o(b'a') and o(None) and o((1, 'z', 2.5)) and o(1.0)",
)
case(
    "constants: slices",
    "def o(x): return x[1:3], x[::2], x[:'a':] if 0 else None",
    "assert o([0, 1, 2, 3]) == ([1, 2], [0, 2], None)",
)
case(
    "constants that marshal refuses",
    """
    class Box:
        def __init__(self, v): self.v = v
    def f(): return "PLACE", ("NEST", 1)
    box = Box(4)
    swap = lambda c: c.replace(co_consts=tuple(
        box if k == "PLACE" else (box, k[1]) if isinstance(k, tuple) and k[0] == "NEST" else
        (box, (box, 1)) if k == ("PLACE", ("NEST", 1)) else k for k in c.co_consts))
    f.__code__ = swap(f.__code__)
    o = f
    """,
    "r = o(); a, (b, c) = r; assert a.v == 4 and a is b and c == 1; assert o()[0] is a",
)
case(
    "constants that marshal refuses, in a nested function",
    """
    import decimal
    def f():
        def g(): return "PLACE"
        return g
    inner = f.__code__.co_consts[[hasattr(k, "co_code") for k in f.__code__.co_consts].index(True)]
    new = inner.replace(co_consts=tuple(decimal.Decimal("1.5") if k == "PLACE" else k for k in inner.co_consts))
    f.__code__ = f.__code__.replace(co_consts=tuple(new if k is inner else k for k in f.__code__.co_consts))
    o = f
    """,
    "import decimal; assert o()() == decimal.Decimal('1.5')",
)
case(
    "constant that is the function itself",
    "def f(): return 'ME'\nf.__code__ = f.__code__.replace(co_consts=tuple(f if k == 'ME' else k for k in f.__code__.co_consts))\no = f",
    "assert o() is o",
)
case(
    "constant of a str or int subclass",
    "class S(str): pass\ndef f(): return 'ME'\nf.__code__ = f.__code__.replace(co_consts=tuple(S('x') if k == 'ME' else k for k in f.__code__.co_consts))\no = f",
    "assert o() == 'x' and type(o()).__name__ == 'S'",
)
