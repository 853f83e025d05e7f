"""Enumerations: their members are made when the class is, and filled with its attributes."""

from __future__ import annotations

import pickle
from types import BuiltinFunctionType
from typing import Any

from .. import byvalue, wire

# Made anew from the members; what a flag has cached of combinations would make the bytes depend on use.
_REBUILT = frozenset(("_member_map_", "_value2member_map_"))


def reduce_enum_class(cls: Any, session: Any) -> Any:
    """Reduce an enumeration by value; `session` is the pickler's."""
    args, attributes = session.describe(cls)
    canonical = {name: member for name, member in cls._member_map_.items() if member._name_ == name}
    members = tuple(
        (session.name(name), _made_of(cls, member) if name in canonical else session.name(member._name_))
        for name, member in cls._member_map_.items()
    )
    state = {
        name: value
        for name, value in attributes.items()
        if name not in _REBUILT and not (name in cls._member_map_ and value is cls._member_map_[name])
    }
    states = tuple(
        {
            session.name(key): None if key == "_inverted_" else value
            for key, value in vars(member).items()
            if key != "__objclass__"
        }
        for member in canonical.values()
    )
    aliases = {
        value: session.name(member._name_)
        for value, member in cls._value2member_map_.items()
        if member._name_ in canonical and not _same(value, member._value_)
    }
    data_type = None if cls._member_type_ is object else cls._member_type_
    args = (*args[:2], members, data_type, *args[2:])
    return wire.enum_class, args, (state, states, aliases), None, None, wire.enum_class


def reduce_enum_member(member: Any, session: Any) -> Any:
    """A member of an enumeration by value is asked of its class by name, a combination of flags by value."""
    cls = type(member)
    if byvalue.by_reference(cls) or not _reduces_as_enum(cls):
        return NotImplemented
    name = member._name_
    if name is not None and cls._member_map_.get(name) is member:
        return wire.enum_member, (cls, session.name(name))
    return wire.enum_member, (cls, None, member._value_)


def _reduces_as_enum(cls: Any) -> bool:
    """Whether members of `cls` travel as the `enum` module has it, not by a `__reduce_ex__` of the user's."""
    reducer = cls.__reduce_ex__
    return getattr(reducer, "__module__", None) == "enum" or isinstance(reducer, BuiltinFunctionType)


def _made_of(cls: Any, member: Any) -> tuple[Any, ...]:
    """The arguments from which the data type of `cls` makes `member`, before its attributes."""
    data_type = cls._member_type_
    if data_type is object:
        return ()
    if hasattr(data_type, "__getnewargs__"):
        return tuple(data_type.__getnewargs__(member))
    reduced = data_type.__reduce_ex__(member, 2)
    if not isinstance(reduced, tuple) or not isinstance(reduced[1], tuple):
        raise pickle.PicklingError(
            f"cannot pickle the enumeration {cls.__qualname__}: its data type {data_type.__qualname__} does not say what "
            "its values are made of; give it __getnewargs__"
        )
    args = reduced[1]
    return args[1:] if args[:1] == (cls,) else args


def _same(value: Any, other: Any) -> bool:
    return value is other or (type(value) is type(other) and value == other)
