"""Protocols by value."""

from __future__ import annotations

from .. import family

case = family(__name__)

case(
    "local runtime Protocol",
    """
    def make():
        from typing import Protocol, runtime_checkable
        @runtime_checkable
        class Quacks(Protocol):
            def quack(self) -> str: ...
        class Duck:
            def quack(self): return 'q'
        return Quacks, Duck()
    o = make()
    """,
    """
    Q, d = o
    assert isinstance(d, Q) and not isinstance(1, Q) and issubclass(type(d), Q)
    assert Q._is_protocol
    try: Q()
    except TypeError: pass
    else: assert False
    """,
)

case(
    "Protocol: not runtime-checkable, with data members, generic, used before",
    """
    from typing import Protocol, TypeVar, runtime_checkable
    T = TypeVar('T', covariant=True)
    @runtime_checkable
    class HasX(Protocol[T]):
        x: int
        @property
        def y(self) -> T: ...
    class Plain(Protocol):
        def m(self): ...
    class Good:
        x = 1
        y = 2
    isinstance(Good(), HasX)
    o = HasX, Plain, Good()
    """,
    """
    H, P, g = o
    assert isinstance(g, H) and not isinstance(1, H)
    try: isinstance(g, P)
    except TypeError: pass
    else: assert False
    """,
)

case(
    "Protocol with an explicit implementation and its __init__",
    """
    from typing import Protocol
    class P(Protocol):
        def m(self): return 'default'
    class Impl(P):
        def __init__(self, x): self.x = x
    o = Impl(3), Impl
    """,
    """
    i, I = o
    assert i.m() == 'default' and i.x == 3 and I(4).x == 4 and not I._is_protocol
    """,
)

case(
    "Protocol that a reader's class implements",
    """
    from typing import Protocol, runtime_checkable
    @runtime_checkable
    class P(Protocol):
        def m(self): ...
    o = P
    """,
    """
    class Mine:
        def m(self): return 1
    assert isinstance(Mine(), o)
    class Sub(o):
        pass
    assert Sub().m() is None
    """,
)
