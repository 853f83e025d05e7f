"""Enumerations: members come with the class, so that all else may refer to them, and get their attributes later."""

from __future__ import annotations

import pickle
import sys
from typing import Any

from .. import tracking
from .classes import class_, set_attributes


def enum_class(first: Any, second: Any, members: tuple[tuple[str, Any], ...] = (), data_type: Any = None, *rest: Any) -> Any:
    """Make the skeleton of an enumeration with its members, or give one its state.

    Each of `members` is a name and what `data_type` (`object` where it is None) makes the member of, or an alias and the
    name it stands for; the other arguments are those of `class_`.  The state is the attributes of the class, those of each
    member, and further values that stand for a member.  `EnumType` takes no part: no `__new__` or `__init__` of the
    enumeration runs again.
    """
    if isinstance(first, type):
        if tracking.unfinished(first):
            _fill(first, *second)
            tracking.finish(first)
        return first
    made = class_(first, second, *rest)
    if tracking.unfinished(made) and "_member_map_" not in vars(made):
        by_name: dict[str, Any] = {}
        new = (data_type or object).__new__
        for name, made_of in members:
            by_name[sys.intern(name)] = by_name[made_of] if type(made_of) is str else new(made, *made_of)
        type.__setattr__(made, "_member_map_", by_name)
    return made


def enum_member(cls: Any, name: str | None, value: Any = None) -> Any:
    """Return the member of `cls` called `name`; where that is None, the one that `cls` makes of `value`."""
    if name is None:
        return cls(value)
    try:
        return cls._member_map_[name]
    except KeyError:
        raise pickle.UnpicklingError(f"the enumeration {cls.__qualname__} has no member {name!r} here") from None


def _fill(cls: Any, attributes: dict[str, Any], states: tuple[dict[str, Any], ...], aliases: dict[Any, str]) -> None:
    by_name = cls._member_map_
    by_value: dict[Any, Any] = {}
    for member, state in zip({id(member): member for member in by_name.values()}.values(), states, strict=True):
        own = vars(member)
        own["__objclass__"] = cls
        for name, value in state.items():
            own[sys.intern(name)] = value
    set_attributes(cls, attributes)
    for name, member in by_name.items():
        try:
            by_value.setdefault(member._value_, member)
        except TypeError:  # unhashable: looked up one by one
            pass
        if name not in vars(cls):
            type.__setattr__(cls, name, member)
    for value, name in aliases.items():
        by_value[value] = by_name[name]
    type.__setattr__(cls, "_value2member_map_", by_value)
