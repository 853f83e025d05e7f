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

_DESCRIBE = """
def describe(cls):
    def lookup(value):
        try:
            return cls(value).name
        except ValueError:
            return None
    members = [
        (name, m.name, m.value, m._value_, cls[name] is m, sorted(object.__getattribute__(m, "__dict__")))
        for name, m in cls.__members__.items()
    ]
    return members, [lookup(each) for each in (1, 2, 3, 10, "any", None)], list(cls._value2member_map_)
"""

for _name, _base, _definition in [
    ("__getattr__ answers for every name", "enum.Enum", "def __getattr__(self, name): return 'any'"),
    ("__getattr__ answers for every name", "enum.Flag", "def __getattr__(self, name): return 2"),
    ("__getattr__ answers with an unhashable value", "enum.Enum", "def __getattr__(self, name): return [name]"),
    (
        "__getattribute__ answers for _value_",
        "enum.Enum",
        "def __getattribute__(self, name): return 'any' if name == '_value_' else super().__getattribute__(name)",
    ),
    (
        "__getattribute__ answers for __dict__",
        "enum.Enum",
        "def __getattribute__(self, name): return {1: 2} if name == '__dict__' else super().__getattribute__(name)",
    ),
    (
        "__new__ gives no value, but __getattr__",
        "enum.Enum",
        """def __new__(cls, value): self = object.__new__(cls); self.extra = value; return self
    def __getattr__(self, name): return self.extra * 10 if name == '_value_' else super().__getattribute__(name)""",
    ),
]:
    case(
        f"{_base} whose {_name}",
        f"{_DESCRIBE}\nimport enum\nclass E({_base}):\n    X = 1\n    Y = 2\n    {_definition}\n"
        "o = E, E.Y, describe(E), {E.X: 'x'}",
        f"{_DESCRIBE}\nE, y, wanted, by_member = o\nassert describe(E) == wanted, (describe(E), wanted)\n"
        "assert y is E.Y and by_member[E.X] == 'x'",
    )

case(
    "Enum with a mixin and a metaclass that answer for every name",
    """
    import enum
    class Mixin:
        def __getattr__(self, name): return None
    class Meta(enum.EnumType):
        def __getattr__(cls, name): return 5
    class E(Mixin, enum.Enum, metaclass=Meta):
        X = 1
        Y = 2
    o = E, E.Y
    """,
    "E, y = o; assert y is E.Y and y.value is None and E.nothing == 5 and E(None) is E.X and list(E.__members__) == ['X', 'Y']",
)
