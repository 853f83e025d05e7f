"""Enum classes of all kinds, and their members."""

from __future__ import annotations

from . import family

case = family(__name__)

case(
    "`__main__` Enum + member",
    """
    import enum
    class Color(enum.Enum):
        'Colours.'
        RED = 1
        GREEN = 2
        CRIMSON = 1
        def shout(self): return self.name + '!'
        @property
        def low(self): return self.name.lower()
        @classmethod
        def first(cls): return next(iter(cls))
        @staticmethod
        def helper(): return 'h'
    o = Color, Color.GREEN, Color.CRIMSON
    """,
    """
    Color, g, c = o
    assert g is Color.GREEN and c is Color.RED
    assert Color.RED is Color(1) is Color['RED'] is Color.CRIMSON
    assert [c.name for c in Color] == ['RED', 'GREEN']
    assert Color.GREEN.shout() == 'GREEN!' and Color.RED.low == 'red'
    assert Color.first() is Color.RED and Color.helper() == 'h'
    assert list(Color.__members__) == ['RED', 'GREEN', 'CRIMSON'] and len(Color) == 2
    assert Color.RED in Color and Color.RED.name == 'RED' and Color.RED.value == 1
    assert Color.__doc__ == 'Colours.' and repr(Color.RED) == '<Color.RED: 1>'
    assert hash(Color.RED) == hash('RED') and isinstance(Color.RED, Color)
    assert Color.RED != Color.GREEN
    import pickle, copy
    assert copy.deepcopy(Color.RED) is Color.RED
    try: Color(9)
    except ValueError: pass
    else: assert False
    try: Color.RED = 5
    except AttributeError: pass
    else: assert False
    try:
        class Sub(Color): pass
    except TypeError: pass
    else: assert False
    """,
    protocols=(2, 3, 4),
)

case(
    "`__main__` Enum member alone",
    """
    import enum
    class Color(enum.Enum):
        'Colours.'
        RED = 1
        GREEN = 2
        CRIMSON = 1
        def shout(self): return self.name + '!'
        @property
        def low(self): return self.name.lower()
        @classmethod
        def first(cls): return next(iter(cls))
        @staticmethod
        def helper(): return 'h'
    o = Color.GREEN
    """,
    """
    Color = type(o)
    assert o is Color.GREEN
    assert Color.RED is Color(1) is Color['RED'] is Color.CRIMSON
    assert [c.name for c in Color] == ['RED', 'GREEN']
    assert Color.GREEN.shout() == 'GREEN!' and Color.RED.low == 'red'
    assert Color.first() is Color.RED and Color.helper() == 'h'
    assert list(Color.__members__) == ['RED', 'GREEN', 'CRIMSON'] and len(Color) == 2
    assert Color.RED in Color and Color.RED.name == 'RED' and Color.RED.value == 1
    assert Color.__doc__ == 'Colours.' and repr(Color.RED) == '<Color.RED: 1>'
    assert hash(Color.RED) == hash('RED') and isinstance(Color.RED, Color)
    assert Color.RED != Color.GREEN
    import pickle, copy
    assert copy.deepcopy(Color.RED) is Color.RED
    try: Color(9)
    except ValueError: pass
    else: assert False
    try: Color.RED = 5
    except AttributeError: pass
    else: assert False
    try:
        class Sub(Color): pass
    except TypeError: pass
    else: assert False
    """,
)

case(
    "local Enum + member",
    """
    def make():
        import enum
        class E(enum.Enum):
            A = 'a'
            B = ('b', 2)
        return E
    E = make()
    o = E, E.B
    """,
    """
    E, b = o
    assert b is E.B is E(('b', 2)) and E.__qualname__ == 'make.<locals>.E'
    assert b.value == ('b', 2)
    """,
)

case(
    "Enum nested in a class",
    """
    import enum
    class Task:
        class State(enum.Enum):
            NEW = enum.auto()
            DONE = enum.auto()
        def __init__(self): self.state = Task.State.NEW
        def finish(self): self.state = self.State.DONE
    o = Task()
    """,
    """
    S = type(o).State
    assert o.state is S.NEW
    o.finish()
    assert o.state is S.DONE and S.__qualname__ == 'Task.State'
    """,
)

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
    "Enum with lambda, list and class values",
    """
    import enum
    class Op(enum.Enum):
        ADD = enum.member(lambda a, b: a + b)
        MUL = enum.member(staticmethod(lambda a, b: a * b))
        LIST = [1, 2]
        TYPE = int
        helper = enum.nonmember(5)
        def __call__(self, *a): return (self.value.__func__ if isinstance(self.value, staticmethod) else self.value)(*a)
    o = Op.ADD
    """,
    """
    Op = type(o)
    assert o(1, 2) == 3 and Op.MUL(2, 3) == 6 and Op([1, 2]) is Op.LIST
    assert Op.TYPE('5') == 5 and Op.helper == 5 and len(Op) == 4
    """,
)

case(
    "Enum whose values are instances of a by-value class",
    """
    import enum
    class V:
        def __init__(self, n): self.n = n
        def __eq__(self, o): return self.n == o.n
        def __hash__(self): return self.n
    class E(enum.Enum):
        A = V(1)
        B = V(2)
    o = E.B, V
    """,
    """
    b, V = o
    E = type(b)
    assert E(V(2)) is b and E.A.value.n == 1
    """,
)

case(
    "Enum that its own method refers to, and a function",
    """
    import enum
    class E(enum.Enum):
        A = 1
        B = 2
        def other(self): return E.B if self is E.A else E.A
    def pick(x=E.B): return {E.A: 'a', E.B: 'b'}[x]
    o = pick, E.A
    """,
    """
    pick, a = o
    assert pick() == 'b' and pick(a) == 'a' and a.other().other() is a
    """,
)

case(
    "Enum functional API",
    """
    import enum
    E = enum.Enum('E', 'A B C')
    F = enum.IntEnum('F', {'X': 10}, module=__name__, qualname='F')
    o = E.B, F.X, E
    """,
    """
    b, x, E = o
    assert b is E.B and b.value == 2 and [m.name for m in E] == ['A', 'B', 'C']
    assert x == 10
    """,
)

case(
    "Enum base without members, subclass with",
    """
    import enum
    class Base(enum.Enum):
        def hello(self): return 'hello ' + self.name
    class E(Base):
        A = 1
    o = E.A, Base
    """,
    """
    a, Base = o
    assert a.hello() == 'hello A' and isinstance(a, Base) and a is type(a).A
    import enum
    class F(Base):
        Z = 9
    assert F.Z.hello() == 'hello Z'
    """,
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

case(
    "enum.unique, enum.verify and enum.property",
    """
    import enum
    @enum.unique
    class U(enum.Enum):
        A = 1
        B = 2
        @enum.property
        def x(self): return 'x' + self.name
    @enum.verify(enum.CONTINUOUS)
    class V(enum.IntEnum):
        P = 1
        Q = 2
    o = U.A, V.Q
    """,
    """
    u, v = o
    assert u.x == 'xA' and v == 2
    """,
)

case(
    "Enum member used as dictionary key, default and set member",
    """
    import enum
    class E(enum.Enum):
        A = 1
        B = 2
    o = {E.A: 'a'}, {E.B}, lambda e=E.A: e
    """,
    """
    d, s, f = o
    E = type(f())
    assert d[E.A] == 'a' and E.B in s and f() is E.A
    """,
)

case(
    "Enum loaded twice",
    """
    import enum
    class E(enum.Enum):
        A = 1
    o = [pickler.dumps(E), pickler.dumps(E.A), pickler.dumps(lambda: E.A)]
    """,
    """
    import pickle
    E, a, f = map(pickle.loads, o)
    assert a is E.A is f() and pickle.loads(o[1]) is a
    """,
)

case(
    "importable Enum by reference",
    """
    import http, enum
    o = [http.HTTPStatus.OK, enum.Enum, http.HTTPStatus]
    """,
    """
    import http
    assert o[0] is http.HTTPStatus.OK and o[2] is http.HTTPStatus
    assert len(payload) < 150
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

case(
    "member's __module__, __reduce_ex__ and hash",
    """
    import enum
    class E(enum.Enum):
        A = 1
        def __hash__(self): return 42
    o = E.A
    """,
    "assert hash(o) == 42 and type(o).__module__ == '__main__'",
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
)
