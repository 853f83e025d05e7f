"""Type variables, aliases, protocols and generics."""

from __future__ import annotations

from . import family

case = family(__name__)

case(
    "TypeVar (`__main__`)",
    """
    from typing import TypeVar
    T = TypeVar('T', bound=int)
    S = TypeVar('S', str, bytes)
    V = TypeVar('V', covariant=True)
    o = T, S, V, T, [T]
    """,
    """
    T, S, V, T2, l = o
    assert T is T2 is l[0] and T.__name__ == 'T' and T.__bound__ is int
    assert S.__constraints__ == (str, bytes) and V.__covariant__ and not T.__covariant__
    assert T.__module__ == '__main__'
    """,
    protocols=(2,),
)

case(
    "TypeVar whose bound is a by-value class",
    """
    from typing import TypeVar
    class Base: pass
    T = TypeVar('T', bound=Base)
    U = TypeVar('U', bound='Later')
    o = T, Base, U
    """,
    """
    T, Base, U = o
    assert T.__bound__ is Base and U.__bound__.__forward_arg__ == 'Later'
    """,
)

case(
    "TypeVar loaded twice",
    """
    from typing import TypeVar, Generic
    T = TypeVar('T')
    class G(Generic[T]): pass
    o = [pickler.dumps(T), pickler.dumps(G)]
    """,
    """
    import pickle
    T, G = map(pickle.loads, o)
    assert G.__parameters__[0] is T and pickle.loads(o[0]) is T
    """,
)

case(
    "importable TypeVar by reference",
    """
    import tv
    o = tv.T, tv.P
    """,
    """
    import tv
    assert o == (tv.T, tv.P) and o[0] is tv.T
    """,
    modules={
        "tv.py": """
            from typing import TypeVar, ParamSpec
            T = TypeVar('T')
            P = ParamSpec('P')
            """,
    },
)

case(
    "TypeVar with default",
    """
    from typing import TypeVar, NoDefault
    T = TypeVar('T', default=int)
    U = TypeVar('U')
    I = TypeVar('I', infer_variance=True)
    o = T, U, I, NoDefault
    """,
    """
    from typing import NoDefault
    T, U, I, N = o
    assert T.__default__ is int and U.__default__ is NoDefault and N is NoDefault
    assert I.__infer_variance__
    """,
    min_version=(3, 13),
)

case(
    "ParamSpec (`__main__`)",
    """
    from typing import ParamSpec, Callable
    P = ParamSpec('P')
    o = P, P.args, P.kwargs, Callable[P, int]
    """,
    """
    P, a, k, c = o
    assert a.__origin__ is P is k.__origin__ and P.__name__ == 'P'
    assert c.__parameters__ == (P,)
    """,
)

case(
    "TypeVarTuple (`__main__`)",
    """
    from typing import TypeVarTuple, Unpack
    Ts = TypeVarTuple('Ts')
    o = Ts, Unpack[Ts], tuple[int, *Ts]
    """,
    """
    Ts, u, t = o
    assert Ts.__name__ == 'Ts' and t.__parameters__ == (Ts,) and u.__args__ == (Ts,)
    assert list(Ts)[0] == u
    """,
)

case(
    "NewType (`__main__`)",
    """
    from typing import NewType
    UserId = NewType('UserId', int)
    Admin = NewType('Admin', UserId)
    o = UserId, Admin, list[UserId], UserId | None
    """,
    """
    U, A, l, n = o
    assert U(5) == 5 and U.__name__ == 'UserId' and A.__supertype__ is U
    assert l.__args__ == (U,) and U.__supertype__ is int
    assert repr(U) == '__main__.UserId'
    """,
)

case(
    "local NewType of a by-value class",
    """
    def make():
        from typing import NewType
        class C: pass
        return NewType('N', C), C
    o = make()
    """,
    """
    N, C = o
    assert N.__supertype__ is C and isinstance(N(C()), C)
    """,
)

case(
    "`list[int]`, `Union[int, str]`, `Optional[int]`",
    """
    from typing import *
    o = (
        list[int], Union[int, str], Optional[int], Callable[[int], str], Literal['a', 1], Any, ClassVar[int],
        Annotated[int, 'note'], Type[int], Tuple[int, ...], Final[int],
    )
    """,
    """
    from typing import *
    assert o == (
        list[int], Union[int, str], Optional[int], Callable[[int], str], Literal['a', 1], Any, ClassVar[int],
        Annotated[int, 'note'], Type[int], Tuple[int, ...], Final[int],
    )
    assert o[7].__metadata__ == ('note',)
    """,
)

case(
    "aliases of by-value classes",
    """
    import typing as t
    class Box: pass
    o = (
        Box, list[Box], t.Dict[str, Box], t.Union[Box, int], t.Optional[Box], t.Callable[[Box], Box],
        t.Annotated[Box, lambda: 'meta'], type[Box], t.List['Box'],
    )
    """,
    """
    B, l, d, u, op, c, a, ty, fwd = o
    assert l.__args__ == (B,) and d.__args__ == (str, B) and u.__args__[0] is B
    assert B in op.__args__ and c.__args__[-1] is B and a.__metadata__[0]() == 'meta'
    assert ty.__args__ == (B,) and fwd.__args__[0].__forward_arg__ == 'Box'
    """,
)

case(
    "alias cached by typing's lru_cache",
    """
    import typing as t
    T = t.TypeVar('T')
    o = t.List[T], t.List[T]
    """,
    "assert o[0] == o[1] and o[0].__parameters__ == o[1].__parameters__",
)

case(
    "ForwardRef",
    """
    import typing
    o = typing.ForwardRef('Later'), typing.List['X | None']
    """,
    """
    import typing
    assert o[0] == typing.ForwardRef('Later')
    assert o[1].__args__[0].__forward_arg__ == 'X | None'
    """,
)

case(
    "local Generic, alias, instance",
    """
    def make():
        from typing import Generic, TypeVar
        T = TypeVar('T')
        class G(Generic[T]):
            def __init__(self, x: T): self.x = x
        class H(G[int]): pass
        return G, G[int], G[int](5), H, T
    o = make()
    """,
    """
    G, A, g, H, T = o
    assert A.__origin__ is G and g.x == 5 and type(g) is G and g.__orig_class__ == A
    assert H.__orig_bases__ == (A,) and G.__parameters__ == (T,) and H.__mro__[1] is G
    assert G[str].__args__ == (str,) and G.__orig_bases__[0].__args__ == (T,)
    """,
)

case(
    "Generic with two parameters and a partial specialisation",
    """
    from typing import Generic, TypeVar
    K, V = TypeVar('K'), TypeVar('V')
    class M(Generic[K, V]): pass
    class SM(M[str, V]): pass
    o = M, SM, SM[int], V
    """,
    """
    M, SM, a, V = o
    assert SM.__parameters__ == (V,) and a.__args__ == (int,)
    assert SM.__orig_bases__[0].__args__ == (str, V)
    """,
)

case(
    "Generic over ParamSpec and TypeVarTuple",
    """
    from typing import Generic, ParamSpec, TypeVarTuple, Unpack
    P = ParamSpec('P')
    Ts = TypeVarTuple('Ts')
    class F(Generic[P]): pass
    class A(Generic[Unpack[Ts]]): pass
    o = F[[int, str]], A[int, str, float], P, Ts
    """,
    """
    f, a, P, Ts = o
    assert f.__args__ == ((int, str),) and a.__args__ == (int, str, float)
    assert f.__origin__.__parameters__ == (P,) and a.__origin__.__parameters__ == (Ts,)
    """,
)

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

case(
    "local TypedDict",
    """
    def make():
        from typing import TypedDict
        class A(TypedDict):
            x: int
        class B(A, total=False):
            y: str
        return B
    o = make()
    """,
    """
    assert o.__required_keys__ == {'x'} and o.__optional_keys__ == {'y'}
    assert o(x=1) == {'x': 1} and o.__annotations__ == {'x': int, 'y': str}
    assert o.__total__ is False and o.__bases__ == (dict,)
    import typing
    assert typing.is_typeddict(o)
    """,
)

case(
    "TypedDict, functional syntax",
    """
    from typing import TypedDict, Required, NotRequired
    A = TypedDict('A', {'in': int, 'x-y': NotRequired[str]})
    B = TypedDict('B', {'k': Required[int]}, total=False)
    o = A, B
    """,
    """
    import typing
    A, B = o
    assert A.__required_keys__ == {'in'} and A.__optional_keys__ == {'x-y'}
    assert B.__required_keys__ == {'k'} and A.__name__ == 'A' and typing.is_typeddict(B)
    assert typing.get_type_hints(A) == {'in': int, 'x-y': str}
    """,
)

case(
    "TypedDict generic, with a forward reference",
    """
    from typing import TypedDict, Generic, TypeVar
    T = TypeVar('T')
    class N(TypedDict, Generic[T]):
        v: T
        kids: 'list[N]'
    o = N, N[int]
    """,
    """
    N, a = o
    assert a.__origin__ is N and set(N.__annotations__) == {'v', 'kids'}
    assert a(v=1, kids=[]) == {'v': 1, 'kids': []}
    """,
)

case(
    "TypedDict inherited by the reader",
    """
    from typing import TypedDict
    class A(TypedDict):
        x: int
    o = A
    """,
    """
    from typing import TypedDict
    class B(o):
        y: str
    assert B.__annotations__ == {'x': int, 'y': str}
    assert B.__required_keys__ == {'x', 'y'}
    """,
)

case(
    "TypedDict ReadOnly, closed and extra items",
    """
    from typing import TypedDict, ReadOnly
    class A(TypedDict):
        x: ReadOnly[int]
        y: str
    o = A
    """,
    "assert o.__readonly_keys__ == {'x'} and o.__mutable_keys__ == {'y'}",
    min_version=(3, 13),
)

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

case(
    "overloads and typing decorators",
    """
    import typing
    @typing.overload
    def f(x: int) -> int: ...
    @typing.overload
    def f(x: str) -> str: ...
    @typing.no_type_check
    def f(x): return x
    o = f
    """,
    "assert o(1) == 1 and o.__no_type_check__",
)

case(
    "get_type_hints of a loaded function and class",
    """
    import typing
    class Box: pass
    class C:
        b: 'Box'
        def m(self, x: 'Box') -> 'C': return self
    o = C, C.m, Box
    """,
    """
    import typing
    C, m, Box = o
    import sys
    hints = typing.get_type_hints(m, globalns={'Box': Box, 'C': C})
    assert hints == {'x': Box, 'return': C}
    """,
)

case(
    "typing special forms and ABC aliases",
    """
    import typing
    o = [
        typing.Any, typing.NoReturn, typing.Never, typing.Self, typing.LiteralString, typing.Generic,
        typing.Protocol, typing.List, typing.Callable, typing.Hashable, typing.SupportsInt,
        typing.NamedTuple, typing.TypedDict, typing.TypeAlias,
    ]
    """,
    """
    import typing
    assert o == [
        typing.Any, typing.NoReturn, typing.Never, typing.Self, typing.LiteralString, typing.Generic,
        typing.Protocol, typing.List, typing.Callable, typing.Hashable, typing.SupportsInt,
        typing.NamedTuple, typing.TypedDict, typing.TypeAlias,
    ]
    """,
)

case(
    "class with Annotated and Literal annotations",
    """
    import typing as t
    class Meta:
        def __init__(self, v): self.v = v
    class C:
        x: t.Annotated[int, Meta(3)]
        y: t.Literal['a', 'b'] = 'a'
    o = C
    """,
    """
    a = o.__annotations__
    assert a['x'].__metadata__[0].v == 3 and a['y'].__args__ == ('a', 'b')
    """,
    not_on_pypy="the bytes follow which equal strings are one there",
)

case(
    "generic type alias that refers to itself",
    """
    type Tree[T] = list[Tree[T]] | T
    o = Tree
    """,
    """
    branch, leaf = o.__value__.__args__
    assert branch.__args__[0].__origin__ is o and leaf.__name__ == 'T' == o.__type_params__[0].__name__
    """,
    min_version=(3, 12),
    unstable="the alias comes with a parameter of its own, beside the one that its value names",
)
