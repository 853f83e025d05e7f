"""Flag enumerations: composites, unknown bits, boundaries."""

from __future__ import annotations

from .. import family

case = family(__name__)

case(
    "Flag",
    """
    import enum
    class P(enum.Flag):
        R = enum.auto()
        W = enum.auto()
        X = enum.auto()
        RW = R | W
    o = P, P.R, P.RW
    """,
    """
    P, r, rw = o
    assert r is P.R and rw is P.R | P.W and rw is P.RW and P.R in rw and P.X not in rw
    assert [m.name for m in P] == ['R', 'W', 'X'] and ~P.R == P.W | P.X and not P(0)
    assert [m.name for m in rw] == ['R', 'W'] and (P.R & P.W).value == 0
    assert P.R ^ P.RW is P.W and list(P.__members__) == ['R', 'W', 'X', 'RW']
    """,
)

case(
    "local Flag composite",
    """
    def make():
        import enum
        class P(enum.Flag):
            R = 1
            W = 2
            X = 4
        return P
    P = make()
    o = P.R | P.X, P.R, P(0)
    """,
    """
    c, r, none = o
    P = type(c)
    assert c is P.R | P.X and c.value == 5 and r is P.R and none is P(0) and not none
    assert P.W not in c and repr(c) == '<P.R|X: 5>'
    """,
)

case(
    "`__main__` Flag composite",
    """
    import enum
    class P(enum.Flag):
        R = 1
        W = 2
    o = P.R | P.W
    """,
    """
    P = type(o)
    assert o is P.R | P.W and o.value == 3 and (o & P.R) is P.R and P(3) is o
    """,
)

case(
    "Flag composite that nobody made before the dump of the class",
    """
    import enum
    class P(enum.Flag):
        R = 1
        W = 2
    one = pickler.dumps(P)
    P.R | P.W
    two = pickler.dumps(P)
    assert one == two, 'the bytes of a Flag depend on the composites made before'
    o = P
    """,
    "assert (o.R | o.W).value == 3",
)

case(
    "IntFlag with unknown bits",
    """
    import enum
    class P(enum.IntFlag):
        R = 4
        W = 2
    o = P.R | P.W, P(12), P.R
    """,
    """
    rw, odd, r = o
    P = type(r)
    assert rw == 6 and rw is P.R | P.W and odd == 12 and P.R in odd and r is P.R
    assert isinstance(odd, P) and odd & 8 == 8
    """,
)

case(
    "Flag boundaries",
    """
    import enum
    class S(enum.Flag, boundary=enum.STRICT):
        A = 1
    class C(enum.Flag, boundary=enum.CONFORM):
        A = 1
    class K(enum.Flag, boundary=enum.KEEP):
        A = 1
    class E(enum.Flag, boundary=enum.EJECT):
        A = 1
    o = S, C, K, E
    """,
    """
    S, C, K, E = o
    try: S(3)
    except ValueError: pass
    else: assert False
    assert C(3) is C.A and K(3).value == 3 and E(3) == 3 and type(E(3)) is int
    """,
)

case(
    "importable Flag composite",
    """
    import re
    o = re.I | re.M, re.RegexFlag.I
    """,
    """
    import re
    assert o[0] is re.I | re.M and o[1] is re.I
    """,
)

case(
    "Enum with aliases of composite flags and negative values",
    """
    import enum
    class F(enum.IntFlag):
        A = 1
        B = 2
        AB = 3
        NONE = 0
    o = F.AB, F.NONE, ~F.A
    """,
    """
    ab, none, inv = o
    F = type(ab)
    assert ab is F.A | F.B and none is F(0) and none.name == 'NONE' and inv == ~F.A
    """,
    not_on_pypy="equal strings are one object before and two after, there only",
)
