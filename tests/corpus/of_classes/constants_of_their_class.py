"""Classes and functions that refer to instances of a class which is still being loaded (issue 16)."""

from __future__ import annotations

from .. import family

case = family(__name__)

case(
    "class attribute that is an instance with a hash of its own, in a dictionary of the class",
    """
    class Unit:
        def __init__(self, name): self.name = name
        def __hash__(self): return hash(self.name)
        def __eq__(self, other): return isinstance(other, Unit) and self.name == other.name
        def factor(self): return Unit.factors.get(self)
    Unit.metre = Unit("m")
    Unit.factors = {Unit.metre: 1, Unit("km"): 1000}
    o = Unit("km")
    """,
    """
    kind = type(o)
    assert o.factor() == 1000 and kind("x").factor() is None and next(iter(kind.factors)) is kind.metre
    """,
)
case(
    "__setstate__ that calls a function, which needs a constant of another class",
    """
    class Scale:
        def __init__(self, factor): self.factor = factor
        def __getstate__(self): return [self.factor]
        def __setstate__(self, state): self.factor, = state
        def of(self, value): return value * self.factor
    DOUBLE = Scale(2)
    def doubled(value): return DOUBLE.of(value)
    class Pair:
        def __init__(self, value): self.value, self.twice = value, doubled(value)
        def __getstate__(self): return (self.value,)
        def __setstate__(self, state): self.__init__(*state)
        def added(self): return self.twice + ONE.twice
    ONE = Pair(1)
    o = [Pair(4), doubled]
    """,
    """
    assert o[0].twice == 8 and o[0].added() == 10 and o[1](3) == 6
    """,
)
case(
    "two named tuples whose methods use constants of each other",
    """
    from typing import NamedTuple
    class Money(NamedTuple):
        amount: int
        def price(self): return Price(self, FREE.label)
    class Price(NamedTuple):
        money: Money
        label: str
        def is_free(self): return self.money == ZERO
    ZERO = Money(0)
    FREE = Price(ZERO, "free")
    o = Money(3)
    """,
    """
    assert o.price().label == "free" and not o.price().is_free() and type(o)(0).price().is_free()
    """,
)
case(
    "constants in defaults, keyword defaults, function attributes and closures",
    """
    import dataclasses
    def make():
        @dataclasses.dataclass(frozen=True)
        class Key:
            name: str
            def lookup(self, table=None, *, also=None): return (table or self.lookup.__func__.__defaults__[0])[self], also[self]
            def noted(self): return Key.noted.seen[self]
            def closed(self): return held[self]
        held = {Key("a"): 1}
        Key.lookup.__defaults__ = ({Key("a"): 2},)
        Key.lookup.__kwdefaults__ = {"also": {Key("a"): 3}}
        Key.noted.seen = {Key("a"): 4}
        return Key
    o = make()
    """,
    """
    key = o("a")
    assert key.lookup() == (2, 3) and key.noted() == 4 and key.closed() == 1
    """,
)
case(
    "keys that are tuples of instances, in a table that a function of the module uses",
    """
    class City:
        __slots__ = ("name",)
        def __init__(self, name): self.name = name
        def __hash__(self): return hash(self.name)
        def __eq__(self, other): return self.name == other.name
        def __getstate__(self): return self.name
        def __setstate__(self, state): self.name = state
        def to(self, other): return distance(self, other)
    def distance(one, other): return DISTANCES[frozenset((one, other))] if one != other else DISTANCES[one, other]
    A, B = City("a"), City("b")
    DISTANCES = {frozenset((A, B)): 7, (A, A): 0}
    o = distance, A, City
    """,
    """
    distance, a, City = o
    assert distance(City("b"), a) == 7 and City("a").to(City("a")) == 0 and a.to(City("b")) == 7
    """,
    has_sets=True,
)
case(
    "instance made by a function by value, which its __reduce__ names",
    """
    def build(text): return Parsed(tuple(text.split(SEPARATOR.text)))
    class Parsed:
        def __init__(self, parts): self.parts = parts
        def __reduce__(self): return build, (SEPARATOR.text.join(self.parts),)
        def join(self): return SEPARATOR.text.join(self.parts) + SEPARATOR.text.join(EMPTY.parts)
    class Mark:
        def __init__(self, text): self.text = text
    SEPARATOR = Mark("/")
    EMPTY = Parsed(())
    o = Parsed(("a", "b"))
    """,
    """
    assert o.parts == ("a", "b") and o.join() == "a/b"
    """,
)
case(
    "members of an enumeration and instances that need each other",
    """
    import enum
    class Weight:
        def __init__(self, grams): self.grams = grams
        def __hash__(self): return hash(self.grams)
        def __eq__(self, other): return self.grams == other.grams
        def size(self): return Size(self)
        def is_default(self): return LIMITS[self] is Size.SMALL
    class Size(enum.Enum):
        SMALL = Weight(1)
        LARGE = Weight(9)
        def limit(self): return {value: key for key, value in LIMITS.items()}[self]
    LIMITS = {Weight(1): Size.SMALL, Weight(9): Size.LARGE}
    o = Size.LARGE
    """,
    """
    assert o.limit() == o.value and o.value.size() is o and not o.value.is_default()
    assert type(o).SMALL.value.is_default()
    """,
)
case(
    "child of dict with a __setitem__ that uses a constant of another class",
    """
    class Step:
        def __init__(self, factor): self.factor = factor
        def bag(self): return Bag
    class Bag(dict):
        def __setitem__(self, key, value): super().__setitem__(key, value * STEP.factor)
        def total(self): return sum(self.values()) + len(EMPTY) + FULL["a"]
    STEP = Step(1)
    EMPTY, FULL = Bag(), Bag(a=4)
    o = Bag(a=1), STEP
    """,
    """
    bag, step = o
    assert bag.total() == 5 and step.bag() is type(bag)
    step.factor = 2
    bag["b"] = 1
    assert dict(bag) == {"a": 1, "b": 2}
    """,
)
case(
    "child of dict with a __setitem__ that needs the dictionary itself",
    """
    class Bag(dict):
        def __setitem__(self, key, value): super().__setitem__(key, value * STEP.get("n", 1))
        def total(self): return sum(self.values())
    STEP = Bag(n=2)
    o = Bag(a=1)
    """,
    refused="(?s)Bag.*STEP",
)
case(
    "__setstate__ that needs a table which contains the instance",
    """
    class Job:
        def __init__(self, name): self.name = name
        def __getstate__(self): return self.name
        def __setstate__(self, state): self.name = state; JOBS[state] = self
    JOBS = {"first": Job("first")}
    o = JOBS["first"]
    """,
    refused="(?s)Job.*JOBS",
)
for keeps, test in (("_only = None", "cls._only is None"), ("", "not hasattr(cls, '_only')")):
    case(
        f"the only instance of a class, which its __new__ returns, {test}",
        f"""
        class Config:
            {keeps or "pass"}
            def __new__(cls):
                if {test}:
                    cls._only = super().__new__(cls)
                    cls._only.values = []
                return cls._only
        Config().values.append(3)
        o = [Config(), Config]
        """,
        "assert o[0].values == [3] and o[1]() is o[0] and o[1]._only is o[0]",
    )
case(
    "object that the payload starts with, named by a method of its class",
    """
    class Node:
        def __init__(self, name): self.name = name
        def __getstate__(self): return self.name
        def __setstate__(self, state): self.name = state
        def is_root(self): return self is ROOT
    ROOT = Node("root")
    o = [ROOT, Node("leaf")]
    """,
    """
    assert o[0].is_root() and not o[1].is_root() and o[0].name == "root"
    """,
)
case(
    "exception whose class keeps instances of it",
    """
    class Refused(Exception):
        def __init__(self, reason, code): super().__init__(reason); self.code = code
        def __reduce__(self): return type(self), (self.args[0], self.code)
        def __hash__(self): return hash(self.code)
        def __eq__(self, other): return self.code == other.code
        def is_known(self): return self in KNOWN
    KNOWN = {Refused("first", 1), Refused("second", 2)}
    o = Refused("second", 2)
    """,
    """
    assert o.is_known() and not type(o)("third", 3).is_known() and o.args == ("second",)
    """,
    has_sets=True,
)
case(
    "abstract class with a registered class, and an instance in a table of the class",
    """
    import abc
    class Shape(abc.ABC):
        @abc.abstractmethod
        def area(self): ...
        def known(self): return Shape.table[self]
    class Square(Shape):
        def __init__(self, side): self.side = side
        def __hash__(self): return hash(self.side)
        def __eq__(self, other): return self.side == other.side
        def area(self): return self.side ** 2
    class Foreign: pass
    Shape.register(Foreign)
    Shape.table = {Square(2): "two"}
    o = Square(2), Foreign()
    """,
    """
    assert o[0].known() == "two" and o[0].area() == 4 and isinstance(o[1], type(o[0]).__mro__[1])
    """,
)

for kind, new, value in (
    ("positional", "def __new__(cls, tree): return super().__new__(cls)", 'Leaf("oak")'),
    ("keyword-only", "def __new__(cls, *, tree): return super().__new__(cls)", 'Leaf(tree="oak")'),
):
    case(
        f"__new__ with a required {kind} argument that nothing gives when it is loaded",
        f"""
        class Leaf:
            {new}
        o = [{value}]
        """,
        refused="(?s)Leaf.__new__.*'tree'.*__getnewargs__",
    )
case(
    "__new__ with a required argument that __getnewargs__ or a builtin type gives",
    """
    class Leaf:
        def __new__(cls, tree):
            self = super().__new__(cls)
            self.tree = tree
            return self
        def __getnewargs__(self): return (self.tree,)
    class Metres(float):
        def __new__(cls, value): return super().__new__(cls, value)
    o = Leaf("oak"), Metres(3)
    """,
    "assert o[0].tree == 'oak' and o[1] == 3.0 and type(o[1]).__name__ == 'Metres'",
)

# The class is met through its instance, while another function or class is open.
case(
    "function attribute that is a named tuple, which another class keeps as well",
    """
    import typing
    class Span(typing.NamedTuple):
        end: int
        def longer(self): return self.end + Line.width
    class Line: width = 8
    Line.first = Span(1)
    def measured(x): return x + 1
    measured.last = Line.first
    o = measured
    """,
    """
    span = o.last
    assert span.longer() == 9 and span == (1,) and o(1) == 2
    assert span.longer.__func__.__globals__["Line"].first is span
    """,
)
case(
    "two frozen dataclasses with slots that keep one instance",
    """
    import dataclasses
    @dataclasses.dataclass(frozen=True, slots=True)
    class Currency:
        name: str
        def told(self): return EURO.name
    @dataclasses.dataclass(frozen=True, slots=True)
    class Price:
        amount: int
        def told(self): return EURO.name, self.amount
    EURO = Currency("EUR")
    Price.usual = Currency.usual = EURO
    o = Price
    """,
    """
    assert o(3).told() == ("EUR", 3) and o.usual is type(o.usual).usual and hash(o.usual) == hash(type(o.usual)("EUR"))
    """,
)
case(
    "instance whose __reduce__ names a function that uses an instance",
    """
    class Node:
        def __init__(self, name): self.name = name
        def __reduce__(self): return node, (self.name,)
        def base(self): return BASE.name
    def node(name): return Node(name + BASE.suffix)
    class Base:
        def __init__(self): self.name, self.suffix = "base", ""
        def __getstate__(self): return (self.name, self.suffix)
        def __setstate__(self, state): self.name, self.suffix = state
        def kept(self): return LEAF
    BASE = Base()
    LEAF = Node("leaf")
    def f(x): return x
    f.leaf = LEAF
    BASE.__class__.first = BASE
    o = f
    """,
    """
    assert o.leaf.name == "leaf" and o.leaf.base() == "base"
    """,
)
case(
    "method that calls a function, one of whose attributes contains the instance",
    """
    class Angle:
        def __init__(self, degrees): self.degrees, self.turns = degrees, turned(degrees)
        def __getstate__(self): return (self.degrees,)
        def __setstate__(self, state): self.degrees, self.turns = state[0], turned(state[0])
    def turned(degrees): return degrees / 360
    turned.last = Angle(90)
    o = turned
    """,
    """
    assert o.last.turns == 0.25 and o(180) == 0.5 and type(o.last)(36).turns == 0.1
    """,
)
case(
    "global whose class has a __new__ with an argument, and uses that global",
    """
    class Leaf:
        def __new__(cls, name):
            self = super().__new__(cls)
            self.name = name + Tree.suffix
            return self
        def __getnewargs__(self): return (self.name,)
        def told(self): return OAK.name
    class Tree:
        suffix = "!"
        def __init__(self): self.name = OAK.name
        def __getstate__(self): return (self.name,)
        def __setstate__(self, state): self.name = state[0] + OAK.name[:0]
    OAK = Leaf("oak")
    o = Tree
    """,
    """
    assert o().name == "oak!"
    """,
)
