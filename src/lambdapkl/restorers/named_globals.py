"""Recreates objects that describe themselves by the name of a global of the script, such as sentinels."""

from __future__ import annotations

import sys
import weakref
from typing import Any

from ..rules import byvalue

# Module and name -> the object that a load created, by a weak reference if its class has these
_created: dict[tuple[str, str], Any] = {}


def named_global(first: Any, second: Any, kind: Any = None) -> Any:
    """Return the global called `second` of the module `first` if it is an instance of `kind`, or create an empty instance.

    Also the state setter: `first` is the object, and `second` its module, name and state. An object
    that was there before is not changed.
    """
    if kind is not None:
        found = known(first, second, kind)
        return object.__new__(kind) if found is None else found
    module, name, state = second
    if known(module, name, type(first)) is not None:
        return first
    _set_state(first, state)
    try:
        _created[module, name] = weakref.ref(first)
    except TypeError:
        _created[module, name] = lambda: first
    return first


def known(module: str, name: str, kind: type) -> Any:
    """Return the object of this name, from the module of this process or from a payload, or None."""
    created = _created.get((module, name), _nothing)
    for found in (byvalue.lookup(sys.modules.get(module), name), created()):
        if type(found) is kind:
            return found
    return None


def _nothing() -> None:
    return None


def _set_state(obj: Any, state: Any) -> None:
    """Set the state of an object as `pickle` does."""
    if state is None:
        return
    setter = getattr(type(obj), "__setstate__", None)
    if setter is not None:
        setter(obj, state)
        return
    attributes, slots = state if type(state) is tuple and len(state) == 2 else (state, None)
    if attributes:
        namespace = obj.__dict__
        for key, value in attributes.items():
            namespace[sys.intern(key) if type(key) is str else key] = value
    for key, value in (slots or {}).items():
        setattr(obj, key, value)
