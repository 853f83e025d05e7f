"""Adds the contents of an instance to the digest of the class that refers to it."""

from __future__ import annotations

from copyreg import dispatch_table
from functools import partial
from itertools import islice
from types import FunctionType, MemberDescriptorType
from typing import Any

from ..rules.byvalue import by_reference, is_extension_type, module_in_payload
from ..rules.reducer_tables import ITERATORS
from .walk import Walk

# At most so many items of what a reducer yields.
_MAX_ITEMS = 10_000

# Wrappers written in C, and the attributes that return their C fields.
_WRAPPERS: dict[type, tuple[str, ...]] = {
    staticmethod: ("__func__",),
    classmethod: ("__func__",),
    property: ("fget", "fset", "fdel"),
    partial: ("func", "args", "keywords"),
}


def feed_other(walk: Walk, obj: Any) -> None:
    """Add an instance: its class, the state that only C can see, attributes and slots."""
    kind = type(obj)
    if isinstance(obj, type):
        walk.add_class_name(obj)
        return
    walk.name("instance", kind)
    wrapped = next((parts for wrapper, parts in _WRAPPERS.items() if isinstance(obj, wrapper)), None)
    if wrapped is not None:
        for part in wrapped:
            walk.add(getattr(obj, part))
    elif _reduces_itself(kind):
        _feed_reduced(walk, obj)
        return
    elif _keeps_state_in_c(kind):
        # `set.__reduce_ex__` would list the elements in an order that depends on the hash seed.
        if isinstance(obj, set):
            walk.unordered(set.__iter__(obj))
        elif isinstance(obj, frozenset):
            walk.unordered(frozenset.__iter__(obj))
        else:
            _feed_reduced(walk, obj)
    attributes = getattr(obj, "__dict__", None)
    if type(attributes) is dict:
        if "_inverted_" in attributes and "_sort_order_" in attributes:
            # Flags cache the result of `~` in this attribute.
            attributes = {key: value for key, value in attributes.items() if key != "_inverted_"}
        feed_dict(walk, attributes)
    for base in kind.__mro__:
        if base.__module__ == "builtins":
            continue
        for member in list(vars(base).values()):
            if type(member) is MemberDescriptorType:
                try:
                    walk.add(member.__get__(obj))
                except AttributeError:
                    continue


def _feed_reduced(walk: Walk, obj: Any) -> None:
    """Add what `pickle` would write for an object.

    Add nothing if `pickle` refuses it: the dump then raises the error.
    """
    kind = type(obj)
    reducer = ITERATORS.get(kind) or dispatch_table.get(kind)
    try:
        reduced: Any = obj.__reduce_ex__(4) if reducer is None else reducer(obj)
        if isinstance(reduced, str):
            walk.add(reduced)
            return
        constructor, arguments, state, items, pairs = (*reduced, None, None, None)[:5]
        contents = [None if each is None else list(islice(each, _MAX_ITEMS)) for each in (items, pairs)]
    except Exception:
        return
    walk.name("by", constructor)
    walk.add(arguments)
    walk.add(state)
    for each in contents:
        if each is not None:
            walk.items("contents", each)


def _reduces_itself(kind: type) -> bool:
    """Whether an importable class defines in Python what its instances contain (`__reduce__`).

    A logger, for example, is described by its name and not by its handlers.
    """
    if not by_reference(kind):
        return False
    # Those of `object` are functions on PyPy.
    bases = [base for base in kind.__mro__ if base is not object]
    return any(type(vars(base).get(name)) is FunctionType for base in bases for name in ("__reduce__", "__reduce_ex__"))


def _keeps_state_in_c(kind: type) -> bool:
    """Whether instances may have state besides attributes and slots, as dates and arrays do."""
    if _sizes(kind) == _BARE:
        return False
    base: type | None = kind
    while base is not None and base is not object:
        if is_extension_type(base):
            return _sizes(base) != _BARE
        base = base.__base__
    return False


def _sizes(kind: type) -> tuple[int, int]:
    # PyPy's types have no such attributes.
    return getattr(kind, "__basicsize__", -1), getattr(kind, "__itemsize__", -1)


_BARE = _sizes(object) if hasattr(object, "__basicsize__") else None


def feed_dict(walk: Walk, mapping: dict[Any, Any]) -> None:
    walk.text("dict", str(len(mapping)))
    for key, value in mapping.copy().items():  # the walk may call a reducer that changes the original
        walk.add(key)
        # A named tuple has a copy of its class namespace, with `__module__` (3.14).
        walk.add(module_in_payload(value) if type(key) is str and key == "__module__" else value)
