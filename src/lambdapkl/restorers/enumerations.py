"""Enumerations: members come with the class, so that all else may refer to them, and get their attributes later."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Sequence
from functools import cache
from typing import Any

from ..identity import keys as tracking
from .classes import class_, set_attributes

_OF_EVERY_CLASS = ("__dict__", "__weakref__", "__static_attributes__", "__firstlineno__")


def enum_class(first: Any, second: Any, members: tuple[Any, ...] = (), data_type: Any = None, *rest: Any) -> Any:
    """Make the skeleton of an enumeration with its members, or give one its state.

    Each of `members` is the name of one made of nothing, a name and what `data_type` (`object` where it is None) makes the
    member of, or an alias and the name it stands for; the other arguments are those of `class_`.  The state is the
    attributes of the class but for those that `given` and `given_lists` have, the attributes of each member but for those that
    `member_state` has or, in a list, their values, further values that stand for a member, and whether no attribute was
    left out.  `EnumType` takes no part: no `__new__` or `__init__` of the enumeration runs again.
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
        for member in members:
            name, made_of = (member, ()) if type(member) is str else member
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


def member_state(name: str, place: int) -> dict[str, Any]:
    """The attributes that every member has, from its name and its place among the members."""
    return {"_name_": name, "_sort_order_": place}


@cache
def given() -> dict[str, Any]:
    """The attributes that this Python's `EnumType` gives to an enumeration, but for those made of its members."""
    import enum

    bare: Any = enum.EnumType.__call__(enum.Enum, "bare", (), module=__name__)
    apart = ("__module__", "__doc__", "_member_map_", "_value2member_map_", *_OF_EVERY_CLASS)
    return {name: value for name, value in vars(bare).items() if name not in apart}


def given_lists(members: Sequence[Any]) -> dict[str, list[Any]]:
    """The lists that `EnumType` gives to an enumeration with `members`, aliases apart."""
    lists = {"_member_names_": [member._name_ for member in members]}
    if "_hashable_values_" in given():
        lists["_hashable_values_"] = [member._value_ for member in members]
    return lists


def _fill(cls: Any, attributes: dict[str, Any], states: Any, aliases: dict[Any, str], complete: bool = False) -> None:
    by_name = cls._member_map_
    by_value: dict[Any, Any] = {}
    members = list({id(member): member for member in by_name.values()}.values())
    names: dict[int, str] = {}
    for name, member in by_name.items():
        names.setdefault(id(member), name)
    for place, (member, state) in enumerate(zip(members, states, strict=True)):
        own = vars(member)
        own["__objclass__"] = cls
        told = {"_value_": state} if type(states) is list else state
        for name, value in {**told, **member_state(names[id(member)], place), **told}.items():
            own[sys.intern(name) if type(name) is str else name] = value
    set_attributes(cls, attributes)
    if not complete:
        for name, value in {**given(), **given_lists(members)}.items():
            if name not in attributes:
                kind = type(value)
                own = staticmethod(value.__func__) if kind is staticmethod else kind(value) if kind in (list, dict) else value
                type.__setattr__(cls, name, own)
    unhashable: dict[str, Any] = {}
    for name, member in by_name.items():
        try:
            by_value.setdefault(member._value_, member)
        except TypeError:  # unhashable: looked up one by one
            unhashable.setdefault(member._name_, member._value_)
        if name not in vars(cls):
            type.__setattr__(cls, name, member)
    for value, name in aliases.items():
        by_value[value] = by_name[name]
    type.__setattr__(cls, "_value2member_map_", by_value)
    if unhashable and not complete:
        # Since 3.12, or 3.13, by lists that a payload of a version before does not have.
        lists = {
            "_unhashable_values_": list(unhashable.values()),
            "_unhashable_values_map_": {name: [value] for name, value in unhashable.items()},
            "_hashable_values_": [member._value_ for member in members if member._name_ not in unhashable],
        }
        for name in lists.keys() & given().keys() - attributes.keys():
            type.__setattr__(cls, name, lists[name])
