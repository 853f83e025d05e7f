"""Code objects and their constants."""

from __future__ import annotations

from . import family

case = family(__name__)

case(
    "code object",
    "o = (lambda x: x + 1).__code__",
    """
    import types
    assert types.FunctionType(o, {})(1) == 2
    assert o.co_name == '<lambda>'
    """,
    protocols=(2, 3, 4),
)

case(
    "code object of a module",
    "o = compile('a = 1\\nb = a + 1', 'mod.py', 'exec')",
    """
    ns = {}
    exec(o, ns)
    assert ns['b'] == 2 and o.co_filename == 'mod.py'
    """,
)

case(
    "code object: every attribute survives",
    r"""
    def f(a, /, b, *c, d=1, **e):
        x = 'é\ud800'
        def g(): return a, x
        try: return g
        finally: pass
    names = [name for name in dir(f.__code__) if name.startswith('co_') and name not in ('co_consts', 'co_lnotab')]
    o = f.__code__, {name: getattr(f.__code__, name) for name in names if not callable(getattr(f.__code__, name))}
    """,
    """
    code, attrs = o
    for n, v in attrs.items(): assert getattr(code, n) == v, n
    assert list(code.co_lines()) and code.co_consts
    """,
)

case(
    "constants: signed zeros, NaN, complex, huge int, Ellipsis, surrogates, nested frozenset",
    r"""
    def o(x):
        return (
            -0.0, 0.0, 1e999 - 1e999, 1j, 10 ** 30, ..., '\ud800', b'\x00', x in {1, 2, (3, 'c')}, True,
            None, 'é', (1, (2, (3,))),
        )
    """,
    r"""
    import math
    r = o((3, "c"))
    assert math.copysign(1, r[0]) == -1 and math.copysign(1, r[1]) == 1
    assert math.isnan(r[2])
    assert r[3:] == (1j, 10 ** 30, ..., "\ud800", b"\x00", True, True, None, "é", (1, (2, (3,))))
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
    """
    r = o()
    a, (b, c) = r
    assert a.v == 4 and a is b and c == 1
    assert o()[0] is a
    """,
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
    """
    import decimal
    assert o()() == decimal.Decimal('1.5')
    """,
)

case(
    "constant that is the function itself",
    """
    def f(): return 'ME'
    f.__code__ = f.__code__.replace(co_consts=tuple(f if k == 'ME' else k for k in f.__code__.co_consts))
    o = f
    """,
    "assert o() is o",
)

case(
    "constant of a str or int subclass",
    """
    class S(str): pass
    def f(): return 'ME'
    f.__code__ = f.__code__.replace(co_consts=tuple(S('x') if k == 'ME' else k for k in f.__code__.co_consts))
    o = f
    """,
    "assert o() == 'x' and type(o()).__name__ == 'S'",
)
