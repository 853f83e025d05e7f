"""Enum classes of all kinds, and their members."""

from __future__ import annotations

from .. import family

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
