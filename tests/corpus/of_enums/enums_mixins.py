"""Enumerations with another base: str, int, tuple, dates, user classes, dataclasses."""

from __future__ import annotations

from .. import family

case = family(__name__)

case(
    "IntEnum",
    """
    import enum
    class N(enum.IntEnum):
        ONE = 1
        TWO = 2
    o = N, N.TWO
    """,
    """
    N, two = o
    assert two is N.TWO is N(2) and two == 2 and two + 1 == 3
    assert sorted([N.TWO, N.ONE]) == [1, 2] and str(two) == '2'
    """,
)

case(
    "StrEnum",
    """
    import enum
    class S(enum.StrEnum):
        A = enum.auto()
        B = 'bee'
    o = S, S.B
    """,
    """
    S, b = o
    assert b is S('bee') and b == 'bee' and S.A == 'a' and f'{b}' == 'bee'
    assert b.upper() == 'BEE'
    """,
)

case(
    "str-mixin and int-mixin Enum",
    """
    import enum
    class S(str, enum.Enum):
        A = 'x'
    class B(bytes, enum.Enum):
        A = b'bytes'
    class F(float, enum.Enum):
        A = 1.5
    o = S.A, B.A, F.A
    """,
    """
    s, b, f = o
    assert s == 'x' and b == b'bytes' and f == 1.5 and s is type(s)('x')
    assert isinstance(s, str) and f is type(f).A and s._value_ == 'x'
    """,
)

case(
    "tuple-mixin Enum",
    """
    import enum
    class P(tuple, enum.Enum):
        ORIGIN = (0, 0)
        ONE = (1, 1)
    o = P.ONE
    """,
    """
    P = type(o)
    assert o is P.ONE is P((1, 1)) and o[0] == 1
    """,
)

case(
    "date-mixin Enum",
    """
    import enum, datetime
    class D(datetime.date, enum.Enum):
        X = 2020, 1, 2
    o = D.X
    """,
    "assert o.year == 2020 and o is type(o).X",
    not_on_pypy="the bytes follow which equal strings are one there",
)

case(
    "Enum with a mixin class",
    """
    import enum
    class Mixin:
        def up(self): return self.name.upper()
    class E(Mixin, enum.Enum):
        a = 1
    o = E.a
    """,
    "assert o.up() == 'A'",
)

case(
    "Enum with extra member attributes and __slots__-free state",
    """
    import enum
    class E(enum.Enum):
        A = 1
    E.A.note = 'n'
    o = E.A
    """,
    "assert o.note == 'n' and o is type(o).A",
)

case(
    "Enum dataclass mixin",
    """
    import enum, dataclasses
    @dataclasses.dataclass(frozen=True)
    class Info:
        size: int
        tag: str = 'x'
    class E(Info, enum.Enum):
        A = 1, 'one'
        B = 2
    o = E.A
    """,
    """
    E = type(o)
    assert o.size == 1 and o.tag == 'one' and E.B.tag == 'x' and o is E.A
    """,
)
