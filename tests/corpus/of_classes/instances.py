"""Instances of classes by value, and how they say that they are pickled."""

from __future__ import annotations

from .. import family

case = family(__name__)

case(
    "__getstate__ and __setstate__",
    """
    class C:
        def __init__(self): self.x, self.lock = 1, __import__('threading').Lock()
        def __getstate__(self): return {'x': self.x}
        def __setstate__(self, s):
            self.__dict__.update(s)
            self.lock = 'new'
    o = C()
    """,
    "assert o.x == 1 and o.lock == 'new'",
)

case(
    "__reduce__ of a by-value class",
    """
    class C:
        def __init__(self, a, b): self.a, self.b = a, b
        def __reduce__(self): return C, (self.b, self.a)
    o = C(1, 2)
    """,
    "assert (o.a, o.b) == (2, 1)",
    unstable="each dump swaps the values",
)

case(
    "__getnewargs_ex__ and __new__",
    """
    class C:
        def __new__(cls, a, *, b):
            self = super().__new__(cls)
            self.got = a, b
            return self
        def __getnewargs_ex__(self): return (1,), {'b': 2}
    o = C(1, b=2)
    """,
    "assert o.got == (1, 2)",
    protocols=(2, 3, 4),
)

case(
    "__reduce_ex__ with list and dict items",
    """
    class C:
        def __init__(self): self.l, self.d = [], {}
        def append(self, x): self.l.append(x)
        def extend(self, xs): self.l.extend(xs)
        def __setitem__(self, k, v): self.d[k] = v
        def __reduce_ex__(self, p): return C, (), None, iter(self.l), iter(self.d.items())
    c = C()
    c.append(lambda: 1)
    c['k'] = 2
    o = c
    """,
    "assert o.l[0]() == 1 and o.d == {'k': 2}",
)

case(
    "instance with a changed __class__",
    """
    class A: pass
    class B:
        def m(self): return 'B'
    a = A()
    a.x = 1
    a.__class__ = B
    o = a
    """,
    "assert o.m() == 'B' and o.x == 1",
)

case(
    "shared references among instances",
    """
    class N: pass
    a, b = N(), N()
    a.peer, b.peer = b, a
    shared = []
    a.s = b.s = shared
    o = [a, b]
    """,
    """
    a, b = o
    assert a.peer is b and b.peer is a and a.s is b.s
    """,
    protocols=(2, 3, 4),
)

case(
    "long chain of instances in a list",
    """
    class N: pass
    nodes = [N() for _ in range(500)]
    for i, n in enumerate(nodes): n.i = i; n.peers = nodes[:3]
    o = nodes
    """,
    "assert [n.i for n in o] == list(range(500)) and o[400].peers[2] is o[2]",
)
