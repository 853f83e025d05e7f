"""Closures and cells."""

from __future__ import annotations

from . import family

case = family(__name__)

case(
    "closure",
    """
    def make(n):
        return lambda x: x + n
    o = make(5)
    """,
    "assert o(1) == 6",
    protocols=(2, 3, 4, 5),
)

case(
    "recursive closure",
    """
    def make():
        def fact(n): return 1 if n < 2 else n * fact(n - 1)
        return fact
    o = make()
    """,
    """
    assert o(5) == 120
    assert o.__closure__[0].cell_contents is o
    """,
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
    """
    inc, get = o
    inc()
    inc()
    assert get() == 2
    assert inc.__closure__[0] is get.__closure__[0]
    """,
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
    """
    outer, get = o
    i = outer()
    i()
    outer()()
    assert get() == 2
    """,
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

case(
    "cell",
    """
    import types
    o = types.CellType([1])
    """,
    """
    assert o.cell_contents == [1]
    assert type(o).__name__ == 'cell'
    """,
)

case(
    "empty cell",
    """
    import types
    o = types.CellType()
    """,
    """
    try: o.cell_contents
    except ValueError: pass
    else: assert False
    o.cell_contents = 1
    assert o.cell_contents == 1
    """,
)

case(
    "cell that contains itself",
    """
    import types
    o = types.CellType()
    o.cell_contents = o
    """,
    "assert o.cell_contents is o",
)

case(
    "cell and the closure that uses it",
    """
    def make():
        n = 1
        def f(): return n
        return f
    f = make()
    o = f.__closure__[0], f
    """,
    """
    cell, f = o
    cell.cell_contents = 9
    assert f() == 9
    """,
)

case(
    "empty cell shared by two closures",
    """
    def make():
        def f(): return late
        def g(v):
            nonlocal late
            late = v
        if 0: late = 1
        return f, g
    o = make()
    """,
    """
    f, g = o
    g(3)
    assert f() == 3
    """,
)

case(
    "many free variables, in order",
    """
    def make():
        z, a, m = 'z', 'a', 'm'
        return lambda: (m, z, a)
    o = make()
    """,
    "assert o() == ('m', 'z', 'a')",
)

case(
    "lambdas made in a loop",
    "o = [lambda x, k=k: x * k for k in range(3)] + [lambda: k for k in range(3)]",
    """
    assert [f(2) for f in o[:3]] == [0, 2, 4]
    assert [f() for f in o[3:]] == [2, 2, 2]
    """,
)
