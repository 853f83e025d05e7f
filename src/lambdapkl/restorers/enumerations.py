"""Recreate enumerations.

The members are created with the class, so that anything can refer to them before they are complete.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable
from functools import cache, partial
from typing import Any

from ..identity.building import finish, unfinished
from ..rules import process_lock
from .classes import class_, set_attributes

_OF_EVERY_CLASS = ("__dict__", "__weakref__", "__static_attributes__", "__firstlineno__")


def enum_class(first: Any, second: Any, members: tuple[Any, ...] = (), data_type: Any = None, *rest: Any) -> Any:
    """Create the skeleton of an enumeration with its members, or restore the state of one.

    Each item of `members` is one of these:

    - a name, for a member created without arguments
    - a name and the arguments of ``data_type.__new__`` (`object.__new__` if `data_type` is None)
    - an alias and the name of its member

    The other arguments are those of `class_`. The state is a tuple:

    - the attributes of the class, without those in `enum_defaults` and `enum_default_lists`
    - the attributes of each member, without those in `member_state`; or a list of the members' values
    - further values that look up a member -> its name
    - whether the class attributes are complete, so that no defaults are added
    - whether a second state follows, with the attributes that may use members as keys

    Neither `EnumType` nor a `__new__` or `__init__` of the enumeration runs.
    """
    if isinstance(first, type):
        if unfinished(first):
            (_fill_rest if len(second) == 2 else _fill)(first, *second)
        return first
    return class_(first, second, *rest, complete=partial(_make_members, members=members, new=(data_type or object).__new__))


def _make_members(cls: Any, members: tuple[Any, ...], new: Callable[..., Any]) -> None:
    """Create the members of a skeleton.

    They have their names from the start, as their hash depends on them.
    """
    by_name: dict[str, Any] = {}
    place = 0
    for each in members:
        name, made_of = (each, ()) if type(each) is str else each
        name = sys.intern(name)
        if type(made_of) is str:
            by_name[name] = by_name[made_of]
            continue
        by_name[name] = member = new(cls, *made_of)
        own_attributes(member).update(member_state(name, place), __objclass__=cls)
        place += 1
    type.__setattr__(cls, "_member_map_", by_name)


def enum_member(cls: Any, name: str | None, value: Any = None) -> Any:
    """Return the member of `cls` called `name`, or ``cls(value)`` if `name` is None."""
    if name is None:
        return cls(value)
    try:
        return cls._member_map_[name]
    except KeyError:
        raise pickle.UnpicklingError(f"the enumeration {cls.__qualname__} has no member {name!r} here") from None


def member_state(name: str, place: int) -> dict[str, Any]:
    """The attributes of a member that follow from its name and its place among the members."""
    return {"_name_": name, "_sort_order_": place}


def own_attributes(member: Any) -> dict[str, Any]:
    """The dictionary of a member, without calling a `__getattribute__` of its class."""
    found: dict[str, Any] = object.__getattribute__(member, "__dict__")
    return found


@cache
def enum_defaults() -> dict[str, Any]:
    """The attributes that this Python's `EnumType` sets, whatever the members are."""
    import enum

    bare: Any = enum.EnumType.__call__(enum.Enum, "bare", (), module=__name__)
    apart = ("__module__", "__doc__", "_member_map_", "_value2member_map_", *_OF_EVERY_CLASS)
    return {name: value for name, value in vars(bare).items() if name not in apart}


def enum_default_lists(names: list[str], values: list[Any]) -> dict[str, list[Any]]:
    """The lists that `EnumType` sets for members with these names and values, without aliases."""
    lists = {"_member_names_": names}
    if "_hashable_values_" in enum_defaults():
        lists["_hashable_values_"] = values
    return lists


def _fill(
    cls: Any, attributes: dict[str, Any], states: Any, aliases: dict[Any, str], complete: bool = False, staged: bool = False
) -> None:
    by_name = cls._member_map_
    names: dict[int, str] = {}
    for name, member in by_name.items():
        names.setdefault(id(member), name)
    members = [by_name[name] for name in names.values()]
    member_states = [{"_value_": each} if type(states) is list else each for each in states]
    # Members without `_value_` are left out: `aliases` has their values.
    value_of = {ident: each["_value_"] for ident, each in zip(names, member_states, strict=True) if "_value_" in each}
    by_value: dict[Any, Any] = {}
    unhashable: dict[str, Any] = {}
    for member in by_name.values():
        if id(member) in value_of:
            value = value_of[id(member)]
            try:
                by_value.setdefault(value, member)
            except TypeError:  # unhashable: `EnumType` compares these values one by one
                unhashable.setdefault(names[id(member)], value)
    for value, name in aliases.items():
        by_value[value] = by_name[name]
    defaults = {} if complete else {**enum_defaults(), **enum_default_lists(list(names.values()), list(value_of.values()))}
    if unhashable and not complete:
        # 3.12 and 3.13 added these tables; payloads of earlier versions do not have them.
        lists = {
            "_unhashable_values_": list(unhashable.values()),
            "_unhashable_values_map_": {name: [value] for name, value in unhashable.items()},
            "_hashable_values_": [value_of[ident] for ident, name in names.items() if name not in unhashable],
        }
        defaults |= {name: lists[name] for name in lists.keys() & defaults.keys()}
    # No user code runs while the lock is held.
    with process_lock.lock:
        if not unfinished(cls):
            return
        for place, (member, name, state) in enumerate(zip(members, names.values(), member_states, strict=True)):
            _set_state(member, {**state, **member_state(name, place), **state})
        set_attributes(cls, attributes)
        for name, value in defaults.items():
            if name not in attributes:
                kind = type(value)
                new = staticmethod(value.__func__) if kind is staticmethod else kind(value) if kind in (list, dict) else value
                type.__setattr__(cls, name, new)
        for name, member in by_name.items():
            if name not in vars(cls):
                type.__setattr__(cls, name, member)
        # Another load may have filled it partly; combinations of flags it created must stay the
        # same objects.
        for value, member in vars(cls).get("_value2member_map_", {}).items():
            by_value.setdefault(value, member)
        type.__setattr__(cls, "_value2member_map_", by_value)
        if not staged:
            finish(cls)


def _fill_rest(cls: Any, attributes: dict[str, Any], states: tuple[dict[str, Any], ...]) -> None:
    members = {id(member): member for member in cls._member_map_.values()}.values()
    with process_lock.lock:
        if unfinished(cls):
            for name in attributes.keys() & vars(cls).keys():
                type.__delattr__(cls, name)  # set again below: the next dump depends on the order of attributes
            set_attributes(cls, attributes)
            for member, state in zip(members, states, strict=True) if states else ():
                _set_state(member, state)
            finish(cls)


def _set_state(member: Any, state: dict[str, Any]) -> None:
    namespace = own_attributes(member)
    for name, value in state.items():
        name = sys.intern(name) if type(name) is str else name
        # Deleted first, so that the attributes get the order of the state.
        if name in namespace and namespace[name] is not value:
            del namespace[name]
        namespace[name] = value
