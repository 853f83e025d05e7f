def plain(Enum):
    class Color(Enum):
        RED = 1
        GREEN = 2
        CRIMSON = 1

        def describe(self):
            return f"{self.name} is {self.value}"

    try:
        Color(7)
    except ValueError as error:
        return (
            list(Color),
            Color.RED,
            Color(2),
            Color["GREEN"],
            Color.CRIMSON is Color.RED,
            Color.RED.describe(),
            str(error),
            len(Color),
            list(Color.__members__),
            Color.RED in Color,
            str(Color.RED),
            hash(Color.RED) == hash(Color(1)),
            isinstance(Color.RED, Enum),
        )


def functional(Enum):
    made = Enum("Animal", "ANT BEE", start=5)
    return list(made), made.BEE.value, Enum("Other", {"x": "y"})("y")


def integers(IntEnum):
    class Level(IntEnum):
        LOW = 1
        HIGH = 5

    return (
        Level.LOW + 1,
        Level.HIGH > Level.LOW,
        sorted([Level.HIGH, Level.LOW]),
        f"{Level.LOW}",
        str(Level.HIGH),
        Level(5),
        int(Level.LOW),
    )


def strings(StrEnum, auto):
    class Word(StrEnum):
        ONE = auto()
        TWO = "zwei"

    return Word.ONE, Word.ONE.upper(), f"{Word.TWO}", Word("one"), Word.TWO == "zwei"


def automatic(Enum, auto):
    class Step(Enum):
        @staticmethod
        def _generate_next_value_(name, start, count, last_values):
            return name.lower() * (count + 1)

        A = auto()
        B = auto()

    return [member.value for member in Step]


def flags(Flag, auto):
    class Right(Flag):
        R = auto()
        W = auto()
        X = auto()
        RW = R | W

    both = Right.R | Right.X
    return (
        both,
        Right.RW,
        ~Right.R,
        both & Right.W,
        bool(both & Right.W),
        Right.R in both,
        Right(5) is both,
        list(Right.RW),
        both ^ Right.R,
    )


def integer_flags(IntFlag):
    class Mode(IntFlag):
        R = 4
        W = 2

    return Mode.R | Mode.W, Mode.R | 8, Mode(6) == 6, Mode.R | Mode.W | 1, ~Mode.R


def boundaries(Flag, FlagBoundary):
    class Strict(Flag, boundary=FlagBoundary.STRICT):
        A = 1

    class Conform(Flag, boundary=FlagBoundary.CONFORM):
        A = 1

    try:
        Strict(3)
    except ValueError as error:
        return str(error).splitlines()[0], Conform(3), list(FlagBoundary)


def distinct(Enum, unique):
    try:

        @unique
        class Twice(Enum):
            A = 1
            B = 1

    except ValueError as error:
        return str(error)


def members(Enum, member, nonmember):
    class Mixed(Enum):
        A = 1
        helper = nonmember(3)

        @member
        def call():
            return 1

    return list(Mixed.__members__), Mixed.helper


def methods(Enum, property):
    class Planet(Enum):
        EARTH = (5.9, 6.3)

        def __init__(self, mass, radius):
            self.mass = mass

        @property
        def heavy(self):
            return self.mass > 1

        @classmethod
        def _missing_(cls, value):
            return cls.EARTH

    return Planet.EARTH.heavy, Planet(0), Planet.EARTH.mass


def verified(verify, EnumCheck, Enum):
    try:

        @verify(EnumCheck.CONTINUOUS)
        class Holes(Enum):
            A = 1
            C = 3

    except ValueError as error:
        return str(error)


def metaclass(EnumType, Enum):
    return isinstance(Enum, EnumType), type(EnumType("E", (Enum,), EnumType.__prepare__("E", (Enum,)))).__name__
