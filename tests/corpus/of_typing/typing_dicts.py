"""TypedDict classes by value."""

from __future__ import annotations

from .. import family

case = family(__name__)

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
