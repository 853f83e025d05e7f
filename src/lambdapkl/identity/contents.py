"""What an instance is made of, for the digest of a class that holds it."""

from __future__ import annotations

from copyreg import dispatch_table
from functools import partial
from itertools import islice
from types import FunctionType, MemberDescriptorType
from typing import Any

from ..rules.byvalue import by_reference, is_extension_type, module_in_payload
from ..rules.reducer_tables import ITERATORS
from .walk import Walk

# Of what an object says that it holds, not more than this.
_MAX_ITEMS = 10_000

# Wrappers written in C keep what they wrap in fields of their own.
_WRAPPERS: dict[type, tuple[str, ...]] = {
    staticmethod: ("__func__",),
    classmethod: ("__func__",),
    property: ("fget", "fset", "fdel"),
    partial: ("func", "args", "keywords"),
}


def feed_other(walk: Walk, obj: Any) -> None:
    """An instance: its class, what that keeps where only C can see it, and the attributes that make it up."""
    kind = type(obj)
    if isinstance(obj, type):
        walk.classes(obj)
        return
    walk.name("instance", kind)
    wrapped = False
    for wrapper, parts in _WRAPPERS.items():
        if isinstance(obj, wrapper):
            wrapped = True
            for part in parts:
                walk.add(getattr(obj, part))
    if not wrapped:
        if _reduces_itself(kind):
            _feed_reduced(walk, obj)
            return
        if _keeps_state_in_c(kind):
            # Their own reducer lists the elements in the order of the hash seed.
            if isinstance(obj, set):
                walk.unordered(set.__iter__(obj))
            elif isinstance(obj, frozenset):
                walk.unordered(frozenset.__iter__(obj))
            else:
                _feed_reduced(walk, obj)
    attributes = getattr(obj, "__dict__", None)
    if type(attributes) is dict:
        if "_inverted_" in attributes and "_sort_order_" in attributes:
            # A flag keeps there what `~` once gave.
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
    """What `pickle` would write of an object; nothing where it refuses that, for then the dump says what is wrong."""
    kind = type(obj)
    reducer = ITERATORS.get(kind) or dispatch_table.get(kind)
    try:
        reduced: Any = obj.__reduce_ex__(4) if reducer is None else reducer(obj)
        if isinstance(reduced, str):
            walk.add(reduced)
            return
        made_by, made_of, state, items, pairs = (*reduced, None, None, None)[:5]
        contents = [None if each is None else list(islice(each, _MAX_ITEMS)) for each in (items, pairs)]
    except Exception:
        return
    walk.name("by", made_by)
    walk.add(made_of)
    walk.add(state)
    for each in contents:
        if each is not None:
            walk.items("contents", each)


def _reduces_itself(kind: type) -> bool:
    """Whether an importable class says in Python what its instances are: a logger is its name, not its handlers."""
    if not by_reference(kind):
        return False
    return any(type(vars(base).get(name)) is FunctionType for base in kind.__mro__ for name in ("__reduce__", "__reduce_ex__"))


def _keeps_state_in_c(kind: type) -> bool:
    """Whether an instance may be more than its attributes and slots: a date, a subclass of `list`, an array."""
    if _sizes(kind) == _BARE:
        return False
    base: type | None = kind
    while base is not None and base is not object:
        if is_extension_type(base):
            return _sizes(base) != _BARE
        base = base.__base__
    return False


def _sizes(kind: type) -> tuple[int, int]:
    # PyPy does not say.
    return getattr(kind, "__basicsize__", -1), getattr(kind, "__itemsize__", -1)


_BARE = _sizes(object) if hasattr(object, "__basicsize__") else None


def feed_dict(walk: Walk, mapping: dict[Any, Any]) -> None:
    walk.text("dict", str(len(mapping)))
    for key, value in mapping.copy().items():  # a reducer that is called may change it
        walk.add(key)
        # A named tuple keeps the namespace of its class statement (3.14).
        walk.add(module_in_payload(value) if type(key) is str and key == "__module__" else value)
