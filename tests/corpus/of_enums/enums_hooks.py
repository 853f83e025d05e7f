"""Enumerations that define `__new__`, `__init__` and the other hooks of `EnumType`."""

from __future__ import annotations

from .. import family

case = family(__name__)

case(
    "Enum with custom __new__",
    """
    import enum
    class Planet(enum.Enum):
        def __new__(cls, mass, radius):
            self = object.__new__(cls)
            self._value_ = mass
            self.radius = radius
            return self
        EARTH = 5, 6
        MARS = 1, 3
        @property
        def ratio(self): return self.value / self.radius
    o = Planet.MARS
    """,
    """
    P = type(o)
    assert o is P.MARS is P(1) and o.radius == 3 and P.EARTH.ratio == 5 / 6
    """,
)

case(
    "Enum with __init__",
    """
    import enum
    class Planet(enum.Enum):
        EARTH = 5, 6
        MARS = 1, 3
        def __init__(self, mass, radius): self.mass, self.radius = mass, radius
    o = Planet.MARS
    """,
    """
    P = type(o)
    assert o is P.MARS is P((1, 3)) and (o.mass, o.radius) == (1, 3)
    assert P.EARTH.mass == 5
    """,
)

case(
    "Enum whose __new__ has effects",
    """
    import enum
    made = []
    class E(enum.Enum):
        def __new__(cls, v):
            made.append(v)
            self = object.__new__(cls)
            self._value_ = v
            return self
        @staticmethod
        def log(): return made
        A = 1
        B = 2
    o = E
    """,
    "assert o.log() == [1, 2]",
)

case(
    "Enum with _generate_next_value_ and auto",
    """
    import enum
    class E(enum.Enum):
        @staticmethod
        def _generate_next_value_(name, start, count, last): return name.lower() + str(count)
        A = enum.auto()
        B = enum.auto()
    o = E.B
    """,
    "assert o.value == 'b1' and o is type(o)('b1')",
)

case(
    "Enum with _missing_",
    """
    import enum
    class E(enum.Enum):
        A = 'a'
        @classmethod
        def _missing_(cls, v): return cls.A if isinstance(v, str) and v.lower() == 'a' else None
    o = E
    """,
    """
    assert o('A') is o.A
    try: o('z')
    except ValueError: pass
    else: assert False
    """,
)

case(
    "Enum with _ignore_, _order_ and private names",
    """
    import enum
    class E(enum.Enum):
        _order_ = 'A B'
        _ignore_ = ['tmp']
        tmp = 5
        A = tmp
        B = 6
        __private = 7
    o = E
    """,
    "assert [m.value for m in o] == [5, 6] and not hasattr(o, 'tmp')",
)

case(
    "Enum with custom metaclass",
    """
    import enum
    class M(enum.EnumMeta):
        def __getitem__(cls, name): return super().__getitem__(name.upper())
        extra = 'e'
    class E(enum.Enum, metaclass=M):
        A = 1
    o = E
    """,
    "assert o['a'] is o.A and o.extra == 'e' and type(o).__name__ == 'M'",
)
