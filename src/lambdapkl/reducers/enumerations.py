"""Reducers for enumerations: the reader creates members with the class, and sets attributes later."""

from __future__ import annotations

import pickle
from types import BuiltinFunctionType
from typing import Any

from .. import wire
from ..identity.traces_of_use import is_inverted
from ..restorers.enumerations import enum_default_lists, enum_defaults, member_state, own_attributes
from ..rules import byvalue
from .namespaces import ClassPart
from .references import Reach


def reduce_enum_class(cls: Any, payload_state: Any) -> Any:
    """Reduce an enumeration by value, without the attributes that `EnumType` sets in each one.

    `payload_state` is the memory of the pickler.
    """
    args, attributes = payload_state.describe(cls)
    by_name = cls._member_map_
    data_type = None if cls._member_type_ is object else cls._member_type_
    private = payload_state.name
    members: list[Any] = []
    canonical: dict[str, Any] = {}
    namespaces: list[dict[str, Any]] = []
    only_defaults = True
    for name, member in by_name.items():
        each = own_attributes(member)
        if "_inverted_" in each:
            # A cache of the result of `~member`.
            each = {key: value for key, value in each.items() if key != "_inverted_"}
        if each["_name_"] != name:
            members.append((private(name), private(each["_name_"])))
            continue
        only_defaults = only_defaults and _has_only_defaults(each, name, len(namespaces))
        canonical[name] = member
        namespaces.append(each)
        members.append(private(name) if data_type is None else (private(name), _new_args(cls, member)))
    if only_defaults:
        states: Any = [each["_value_"] for each in namespaces]
    else:
        states = tuple(
            _attributes(each, member_state(name, place), payload_state)
            for place, (name, each) in enumerate(zip(canonical, namespaces, strict=True))
        )
    aliases: dict[Any, str] = {}
    for value, member in cls._value2member_map_.items():
        each = own_attributes(member)
        own_value, name = each.get("_value_", _MISSING), each.get("_name_")
        if name in canonical and not _same(value, own_value) and not is_inverted(vars(cls), value):
            aliases[value] = private(name)
    for name, member in by_name.items():
        if attributes.get(name) is member:
            del attributes[name]
    # The reader recreates these from the members. Flags cache combinations in them, so with them
    # the bytes would depend on use.
    attributes.pop("_member_map_", None)
    attributes.pop("_value2member_map_", None)
    # The reader's `enum` provides the defaults, unless the module `enum` itself is pickled by
    # value, or a member has no `_value_`: `EnumType` sets none if the class's `__getattr__` or
    # `__getattribute__` answers for that name.
    valueless = any("_value_" not in each for each in namespaces)
    complete = valueless or not attributes.keys() >= enum_defaults().keys() or byvalue.is_registered("enum")
    if not complete:
        lists = enum_default_lists(list(canonical), [each["_value_"] for each in namespaces])
        for name, value in (*enum_defaults().items(), *lists.items()):
            if _is_default(attributes.get(name), value):
                del attributes[name]
    state = staged(cls, attributes, states, aliases, complete, payload_state)
    return wire.enum_class, (*args[:2], tuple(members), data_type, *args[2:]), state, None, None, wire.enum_class


_MISSING: Any = object()
# Attributes needed to hash members and to combine flags.
_NEEDED_FIRST = frozenset(("__hash__", "__eq__", "_member_type_", "_use_args_", "_value_repr_"))
_OF_EVERY_MEMBER = frozenset(("_value_", "_name_", "_sort_order_", "__objclass__"))


def staged(
    cls: Any, attributes: dict[str, Any], states: Any, aliases: Any, complete: bool, payload_state: Any
) -> tuple[Any, ...]:
    """Return the state of `cls`, in two stages if needed.

    Methods, caches and other attributes may refer to dictionaries and sets of members. These are
    filled while they are loaded, so the attributes that make members hashable must be set before
    that.
    """
    reach = Reach(cls, payload_state)
    late = {
        name: value
        for name, value in attributes.items()
        if not (name in _NEEDED_FIRST or name in cls._member_map_ or reach.is_inert(value))
    }
    late_states: tuple[dict[str, Any], ...] = ()
    # No generator expression for most enumerations: CPython 3.12 and 3.13 crash if memory runs out at the start of one.
    if type(states) is tuple:
        late_states = tuple(
            {name: value for name, value in each.items() if not (name in _OF_EVERY_MEMBER or reach.is_inert(value))}
            for each in states
        )
        if not any(late_states):
            late_states = ()
    if not late and not late_states:
        return (attributes, states, aliases, True) if complete else (attributes, states, aliases)
    if late_states:
        states = tuple(
            {name: value for name, value in each.items() if name not in rest}
            for each, rest in zip(states, late_states, strict=True)
        )
    early = {name: value for name, value in attributes.items() if name not in late}
    part = ClassPart(cls, (early, states, aliases, complete, True), wire.enum_class)
    return {"": part, **late}, late_states


def _has_only_defaults(attributes: dict[str, Any], name: str, place: int) -> bool:
    """Whether a member has only its value and the attributes that follow from its name and place."""
    return (
        len(attributes) == 4
        and attributes.get("_name_") == name
        and attributes.get("_sort_order_") == place
        and "_value_" in attributes
        and "__objclass__" in attributes
    )


def _attributes(attributes: dict[str, Any], defaults: dict[str, Any], payload_state: Any) -> dict[str, Any]:
    """The attributes of a member, without those that follow from its name and place."""
    return {
        payload_state.key(key): value
        for key, value in list(attributes.items())
        if key != "__objclass__" and not (key in defaults and _same(value, defaults[key]))
    }


def _is_default(value: Any, default: Any) -> bool:
    """Whether an attribute equals the default of `EnumType`.

    Lists and static methods may be copies.
    """
    if value is default:
        return True
    if type(value) is not type(default):
        return False
    if type(value) is staticmethod:
        return value.__func__ is default.__func__
    if type(value) is list:
        return len(value) == len(default) and all(map(_same, value, default))
    return type(value) is dict and not value and not default


def reduce_enum_member(member: Any, payload_state: Any) -> Any:
    """Reduce a member to its class and name, or a combination of flags to its class and value."""
    cls = type(member)
    if byvalue.by_reference(cls) or not _reduces_as_enum(cls):
        return NotImplemented
    name = own_attributes(member).get("_name_")
    if name is not None and cls._member_map_.get(name) is member:
        return wire.enum_member, (cls, payload_state.name(name))
    return wire.enum_member, (cls, None, member._value_)


def _reduces_as_enum(cls: Any) -> bool:
    """Whether members of `cls` use the `__reduce_ex__` of the `enum` module, not the user's."""
    reducer = cls.__reduce_ex__
    return getattr(reducer, "__module__", None) == "enum" or isinstance(reducer, BuiltinFunctionType)


def _new_args(cls: Any, member: Any) -> tuple[Any, ...]:
    """The arguments to create `member` with the `__new__` of the data type of `cls`."""
    data_type = cls._member_type_
    if data_type is object:
        return ()
    if hasattr(data_type, "__getnewargs__"):
        return tuple(data_type.__getnewargs__(member))
    reduced = data_type.__reduce_ex__(member, 2)
    if not isinstance(reduced, tuple) or not isinstance(reduced[1], tuple):
        raise pickle.PicklingError(
            f"cannot pickle the enumeration {cls.__qualname__}: the arguments to create values of its data type "
            f"{data_type.__qualname__} are unknown; give it a __getnewargs__() method"
        )
    args = reduced[1]
    return args[1:] if args[:1] == (cls,) else args


def _same(value: Any, other: Any) -> bool:
    return value is other or (type(value) is type(other) and value == other)
