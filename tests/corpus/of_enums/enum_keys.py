"""Enumerations that reach dictionaries and sets whose keys are their own members."""

from __future__ import annotations

from .. import family

case = family(__name__)

case(
    "member of an Enum whose method uses a frozenset of pairs of members",
    """
    import enum
    class Ticket(enum.Enum):
        OPEN, HELD, DONE = "ohd"
        def may_become(self, other): return (self, other) in ALLOWED
    ALLOWED = frozenset({(Ticket.OPEN, Ticket.HELD), (Ticket.OPEN, Ticket.DONE)})
    o = Ticket.HELD
    """,
    """
    Ticket = type(o)
    assert Ticket.OPEN.may_become(o) and not o.may_become(Ticket.OPEN)
    """,
    protocols=(2, 4),
    has_sets=True,
)

case(
    "function that uses a table of members, and the Enum whose method uses it, too",
    """
    import enum
    class Ticket(enum.Enum):
        OPEN, HELD = "oh"
        def price(self): return TABLE[self]
    TABLE = {Ticket.OPEN: 1, Ticket.HELD: 2}
    def total(): return sum(TABLE.values()), Ticket.OPEN.price()
    o = total, Ticket, {Ticket.HELD: TABLE}
    """,
    """
    total, Ticket, tables = o
    assert total() == (3, 1) and Ticket.HELD.price() == 2
    assert total.__globals__["TABLE"] is tables[Ticket.HELD]
    """,
)

case(
    "two Enums whose methods use tables of members of each other",
    """
    import enum
    class Metal(enum.Enum):
        IRON, TIN = range(2)
        def ore(self): return ORES[self]
    class Ore(enum.Enum):
        HEMATITE, CASSITERITE = "h", "c"
        def metal(self): return METALS[self]
        @property
        def number(self): return METALS[self].value
    ORES = {Metal.IRON: Ore.HEMATITE, Metal.TIN: Ore.CASSITERITE}
    METALS = {ore: metal for metal, ore in ORES.items()}
    o = {"tin": Metal.TIN}
    """,
    """
    tin = o["tin"]
    assert tin.ore().name == "CASSITERITE" and tin.ore().metal() is tin and tin.ore().number == 1
    """,
)

case(
    "Flag whose method uses a table of combinations",
    """
    import enum
    class Door(enum.Flag):
        LOCK, BOLT, CHAIN = enum.auto(), enum.auto(), enum.auto()
        BOTH = LOCK | BOLT
        def advice(self): return ADVICE.get(self, "open")
    ADVICE = {Door.LOCK | Door.BOLT: "safe", Door.LOCK | Door.CHAIN: "odd", Door.CHAIN: "peek", Door(0): "shut it"}
    o = Door.CHAIN | Door.LOCK, Door
    """,
    """
    odd, Door = o
    assert odd.advice() == "odd" and Door.BOTH.advice() == "safe" and Door.CHAIN.advice() == "peek"
    assert Door(0).advice() == "shut it" and Door.BOLT.advice() == "open" and (Door.LOCK | Door.CHAIN) is odd
    assert list(Door) == [Door.LOCK, Door.BOLT, Door.CHAIN] and ~odd is Door.BOLT
    """,
    not_on_pypy="the original differs there",
)

case(
    "IntFlag whose method has a default with combinations as keys",
    """
    import enum
    class Mode(enum.IntFlag, boundary=enum.KEEP):
        READ, WRITE = 4, 2
        def text(self, names={}): return names[self]
    Mode.text.__defaults__[0].update({Mode.READ: "r", Mode.READ | Mode.WRITE: "rw", Mode(0): "-", Mode(64): "?"})
    o = [Mode.READ | Mode.WRITE, Mode(0), Mode(64)]
    """,
    """
    assert [mode.text() for mode in o] == ["rw", "-", "?"] and o[0] == 6 and type(o[0])(6) is o[0]
    """,
)

case(
    "IntEnum, StrEnum and an Enum of dates with tables of members in closures",
    """
    import datetime, enum
    def make(kind, *values):
        table = {}
        class Own(*kind):
            A, B = values
            def get(self): return table[self]
            @classmethod
            def all(cls): return [table[member] for member in cls]
        Own.__name__ = Own.__qualname__ = f"Own{len(kind)}{values[0]}"
        table.update(zip(Own, "ab"))
        return Own
    o = [
        make((enum.IntEnum,), 1, 2),
        make((enum.StrEnum,), "x", "y"),
        make((datetime.date, enum.Enum), (2020, 1, 1), (2021, 1, 1)),
    ]
    """,
    """
    for kind in o:
        assert kind.B.get() == "b" and kind.all() == ["a", "b"]
    """,
)

case(
    "Enum that hashes its members by their values, and has a table of them",
    """
    import enum
    class Own(enum.Enum):
        A, B = (1, "a"), (2, "b")
        def __init__(self, number, letter): self.number, self.letter = number, letter
        def __hash__(self): return hash((self.number, self.value[1]))
        def __eq__(self, other): return type(other) is Own and self.letter == other.letter
        def get(self): return TABLE[self]
    TABLE = {Own.A: 1, Own.B: 2}
    o = Own.B
    """,
    """
    assert o.get() == 2 and type(o).A.get() == 1 and o.number == 2 and hash(o) == hash((2, "b"))
    """,
)

case(
    "Enum of a frozen dataclass, which hashes by the fields, with a table of members",
    """
    import dataclasses, enum
    @dataclasses.dataclass(frozen=True)
    class Point:
        x: int
        y: int
    class Corner(Point, enum.Enum):
        LEFT = 0, 0
        RIGHT = 1, 0
        def name_of(self): return NAMES[self]
    NAMES = {Corner.LEFT: "l", Corner.RIGHT: "r"}
    o = Corner.RIGHT
    """,
    """
    assert o.name_of() == "r" and o.x == 1 and type(o).LEFT.name_of() == "l"
    """,
)

case(
    "Enum whose method uses a dictionary keyed by objects that hash by a member's value",
    """
    import enum
    class Colour(enum.Enum):
        RED, BLUE = 1, 2
        def paint(self): return PAINTS[Paint(self)]
    class Paint:
        def __init__(self, colour): self.colour = colour
        def __hash__(self): return hash(self.colour.value)
        def __eq__(self, other): return self.colour is other.colour
    PAINTS = {Paint(Colour.RED): "red", Paint(Colour.BLUE): "blue"}
    o = Colour.BLUE
    """,
    """
    assert o.paint() == "blue" and type(o)(1).paint() == "red"
    """,
)

case(
    "caches of members: cached_property, cache, attributes of the class and of a member",
    """
    import enum, functools
    class Step(enum.Flag):
        A, B = 1, 2
        @functools.cached_property
        def after(self): return {self | Step.B: "both", Step.B: "b"}
        @staticmethod
        @functools.cache
        def names(): return TABLE
    TABLE = {Step.A | Step.B: "ab", Step.A: "a"}
    Step.known = {Step.A: 1, Step.A | Step.B: 2}
    Step.B.others = {Step.A}
    assert Step.A.after and Step.names()
    o = Step.A | Step.B
    """,
    """
    Step = type(o)
    assert Step.A.after[o] == "both" and vars(Step.A)["after"] is Step.A.after
    assert Step.names()[o] == "ab" and Step.known[o] == 2 and Step.B.others == {Step.A}
    """,
    protocols=(2,),
)

case(
    "Flag that finds further values by a table",
    """
    import enum
    WORDS = {}
    class Door(enum.Flag):
        LOCK, BOLT = 1, 2
        @classmethod
        def _missing_(cls, value): return WORDS[value] if value in WORDS else super()._missing_(value)
        def advice(self): return ADVICE[self]
    WORDS.update({"safe": Door.LOCK | Door.BOLT, "open": Door(0)})
    ADVICE = {Door.LOCK | Door.BOLT: "good", Door(0): "bad"}
    o = Door("safe")
    """,
    """
    Door = type(o)
    assert Door("safe") is o and Door("open").advice() == "bad" and o.advice() == "good" and Door.LOCK | Door.BOLT is o
    """,
)

case(
    "Enum with methods of its base and its class in a class that has a table of members",
    """
    import enum
    class Base(enum.Enum):
        def get(self): return Registry.of[self]
    class Own(Base):
        A, B = 1, 2
    class Registry:
        of = {Own.A: "a", Own.B: "b"}
    o = Own.A
    """,
    """
    assert o.get() == "a" and type(o).B.get() == "b"
    """,
)

case(
    "Enum with unhashable values and a table of members",
    """
    import enum
    class Own(enum.Enum):
        A, B = [1], [2]
        C = B
        def get(self): return TABLE[self]
    TABLE = {Own.A: 1, Own.B: 2}
    o = Own.B
    """,
    """
    Own = type(o)
    assert o.get() == 2 and Own([1]) is Own.A and Own.C is o and list(Own) == [Own.A, o]
    """,
    not_on_pypy="the original differs there",
)

case(
    "Enum with a function for new members and for values, and a table of members",
    """
    import enum
    PREFIX, SIZES = {None: "x"}, {}
    class Own(enum.Enum):
        def _generate_next_value_(name, start, count, last): return PREFIX[None] + name
        def __new__(cls, value):
            member = object.__new__(cls)
            member._value_ = value
            member.length = SIZES.setdefault(value, len(value))
            return member
        A, B = enum.auto(), enum.auto()
        def get(self): return TABLE[self]
        def also(self): return TABLE
    o = Own.B
    TABLE = {Own.A: 1, Own.B: 2}
    """,
    """
    Own = type(o)
    assert o.get() == 2 and o.length == 2 and o.value == "xB" and Own.A.also()[Own.A] == 1
    """,
)
