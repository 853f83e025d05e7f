"""Lists the parts of an object that a user knows, each with its label for a path."""

from __future__ import annotations

import contextlib
import functools
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import (
    AsyncGeneratorType,
    CellType,
    CodeType,
    CoroutineType,
    FunctionType,
    GeneratorType,
    MappingProxyType,
    MethodType,
    ModuleType,
)
from typing import Any

from ..frames import suspended

Part = tuple[str, Any]


def name_of(obj: Any) -> str:
    """Return the label of an object at which a path starts."""
    if isinstance(obj, FunctionType):
        return f"function {obj.__qualname__}"
    if isinstance(obj, type):
        return f"class {obj.__qualname__}"
    if isinstance(obj, ModuleType):
        return f"module {obj.__name__}"
    return type_name(obj)


def type_name(obj: Any) -> str:
    """Return the name of the type of `obj`, with its module except for builtins and `__main__`."""
    kind = type(obj)
    return kind.__qualname__ if kind.__module__ in ("builtins", "__main__") else f"{kind.__module__}.{kind.__qualname__}"


def parts(obj: Any) -> Iterator[Part]:
    """Yield the labelled parts of `obj`.

    An object with two labels comes with the better one first.
    """
    kind = type(obj)
    for base, parts_of_kind in _PARTS:
        if issubclass(kind, base):
            yield from parts_of_kind(obj)
    attributes = getattr(obj, "__dict__", None) if not isinstance(obj, type) else None
    if type(attributes) is dict:
        yield from _named("attribute", attributes)
    for base in kind.__mro__:
        slots = vars(base).get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else tuple(slots):
            try:
                yield f"attribute {name!r}", getattr(obj, name)
            except Exception:
                continue
    if not isinstance(obj, type):
        yield f"class {kind.__qualname__}", kind


def labels_of(obj: Any) -> dict[int, Part]:
    """Return the labelled parts of `obj` by their id.

    The result refers to the parts: without that, an id could be reused.
    """
    labels: dict[int, Part] = {}
    # Reading an attribute may run the user's code.
    with contextlib.suppress(Exception):
        for label, value in parts(obj):
            labels.setdefault(id(value), (label, value))
    return labels


def _of_function(func: FunctionType) -> Iterator[Part]:
    for name, cell in zip(func.__code__.co_freevars, func.__closure__ or (), strict=False):
        yield f"closure cell {name!r}", cell
        try:
            yield f"closure cell {name!r}", cell.cell_contents
        except ValueError:
            continue
    namespace = func.__globals__
    yield from _named("global", {name: namespace[name] for name in _names(func.__code__) if name in namespace})
    defaults = func.__defaults__ or ()
    positional = func.__code__.co_varnames[: func.__code__.co_argcount]
    yield from _named("default of", dict(zip(positional[len(positional) - len(defaults) :], defaults, strict=False)))
    yield from _named("default of", func.__kwdefaults__ or {})
    if sys.version_info < (3, 14):
        yield from _named("annotation of", func.__annotations__)
    else:
        yield "annotations", func.__annotate__
    yield from _numbered("constant", func.__code__.co_consts)


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _of_partial(call: Any) -> Iterator[Part]:
    yield "function", call.func
    yield from _numbered("argument", call.args)
    yield from _named("argument", call.keywords)


def _of_cell(cell: CellType) -> Iterator[Part]:
    try:
        yield "contents", cell.cell_contents
    except ValueError:
        return


def _of_class(cls: type) -> Iterator[Part]:
    yield from _named("attribute", vars(cls))
    for base in cls.__bases__:
        yield f"base {base.__qualname__!r}", base
    yield "metaclass", type(cls)


def _of_mapping(mapping: Any) -> Iterator[Part]:
    for key, value in list(mapping.items()):
        yield item_label(key), value
        yield key_label(key), key


def _numbered(label: str, items: Iterable[Any]) -> Iterator[Part]:
    return ((f"{label} {index}", item) for index, item in enumerate(items))


def _named(label: str, values: Mapping[str, Any]) -> Iterator[Part]:
    return ((f"{label} {name!r}", value) for name, value in list(values.items()))


def _of_exception(error: BaseException) -> Iterator[Part]:
    yield "cause", error.__cause__
    yield "context", error.__context__
    yield from _numbered("argument", error.args)


def _fields(*names: str) -> Callable[[Any], Iterator[Part]]:
    return lambda obj: ((name, getattr(obj, name, None)) for name in names)


_PARTS: tuple[tuple[Any, Callable[[Any], Iterator[Part]]], ...] = (
    (FunctionType, _of_function),
    (CellType, _of_cell),
    (MethodType, _fields("__self__", "__func__")),
    ((staticmethod, classmethod), _fields("__func__")),
    (property, _fields("fget", "fset", "fdel")),
    (functools.partial, _of_partial),
    (ModuleType, lambda module: _named("name", vars(module))),
    (type, _of_class),
    ((dict, MappingProxyType), _of_mapping),
    ((list, tuple, deque), lambda items: _numbered("item", items)),
    ((set, frozenset), lambda items: (("an element", item) for item in items)),
    (BaseException, _of_exception),
    ((GeneratorType, CoroutineType, AsyncGeneratorType), suspended.parts),
)


def item_label(key: Any) -> str:
    """Return the label of the value at `key` in a mapping."""
    return f"item {_shown(key)}"


def key_label(key: Any) -> str:
    """Return the label of a key of a mapping."""
    return f"key {_shown(key)}"


def _shown(key: Any) -> str:
    try:
        return f"{key!r:.60}"
    # `repr` may run the user's code.
    except Exception:
        return f"<{type_name(key)}>"
