"""Type variables, aliases and generics."""

from __future__ import annotations

from .. import family

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
