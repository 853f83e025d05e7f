"""Dataclasses that inherit, are inherited from, or are generic."""

from __future__ import annotations

from .. import family

case = family(__name__)

case(
    "dataclass inheritance, by value all along",
    """
    from dataclasses import dataclass
    @dataclass
    class A:
        x: int
    @dataclass
    class B(A):
        y: int = 2
        def total(self): return self.x + self.y
    @dataclass
    class C(B):
        x: int = 10
    o = C(), B(1)
    """,
    """
    c, b = o
    assert c.total() == 12 and b.total() == 3 and isinstance(c, type(b))
    assert repr(c) == 'C(x=10, y=2)'
    """,
)

case(
    "dataclass that inherits from an importable one",
    """
    import base
    from dataclasses import dataclass
    @dataclass
    class B(base.A):
        y: int = 2
    o = B(1)
    """,
    """
    import base, dataclasses
    assert isinstance(o, base.A) and o == type(o)(1, 2)
    """,
    modules={
        "base.py": """
            from dataclasses import dataclass
            @dataclass
            class A:
                x: int
            """,
    },
)

case(
    "subclass of a loaded dataclass, made by the reader",
    """
    from dataclasses import dataclass, field
    @dataclass
    class A:
        x: int
        y: list = field(default_factory=list)
    o = A
    """,
    """
    from dataclasses import dataclass, fields
    @dataclass
    class B(o):
        z: int = 1
    assert B(1).y == [] and B(1) == B(1, [], 1)
    assert [f.name for f in fields(B)] == ['x', 'y', 'z']
    try: B()
    except TypeError: pass
    else: assert False
    """,
)

case(
    "dataclass generic",
    """
    from dataclasses import dataclass
    from typing import Generic, TypeVar
    T = TypeVar('T')
    @dataclass
    class Box(Generic[T]):
        item: T
    o = Box(1), Box[int], T
    """,
    """
    b, alias, T = o
    assert b == alias(1) and alias.__origin__ is type(b)
    assert type(b).__parameters__ == (T,)
    assert type(b).__dataclass_fields__['item'].type is T
    """,
)

case(
    "dataclass PEP 695",
    """
    from dataclasses import dataclass
    @dataclass
    class Box[T]:
        item: T
    o = Box(1)
    """,
    """
    T, = type(o).__type_params__
    assert o.item == 1 and type(o).__dataclass_fields__['item'].type is T
    assert type(o)[int].__args__ == (int,)
    """,
    min_version=(3, 12),
)
