"""Named tuples by value."""

from __future__ import annotations

from .. import EQUAL_STRINGS, family

case = family(__name__)

case(
    "`__main__` NamedTuple + instance",
    """
    from typing import NamedTuple
    class P(NamedTuple):
        'Doc.'
        x: int
        y: str = 'y'
        def total(self): return self.x * 2
        @property
        def p(self): return self.y
    o = P, P(1)
    """,
    """
    P, p = o
    assert p == (1, 'y') and p.total() == 2 and p.p == 'y' and P._fields == ('x', 'y')
    assert P._field_defaults == {'y': 'y'} and repr(p) == "P(x=1, y='y')"
    assert p._replace(x=5).x == 5 and P.__doc__ == 'Doc.' and type(p) is P
    import inspect, collections
    assert inspect.get_annotations(P) == {'x': int, 'y': str}
    assert p._asdict() == {'x': 1, 'y': 'y'} and P.x.__get__(p) == 1
    """,
)

case(
    "local NamedTuple + instance",
    """
    def make():
        from typing import NamedTuple
        class P(NamedTuple):
            x: int
            def m(self): return self.x + 1
        return P
    P = make()
    o = P(4), P
    """,
    """
    p, P = o
    assert p.m() == 5 and P.__qualname__ == 'make.<locals>.P'
    assert P.__annotations__ == {'x': int} and P._make([1]) == (1,)
    """,
)

case(
    "local collections.namedtuple + instance",
    """
    import collections
    def make(): return collections.namedtuple('P', 'x y', defaults=[5])
    P = make()
    o = P(1), P
    """,
    """
    p, P = o
    assert p == (1, 5) and p.y == 5 and P(x=3).x == 3 and P._field_defaults == {'y': 5}
    assert type(p).x.__doc__ == 'Alias for field number 0'
    """,
    unstable=EQUAL_STRINGS,
)

case(
    "namedtuple subclass with slots and methods",
    """
    import collections
    class P(collections.namedtuple('P', 'x y')):
        __slots__ = ()
        def norm(self): return self.x ** 2 + self.y ** 2
    o = P(3, 4)
    """,
    """
    assert o.norm() == 25 and not hasattr(o, '__dict__')
    assert o._replace(x=0).norm() == 16
    """,
)

case(
    "generic NamedTuple",
    """
    from typing import NamedTuple, Generic, TypeVar
    T = TypeVar('T')
    class P(NamedTuple, Generic[T]):
        x: T
    o = P(1), P[int]
    """,
    """
    p, alias = o
    assert p.x == 1 and alias.__origin__ is type(p)
    """,
    not_on_pypy="the bytes follow which equal strings are one there",
)

case(
    "NamedTuple functional, and with lambda default",
    """
    from typing import NamedTuple
    P = NamedTuple('P', [('x', int), ('y', int)])
    class Q(NamedTuple):
        f: object = lambda x: x + 1
    o = P(1, 2), Q()
    """,
    """
    p, q = o
    assert p.x == 1 and q.f(1) == 2 and p == (1, 2)
    """,
)

case(
    "recursive NamedTuple instances",
    """
    from typing import NamedTuple
    class N(NamedTuple):
        v: int
        kids: list
    n = N(1, [])
    n.kids.append(n)
    o = n
    """,
    "assert o.kids[0] is o",
    unstable="as with pickle, a tuple in a cycle is written twice",
)

case(
    "namedtuple with defaults and fields of one character",
    """
    import collections
    o = [collections.namedtuple(name, fields, defaults=(1, 2)) for name, fields in (("P", "n x y"), ("Q", "begin n"), ("R", ["s", "t"]))]
    """,
    "assert [cls(0)[-1] if len(cls._fields) == 3 else cls()[1] for cls in o] == [2, 2, 2] and o[0]._field_defaults == {'x': 1, 'y': 2}",
)
