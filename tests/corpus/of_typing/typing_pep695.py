"""Type parameters and type aliases of PEP 695."""

from __future__ import annotations

from .. import family

case = family(__name__)

case(
    "PEP 695 class `class G[T]`",
    """
    class G[T]:
        def __init__(self, x: T): self.x = x
        def m[S](self, s: S) -> tuple[T, S]: return self.x, s
    class H[K: int, *Ts, **P](G[K]): pass
    o = G, G(1), G[int], H
    """,
    """
    G, g, a, H = o
    T, = G.__type_params__
    assert T.__name__ == 'T' and G.__parameters__ == (T,) and g.x == 1
    assert a.__args__ == (int,) and g.m(2) == (1, 2)
    assert G.m.__annotations__['return'].__args__[0] is T
    assert G.__init__.__annotations__['x'] is T
    K, Ts, P = H.__type_params__
    assert K.__bound__ is int and H.__orig_bases__[0].__args__ == (K,)
    assert H.__mro__[1] is G
    assert [type(p).__name__ for p in (Ts, P)] == ['TypeVarTuple', 'ParamSpec']
    """,
    min_version=(3, 12),
)

case(
    "PEP 695 class that its type parameter's bound names",
    """
    class Node[T: 'Node']:
        def get(self) -> T: return T
    o = Node
    """,
    """
    T, = o.__type_params__
    assert T.__bound__ == 'Node' or T.__bound__ is o
    assert o().get() is T
    """,
    min_version=(3, 12),
)

case(
    "PEP 695 class, lazily evaluated bound",
    """
    class Node[T: (Node2, int)]: pass
    class Node2: pass
    o = Node, Node2
    """,
    """
    N, N2 = o
    assert N.__type_params__[0].__constraints__ == (N2, int)
    """,
    min_version=(3, 12),
)

case(
    "`type X = int` (`__main__`)",
    """
    type X = int
    type L[T] = list[T]
    type Rec = dict[str, Rec] | int
    o = X, L, Rec, L[int]
    """,
    """
    X, L, Rec, a = o
    assert X.__value__ is int and X.__name__ == 'X'
    assert L.__type_params__[0].__name__ == 'T'
    assert L.__value__ == list[L.__type_params__[0]] and a.__origin__ is L
    assert Rec.__value__.__args__[0].__args__[1] is Rec and X.__module__ == '__main__'
    """,
    min_version=(3, 12),
)

case(
    "`type X = Later` stays deferred",
    """
    type X = Later
    type Y = list[Box]
    class Box: pass
    o = X, Y
    """,
    """
    X, Y = o
    assert Y.__value__.__args__[0].__name__ == 'Box'
    try: X.__value__
    except NameError as e: assert 'Later' in str(e)
    else: assert False
    """,
    min_version=(3, 12),
)

case(
    "TypeAliasType made by call",
    """
    import typing
    T = typing.TypeVar('T')
    o = typing.TypeAliasType('A', list[T], type_params=(T,)), T
    """,
    """
    A, T = o
    assert A.__value__ == list[T] and A.__type_params__ == (T,)
    """,
    min_version=(3, 12),
)

case(
    "importable type alias by reference",
    """
    import al
    o = al.X
    """,
    """
    import al
    assert o is al.X
    """,
    min_version=(3, 12),
    modules={"al.py": "type X = int"},
)
