"""Classes with special methods that the interpreter or the standard library calls."""

from __future__ import annotations

from .. import EQUAL_STRINGS, family

case = family(__name__)

case(
    "__hash__ is None, and __eq__",
    """
    class C:
        def __init__(self, v): self.v = v
        def __eq__(self, other): return self.v == other.v
    o = C(1), C(1)
    """,
    """
    a, b = o
    assert a == b and type(a).__hash__ is None and '__hash__' in vars(type(a))
    """,
)

case(
    "__eq__ and __hash__, instances in a set and as keys",
    """
    class C:
        def __init__(self, v): self.v = v
        def __eq__(self, other): return self.v == other.v
        def __hash__(self): return hash(self.v)
    o = {C(1): 'one'}, {C(2)}, C(1)
    """,
    """
    d, s, c = o
    assert d[c] == 'one' and type(c)(2) in s
    """,
)

case(
    "__match_args__, __class_getitem__, __init_subclass__, __call__, operators",
    """
    class P:
        __match_args__ = ('x', 'y')
        def __init__(self, x, y): self.x, self.y = x, y
        def __class_getitem__(cls, k): return cls, k
        def __add__(self, p): return P(self.x + p.x, self.y + p.y)
        def __call__(self): return self.x
    o = P(1, 2)
    """,
    """
    match o + o:
        case type(x=2, y=4): ok = 1
    assert type(o)['k'] == (type(o), 'k') and o() == 1
    assert type(o).__match_args__ == ('x', 'y')
    """,
)

case(
    "__getattribute__ and __setattr__ of a class",
    """
    class C:
        log = []
        def __setattr__(self, n, v):
            C.log.append(n)
            object.__setattr__(self, n, v)
    c = C()
    c.x = 1
    o = c
    """,
    """
    assert o.x == 1 and type(o).log == ['x']
    o.y = 2
    assert type(o).log == ['x', 'y']
    """,
    unstable=EQUAL_STRINGS,
)

case(
    "proxy whose __getattribute__ answers for all attributes with those of another object",
    """
    class Proxy:
        __slots__ = ("target",)
        def __init__(self, target): object.__setattr__(self, "target", target)
        def __getattribute__(self, name): return getattr(object.__getattribute__(self, "target"), name)
    class Point:
        def __init__(self): self.x = 1
    o = Proxy([1, 2]), Proxy({1: 2}), Proxy(Point()), Proxy(Proxy("text"))
    """,
    """
    numbers, table, point, text = o
    assert type(numbers) is list and numbers == [1, 2] and type(table) is dict and table == {1: 2}
    assert type(point).__name__ == "Point" and vars(point) == {"x": 1} and type(text) is str and text == "text"
    """,
    unstable="a proxy is pickled as its target",
)

case(
    "__getattribute__ that answers for __reduce_ex__",
    """
    class C:
        def __getattribute__(self, name):
            if name == "__reduce_ex__": return lambda protocol: (complex, (1, protocol > 0))
            return object.__getattribute__(self, name)
    class Logged:
        seen = []
        def __init__(self): self.x = 1
        def __getattribute__(self, name):
            Logged.seen.append(name)
            return object.__getattribute__(self, name)
    o = C(), Logged()
    """,
    """
    number, logged = o
    assert type(number) is complex and number == 1 + 1j and "__reduce_ex__" in type(logged).seen and logged.x == 1
    """,
    unstable="the list grows",
)

case(
    "exception class and Warning class",
    """
    class E(Exception): pass
    class W(UserWarning): pass
    o = E('a', 1), W('w')
    """,
    """
    e, w = o
    assert e.args == ('a', 1) and isinstance(e, Exception)
    assert isinstance(w, UserWarning)
    """,
)
