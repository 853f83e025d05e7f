"""Computes a digest of the definition of a class that is pickled by value.

The digest distinguishes classes with the same module and qualified name, for example after a
redefinition, or if one factory created them from different arguments. Every process that runs the
same definition gets the same digest. So it depends only on contents, not on ids or hashes, and sets
are sorted.
"""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable
from functools import cache
from types import (
    BuiltinFunctionType,
    CellType,
    CodeType,
    FunctionType,
    MappingProxyType,
    MethodType,
    MethodWrapperType,
    ModuleType,
)
from typing import Any

from ..code.code_info import packed
from ..options import current_form
from ..rules.builtin_types import DESCRIPTOR_TYPES
from .contents import feed_dict, feed_other
from .walk import Walk

DIGEST_SIZE = 8

_DEFERRED_ANNOTATIONS = sys.version_info >= (3, 14)


def class_digest(cls: type) -> bytes:
    """Return a digest of the definition of `cls`, `DIGEST_SIZE` bytes."""
    walk = _new_walk()
    walk.add_class_body(cls)
    return hashed(b"".join(walk.parts))


def value_digest(value: Any) -> bytes:
    """Return a digest of any other value, `DIGEST_SIZE` bytes."""
    walk = _new_walk()
    walk.add(value)
    return hashed(b"".join(walk.parts))


def plain_walk() -> Walk:
    """Return a walk whose parts include file names and line numbers."""
    return Walk(_feed)


def _new_walk() -> Walk:
    if not current_form().deterministic:
        return plain_walk()
    from .placeless_walk import PlacelessWalk  # few programs need it

    return PlacelessWalk(_feed)


def _feed(walk: Walk, obj: Any) -> None:
    FEEDERS.get(type(obj), feed_other)(walk, obj)


def hashed(data: bytes) -> bytes:
    """Return the digest of the bytes that a walk has collected."""
    digest: bytes = _blake2b()(data, digest_size=DIGEST_SIZE).digest()
    return digest


# Nothing can be imported while the interpreter exits.
@cache
def _blake2b() -> Any:
    # This import takes as long as that of the whole package, and few programs need it.
    from hashlib import blake2b

    return blake2b


def _feed_function(walk: Walk, func: FunctionType) -> None:
    walk.name("function", func)
    if type(func.__code__) is not CodeType:  # a built-in function of PyPy
        return
    walk.add(func.__code__)
    walk.add(func.__defaults__)
    walk.add(func.__kwdefaults__)
    walk.add(func.__dict__)
    if _DEFERRED_ANNOTATIONS:
        walk.add(func.__annotate__)  # type: ignore[attr-defined]
    elif func.__annotations__:
        walk.add(func.__annotations__)
    for name, cell in zip(func.__code__.co_freevars, func.__closure__ or (), strict=True):
        # This cell holds the dictionary of a class, which changes while the class is used.
        if name != "__classdict__":
            walk.add(cell)


def _feed_code(walk: Walk, code: CodeType) -> None:
    blob, file_name, constants = packed(code)
    walk.add(blob)
    walk.add(file_name)
    walk.items("constants", constants)


def _feed_cell(walk: Walk, cell: CellType) -> None:
    try:
        contents = cell.cell_contents
    except ValueError:
        walk.text("cell", "empty")
    else:
        walk.add(contents)


def _feed_frozenset(walk: Walk, items: frozenset[Any]) -> None:
    walk.text("frozen", "")
    walk.unordered(items)


def _feed_proxy(walk: Walk, proxy: MappingProxyType[Any, Any]) -> None:
    try:
        contents = dict(proxy)
    except Exception:  # the mapping may be of a class of the program
        return
    walk.text("proxy", "")
    feed_dict(walk, contents)


def _feed_method(walk: Walk, method: MethodType) -> None:
    walk.add(method.__func__)
    walk.add(method.__self__)


def _name_only(walk: Walk, obj: Any) -> None:
    walk.text("named", f"{type(obj).__qualname__}:{getattr(obj, '__qualname__', getattr(obj, '__name__', ''))}")


FEEDERS: dict[type, Callable[[Walk, Any], None]] = {
    FunctionType: _feed_function,
    CodeType: _feed_code,
    CellType: _feed_cell,
    dict: feed_dict,
    list: lambda walk, obj: walk.items("list", obj),
    tuple: lambda walk, obj: walk.items("tuple", obj),
    set: lambda walk, obj: walk.unordered(obj),
    frozenset: _feed_frozenset,
    MappingProxyType: _feed_proxy,
    MethodType: _feed_method,
    ModuleType: _name_only,
    weakref.ref: _name_only,
    weakref.WeakSet: lambda walk, obj: walk.unordered(obj),
    # Its reducer returns new objects each time, in an order that depends on the hash seed.
    type(iter(frozenset())): _name_only,
    # On PyPy, the types of builtin functions and method wrappers are two of those above.
    **dict.fromkeys(DESCRIPTOR_TYPES | {BuiltinFunctionType, MethodWrapperType} - {FunctionType, MethodType}, _name_only),
}
