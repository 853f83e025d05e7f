"""Dataclasses by value."""

from __future__ import annotations

from .. import family

case = family(__name__)

case(
    "`__main__` dataclass + instance",
    """
    from dataclasses import dataclass, field
    @dataclass
    class P:
        x: int
        y: list = field(default_factory=list)
        z: 'str' = 'z'
    o = P, P(1, [2])
    """,
    """
    import dataclasses
    P, p = o
    assert p == P(1, [2]) and repr(p) == "P(x=1, y=[2], z='z')" and P(1).y == []
    assert dataclasses.asdict(p) == {'x': 1, 'y': [2], 'z': 'z'}
    assert dataclasses.replace(p, x=5).x == 5
    assert [f.name for f in dataclasses.fields(P)] == ['x', 'y', 'z']
    assert dataclasses.is_dataclass(P) and P.__match_args__ == ('x', 'y', 'z')
    """,
    protocols=(2, 3, 4),
)

case(
    "local dataclass + instance",
    """
    import dataclasses
    def make():
        @dataclasses.dataclass
        class P:
            x: int
            y: int = 2
        return P
    P = make()
    o = P, P(1)
    """,
    """
    import dataclasses
    P, p = o
    f = dataclasses.fields(P)
    assert f[0].default is dataclasses.MISSING
    assert f[0].default_factory is dataclasses.MISSING
    assert f[0]._field_type is dataclasses._FIELD and f[1].default == 2
    @dataclasses.dataclass
    class Sub(P):
        z: int = 3
    try: Sub()
    except TypeError: pass
    else: assert False, 'required field became optional'
    assert Sub(1).y == 2 and p == P(1, 2)
    """,
)

case(
    "dataclass frozen, order, slots, kw_only",
    """
    from dataclasses import dataclass
    @dataclass(frozen=True, order=True, slots=True, kw_only=True)
    class P:
        x: int
        y: int = 2
    o = P(x=1), P(x=2)
    """,
    """
    a, b = o
    assert a < b and hash(a) == hash(type(a)(x=1)) and not hasattr(a, '__dict__')
    assert type(a).__slots__ == ('x', 'y')
    import dataclasses
    try: a.x = 3
    except dataclasses.FrozenInstanceError: pass
    else: assert False
    try: type(a)(1)
    except TypeError: pass
    else: assert False
    assert dataclasses.replace(a, y=9).y == 9 and dataclasses.fields(a)[0].kw_only
    """,
)

case(
    "dataclass slots with super() and weakref_slot",
    """
    from dataclasses import dataclass
    class Base:
        __slots__ = ()
        def m(self): return 1
    @dataclass(slots=True, weakref_slot=True)
    class P(Base):
        x: int
        def m(self): return super(P, self).m() + self.x
    o = P(2)
    """,
    """
    import weakref
    assert o.m() == 3 and weakref.ref(o)() is o and not hasattr(o, '__dict__')
    """,
)

case(
    "dataclass slots with zero-argument super()",
    """
    from dataclasses import dataclass
    class Base:
        def m(self): return 1
    @dataclass(slots=True)
    class P(Base):
        x: int
        def m(self): return super().m() + self.x
    o = P(2)
    """,
    "assert o.m() == 3",
    min_version=(3, 14),
)

case(
    "dataclass slots, after the class that it replaced was collected",
    """
    import gc
    from dataclasses import dataclass
    @dataclass(slots=True)
    class P:
        Size = int
        x: Size
    gc.collect()
    o = P
    """,
    "assert o.__annotations__ == {'x': int}",
)

case(
    "dataclass InitVar and ClassVar",
    """
    from dataclasses import dataclass, InitVar, field
    from typing import ClassVar
    @dataclass
    class P:
        x: int
        scale: InitVar[int] = 2
        count: ClassVar[int] = 0
        y: int = field(init=False, default=0)
        def __post_init__(self, scale): self.y = self.x * scale
    o = P(3, 4), P
    """,
    """
    import dataclasses
    p, P = o
    assert p.y == 12 and P(3).y == 6
    assert [f.name for f in dataclasses.fields(P)] == ['x', 'y'] and P.count == 0
    @dataclasses.dataclass
    class Sub(P):
        z: int = 1
    assert Sub(2, 5).y == 10
    assert [f.name for f in dataclasses.fields(Sub)] == ['x', 'y', 'z']
    """,
)

case(
    "dataclass KW_ONLY sentinel",
    """
    from dataclasses import dataclass, KW_ONLY
    @dataclass
    class P:
        x: int
        _: KW_ONLY
        y: int = 2
    o = P(1, y=3)
    """,
    """
    P = type(o)
    assert o == P(1, y=3)
    try: P(1, 3)
    except TypeError: pass
    else: assert False
    """,
)

case(
    "dataclass field options",
    """
    from dataclasses import dataclass, field
    @dataclass(eq=True, unsafe_hash=True)
    class P:
        x: int = field(repr=False, compare=False, metadata={'unit': 'm'})
        y: int = field(default=1, hash=False, kw_only=True)
    o = P(1, y=2)
    """,
    """
    import dataclasses, types
    f = dataclasses.fields(o)[0]
    assert repr(o) == 'P(y=2)' and f.metadata['unit'] == 'm'
    assert type(f.metadata) is types.MappingProxyType and o == type(o)(5, y=2) and f.type is int
    """,
)

case(
    "dataclass empty metadata stays the read-only empty mapping",
    """
    from dataclasses import dataclass
    @dataclass
    class P: x: int
    o = P
    """,
    """
    import dataclasses
    m = dataclasses.fields(o)[0].metadata
    assert dict(m) == {}
    try: m['a'] = 1
    except TypeError: pass
    else: assert False
    """,
)

case(
    "dataclass with a lambda default factory and default",
    """
    from dataclasses import dataclass, field
    n = 3
    @dataclass
    class P:
        'A docstring: the one that dataclass makes has the address of the function.'
        f: object = lambda x: x + 1
        y: list = field(default_factory=lambda: [n])
    o = P
    """,
    """
    p = o()
    assert p.y == [3] and o.__dataclass_fields__['f'].default(1) == 2
    """,
)

case(
    "dataclass make_dataclass",
    """
    import dataclasses
    fields = [('x', int), 'y', ('z', int, dataclasses.field(default=5))]
    P = dataclasses.make_dataclass('P', fields, namespace={'total': lambda self: self.x + self.z})
    o = P(1, 2)
    """,
    "assert o.total() == 6 and repr(o) == 'P(x=1, y=2, z=5)'",
)

case(
    "dataclass under the future import",
    """
    from __future__ import annotations
    from dataclasses import dataclass
    import typing
    @dataclass
    class P:
        x: int
        k: typing.ClassVar[int] = 1
        peer: P | None = None
    o = P(1, P(2))
    """,
    """
    import dataclasses
    assert o.peer.x == 2
    assert [f.type for f in dataclasses.fields(o)] == ['int', 'P | None']
    """,
)

case(
    "dataclass that refers to itself, deferred",
    """
    from dataclasses import dataclass
    @dataclass
    class Node:
        v: int
        next: 'Node | None' = None
    n = Node(1)
    n.next = Node(2, n)
    o = n
    """,
    "assert o.next.next is o and type(o.next) is type(o)",
)

case(
    "dataclass with cached_property, property and classmethod",
    """
    import dataclasses, functools
    @dataclasses.dataclass
    class P:
        x: int
        @functools.cached_property
        def twice(self): return self.x * 2
        @classmethod
        def zero(cls): return cls(0)
    o = P(2)
    """,
    "assert o.twice == 4 and o.zero() == type(o)(0)",
    not_on_pypy="the bytes follow which equal strings are one there",
)

case(
    "dataclass with __getstate__ of slots and frozen",
    """
    import dataclasses
    @dataclasses.dataclass(frozen=True, slots=True)
    class P:
        x: int
        f: object
    o = P(1, lambda: 2)
    """,
    "assert o.x == 1 and o.f() == 2",
    protocols=(2, 3, 4),
)

case(
    "dataclass field object alone",
    """
    import dataclasses
    @dataclasses.dataclass
    class P:
        x: int = 1
    o = dataclasses.fields(P)[0], dataclasses.MISSING, dataclasses.KW_ONLY, dataclasses.InitVar[int]
    """,
    """
    import dataclasses
    f, m, k, i = o
    assert f.name == 'x' and f.default == 1 and m is dataclasses.MISSING
    assert k is dataclasses.KW_ONLY and i.type is int
    """,
)

case(
    "HAS_DEFAULT_FACTORY sentinel in __init__",
    """
    from dataclasses import dataclass, field
    @dataclass
    class P:
        y: list = field(default_factory=list)
    o = P
    """,
    """
    a, b = o(), o()
    a.y.append(1)
    assert b.y == [] and a.y == [1]
    assert o([5]).y == [5]
    """,
)
