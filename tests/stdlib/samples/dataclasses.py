def plain(dataclass):
    @dataclass
    class Point:
        x: int
        y: int = 0

    @dataclass(order=True, frozen=True)
    class Version:
        major: int
        minor: int

    return Point(1), Point(1) == Point(1, 0), Version(1, 2) < Version(1, 3), hash(Version(1, 2)) == hash(Version(1, 2))


def fields_of(dataclass, field, fields, asdict, astuple, replace, is_dataclass):
    @dataclass
    class Item:
        name: str
        tags: list = field(default_factory=list, repr=False)
        price: float = field(default=1.5, metadata={"unit": "EUR"}, compare=False)

    @dataclass
    class Order:
        items: list
        first: Item

    one = Item("a", ["t"])
    order = Order([one, Item("b")], one)
    return (
        [(f.name, f.type, f.repr, dict(f.metadata)) for f in fields(Item)],
        asdict(order),
        astuple(order),
        replace(one, name="c"),
        Item("x").tags is Item("x").tags,
        is_dataclass(Item),
        is_dataclass(one),
        is_dataclass(3),
    )


def frozen(dataclass, FrozenInstanceError):
    @dataclass(frozen=True, slots=True)
    class Fixed:
        x: int

    try:
        Fixed(1).x = 2
    except FrozenInstanceError as error:
        return str(error), isinstance(error, AttributeError), Fixed.__slots__, hasattr(Fixed(1), "__dict__")


def keyword_only(dataclass, KW_ONLY, field):
    from typing import ClassVar

    @dataclass
    class Options:
        count: ClassVar[int] = 0
        path: str
        _: KW_ONLY
        deep: bool = False
        size: int = field(init=False)

        def __post_init__(self):
            self.size = len(self.path)

    try:
        Options("a", True)
    except TypeError as error:
        return Options("ab", deep=True), str(error), Options.__match_args__


# Not in a dataclass: `dataclasses` looks for the class under its name in `sys.modules`, where the original is.
def init_only(InitVar):
    return InitVar[int], InitVar(str).type


def inherited(dataclass):
    @dataclass
    class Base:
        x: int = 1

    @dataclass
    class Derived(Base):
        y: int = 2
        x: int = 3

    match Derived(5):
        case Derived(x, y):
            return Derived(), x, y


def made(make_dataclass, field):
    cls = make_dataclass("Made", ["a", ("b", int), ("c", list, field(default_factory=list))], namespace={"two": lambda self: 2})
    return cls(1, 2), cls(1, 2).two(), cls.__name__


def refused(dataclass, field):
    found = []
    for kind in (list, dict, set):
        try:

            @dataclass
            class Wrong:
                items: kind = kind()

        except ValueError as error:
            found.append(str(error))
    try:
        field(default=1, default_factory=int)
    except ValueError as error:
        found.append(str(error))
    return found
