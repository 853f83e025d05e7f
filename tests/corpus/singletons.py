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

case(
    "object whose __reduce__ names a global of the script",
    """
    class Missing:
        def __init__(self): self.notes = [self]
        def __reduce__(self): return "NOTHING"
        def __bool__(self): return False
    NOTHING = Missing()
    def pick(value=NOTHING): return "default" if value is NOTHING else value
    o = pick, NOTHING, {NOTHING: 1}
    """,
    """
    pick, nothing, table = o
    assert pick() == "default" and pick(3) == 3 and pick(nothing) == "default" and table[nothing] == 1
    assert not nothing and nothing.notes == [nothing]
    import pickle
    assert pickle.loads(payload)[1] is nothing and pickle.loads(pickler.dumps(nothing)) is nothing
    """,
)

case(
    "object of an importable class whose __reduce__ names a global of the script",
    """
    import markers
    ABSENT = markers.Marker("ABSENT", __name__)
    def o(value=ABSENT): return value is ABSENT
    """,
    """
    assert o() and not o(3) and repr(o.__defaults__[0]) == "<ABSENT>"
    import pickle
    assert pickle.loads(payload).__defaults__[0] is o.__defaults__[0]
    """,
    modules={
        "markers.py": """
        class Marker:
            __slots__ = ("__dict__", "name", "__weakref__")
            def __init__(self, name, module): self.name, self.__module__ = name, module
            def __repr__(self): return f"<{self.name}>"
            def __reduce__(self): return self.name
        """
    },
)

case(
    "singleton of a class whose __new__ returns it",
    """
    class Unset:
        _only = None
        def __new__(cls):
            if cls._only is None:
                cls._only = super().__new__(cls)
            return cls._only
        def __reduce_ex__(self, protocol): return "UNSET"
    UNSET = Unset()
    o = lambda value=UNSET: value is UNSET and value is Unset()
    """,
    "assert o() and not o(None)",
)

case(
    "the script's own global of that name",
    """
    class Missing:
        def __reduce__(self): return "NOTHING"
    NOTHING = Missing()
    o = [NOTHING, Missing]
    """,
    """
    import pickle
    nothing, NOTHING = o[0], o[1]()
    assert pickle.loads(payload)[0] is NOTHING is not nothing
    """,
)

case(
    "str whose __reduce__ names a global of the script",
    """
    class Text(str):
        def __reduce__(self): return "TEXT"
    o = TEXT = Text("a")
    """,
    refused="its __reduce__ returns this name",
)
