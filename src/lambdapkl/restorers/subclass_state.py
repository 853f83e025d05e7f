"""Restores attributes that a subclass adds to a base class with its own `__reduce__`."""

from __future__ import annotations

import pickle
import sys
from types import MemberDescriptorType
from typing import Any


def subclass_state(obj: Any, state: Any) -> Any:
    """Restore the state that the class of `obj` pickled, then the attributes that it did not pickle.

    Parameters
    ----------
    state
        The attributes in `__dict__`, those in slots, the state that the class itself returned, and
        the function that restores that state. Parts missing at the end are None.
    """
    if type(state) is not tuple or len(state) > 4:
        raise pickle.UnpicklingError("the payload is damaged: a wrong state for attributes of a subclass")
    attributes, slots, own, setter = state + (None,) * (4 - len(state))
    # This comes first, because `__setstate__` of the base may replace the dictionary.
    if setter is not None:
        setter(obj, own)
    elif own is not None:
        set_state(obj, own)
    if attributes or attributes is obj:
        _update(obj, attributes)
    for name, value in (slots or {}).items():
        _set_slot(obj, name, value)
    return obj


def set_state(obj: Any, state: Any) -> None:
    """Set a state as `pickle` does."""
    restore = getattr(obj, "__setstate__", None)
    if restore is not None:
        restore(state)
        return
    attributes, slots = state if type(state) is tuple and len(state) == 2 else (state, None)
    if attributes:
        _update(obj, attributes)
    for name, value in (slots or {}).items():
        setattr(obj, name, value)


def _update(obj: Any, attributes: dict[Any, Any]) -> None:
    if attributes is obj:
        object.__setattr__(obj, "__dict__", obj)
        return
    own = object.__getattribute__(obj, "__dict__")
    for name, value in attributes.items():
        own[sys.intern(name) if type(name) is str else name] = value


def _set_slot(obj: Any, name: str, value: Any) -> None:
    """Set a slot without calling the class's `__setattr__` or a property of the same name."""
    for base in type(obj).__mro__:
        slot = vars(base).get(name)
        if type(slot) is MemberDescriptorType:
            slot.__set__(obj, value)
            return
    setattr(obj, name, value)
