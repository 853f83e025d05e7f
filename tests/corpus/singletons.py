"""Singletons and types, many of them types that no module names."""

from __future__ import annotations

from . import family

case = family(__name__)

case(
    "slice",
    "o = [slice(1, None, 2), slice(None), slice('a', ['b'])]",
    "assert o == [slice(1, None, 2), slice(None), slice('a', ['b'])]",
    protocols=(2, 3, 4),
)

case(
    "slice of by-value objects",
    """
    class C: pass
    c = C()
    o = slice(c, lambda: 3), c
    """,
    """
    s, c = o
    assert s.start is c and s.stop() == 3
    """,
)

case("Ellipsis", "o = [..., {'e': ...}]", "assert o[0] is ... and o[1]['e'] is ...")
case("NotImplemented", "o = [NotImplemented]", "assert o[0] is NotImplemented")

case(
    "type(None)",
    "o = [type(None), type(...), type(NotImplemented)]",
    "assert o == [type(None), type(...), type(NotImplemented)]",
)

case(
    "types.FunctionType (the type)",
    """
    import types
    o = types.FunctionType
    """,
    """
    import types
    assert o is types.FunctionType
    """,
)

case(
    "dict_keys (the type)",
    "o = [type({}.keys()), type({}.values()), type({}.items())]",
    "assert o == [type({}.keys()), type({}.values()), type({}.items())]",
)

case(
    "the types in `types`",
    """
    import types
    o = [getattr(types, n) for n in types.__all__ if isinstance(getattr(types, n), type)]
    """,
    """
    import types
    assert o == [getattr(types, n) for n in types.__all__ if isinstance(getattr(types, n), type)]
    """,
)

case(
    "types that no module names",
    """
    import itertools
    o = [
        type(iter([])), type(iter({})), type(iter(())), type(iter('')), type(iter(set())),
        type(iter(range(1))), type(reversed([])), type(iter(int, 0)),
    ]
    """,
    """
    assert o == [
        type(iter([])), type(iter({})), type(iter(())), type(iter('')), type(iter(set())),
        type(iter(range(1))), type(reversed([])), type(iter(int, 0)),
    ]
    """,
    not_on_pypy="it has other types",
)

case(
    "types.SimpleNamespace",
    """
    import types
    o = types.SimpleNamespace(f=lambda: 1)
    o.me = o
    """,
    "assert o.f() == 1 and o.me is o",
)

case(
    "types.GenericAlias",
    """
    class Box: pass
    o = list[Box], dict[str, list[int]], tuple[()], tuple[int, ...]
    """,
    """
    assert o[0].__args__[0].__name__ == 'Box'
    assert o[1:] == (dict[str, list[int]], tuple[()], tuple[int, ...])
    """,
)

case(
    "union type",
    """
    class Box: pass
    o = int | Box | None, int | str
    """,
    """
    assert o[1] == int | str and o[0].__args__[1].__name__ == 'Box'
    assert o[0].__args__[2] is type(None)
    """,
)

case(
    "types.DynamicClassAttribute",
    """
    import types
    class C:
        @types.DynamicClassAttribute
        def p(self): return 3
    o = C()
    """,
    "assert o.p == 3",
)

case(
    "types.capsule is refused",
    """
    import datetime
    o = datetime.datetime_CAPI
    """,
    refused="(?i)capsule",
    not_on_pypy="no capsule there",
)

case(
    "object() sentinel shared by a function and its caller",
    """
    _missing = object()
    def f(x=_missing): return x is _missing
    o = f, _missing
    """,
    """
    f, m = o
    assert f() and f(m) and not f(1)
    """,
)
