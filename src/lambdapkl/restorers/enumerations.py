"""Enumerations: members come with the class, so that all else may refer to them, and get their attributes later."""

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
    """Make the skeleton of an enumeration with its members, or give one its state.

    Each of `members` is the name of one made of nothing, a name and what `data_type` (`object` where it is None) makes the
    member of, or an alias and the name it stands for; the other arguments are those of `class_`.  The state is the
    attributes of the class but for those that `given` and `given_lists` have, the attributes of each member but for those that
    `member_state` has or, in a list, their values, further values that stand for a member, whether no attribute was left
    out, and whether the rest of both kinds of attributes comes in a second state: what may refer to members as keys.
    `EnumType` takes no part: no `__new__` or `__init__` of the enumeration runs again.
    """
    if isinstance(first, type):
        if unfinished(first):
            (_fill_rest if len(second) == 2 else _fill)(first, *second)
        return first
    return class_(first, second, *rest, complete=partial(_make_members, members=members, new=(data_type or object).__new__))


def _make_members(cls: Any, members: tuple[Any, ...], new: Callable[..., Any]) -> None:
    """Give a skeleton its members, which know their names from the start: those are what they are hashed by."""
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


def own_attributes(member: Any) -> dict[str, Any]:
    """The dictionary of a member, without calling a `__getattribute__` of its class."""
    found: dict[str, Any] = object.__getattribute__(member, "__dict__")
    return found


@cache
def given() -> dict[str, Any]:
    """The attributes that this Python's `EnumType` gives to an enumeration, but for those made of its members."""
    import enum

    bare: Any = enum.EnumType.__call__(enum.Enum, "bare", (), module=__name__)
    apart = ("__module__", "__doc__", "_member_map_", "_value2member_map_", *_OF_EVERY_CLASS)
    return {name: value for name, value in vars(bare).items() if name not in apart}


def given_lists(names: list[str], values: list[Any]) -> dict[str, list[Any]]:
    """The lists that `EnumType` gives to an enumeration whose members have these names and values, aliases apart."""
    lists = {"_member_names_": names}
    if "_hashable_values_" in given():
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
    own = [{"_value_": each} if type(states) is list else each for each in states]
    # Without those that have none: `aliases` has the values by which these are found.
    value_of = {ident: each["_value_"] for ident, each in zip(names, own, strict=True) if "_value_" in each}
    by_value: dict[Any, Any] = {}
    unhashable: dict[str, Any] = {}
    for member in by_name.values():
        if id(member) in value_of:
            value = value_of[id(member)]
            try:
                by_value.setdefault(value, member)
            except TypeError:  # looked up one by one
                unhashable.setdefault(names[id(member)], value)
    for value, name in aliases.items():
        by_value[value] = by_name[name]
    usual = {} if complete else {**given(), **given_lists(list(names.values()), list(value_of.values()))}
    if unhashable and not complete:
        # Since 3.12, or 3.13, by lists that a payload of a version before does not have.
        lists = {
            "_unhashable_values_": list(unhashable.values()),
            "_unhashable_values_map_": {name: [value] for name, value in unhashable.items()},
            "_hashable_values_": [value_of[ident] for ident, name in names.items() if name not in unhashable],
        }
        usual |= {name: lists[name] for name in lists.keys() & usual.keys()}
    # No code of the program runs from here on.
    with process_lock.lock:
        if not unfinished(cls):
            return
        for place, (member, name, state) in enumerate(zip(members, names.values(), own, strict=True)):
            _set_state(member, {**state, **member_state(name, place), **state})
        set_attributes(cls, attributes)
        for name, value in usual.items():
            if name not in attributes:
                kind = type(value)
                new = staticmethod(value.__func__) if kind is staticmethod else kind(value) if kind in (list, dict) else value
                type.__setattr__(cls, name, new)
        for name, member in by_name.items():
            if name not in vars(cls):
                type.__setattr__(cls, name, member)
        # If another load has filled it before: combinations of flags stay the objects that they are.
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
                type.__delattr__(cls, name)  # or it would keep its place, and the next dump write it there
            set_attributes(cls, attributes)
            for member, state in zip(members, states, strict=True) if states else ():
                _set_state(member, state)
            finish(cls)


def _set_state(member: Any, state: dict[str, Any]) -> None:
    own = own_attributes(member)
    for name, value in state.items():
        name = sys.intern(name) if type(name) is str else name
        # In the order of the state, also what the member had from the start.
        if name in own and own[name] is not value:
            del own[name]
        own[name] = value
