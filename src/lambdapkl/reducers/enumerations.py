"""Enumerations: their members are made when the class is, and filled with its attributes."""

from __future__ import annotations

import pickle
from types import BuiltinFunctionType
from typing import Any

from .. import wire
from ..identity.traces_of_use import is_inverted
from ..restorers.enumerations import given, given_lists, member_state, own_attributes
from ..rules import byvalue
from .namespaces import ClassPart
from .references import Reach


def reduce_enum_class(cls: Any, session: Any) -> Any:
    """Reduce an enumeration by value; `session` is the pickler's.  What `EnumType` gives to every one is left out."""
    args, attributes = session.describe(cls)
    by_name = cls._member_map_
    data_type = None if cls._member_type_ is object else cls._member_type_
    private = session.name
    members: list[Any] = []
    canonical: dict[str, Any] = {}
    own: list[dict[str, Any]] = []
    usual = True
    for name, member in by_name.items():
        each = own_attributes(member)
        if "_inverted_" in each:
            # What `~` once gave.
            each = {key: value for key, value in each.items() if key != "_inverted_"}
        if each["_name_"] != name:
            members.append((private(name), private(each["_name_"])))
            continue
        usual = usual and _is_usual(each, name, len(own))
        canonical[name] = member
        own.append(each)
        members.append(private(name) if data_type is None else (private(name), _made_of(cls, member)))
    if usual:
        states: Any = [each["_value_"] for each in own]
    else:
        states = tuple(
            _attributes(each, member_state(name, place), session)
            for place, (name, each) in enumerate(zip(canonical, own, strict=True))
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
    # Made anew from the members; what a flag has cached of combinations would make the bytes depend on use.
    attributes.pop("_member_map_", None)
    attributes.pop("_value2member_map_", None)
    # The reader's own `enum` gives what is left out: not where a copy of the module travels with the enumeration, or where a
    # member has no value of its own, as `EnumType` leaves it if a `__getattr__` or `__getattribute__` answers for `_value_`.
    valueless = any("_value_" not in each for each in own)
    complete = valueless or not attributes.keys() >= given().keys() or byvalue.is_registered("enum")
    if not complete:
        for name, value in (*given().items(), *given_lists(list(canonical), [each["_value_"] for each in own]).items()):
            if _alike(attributes.get(name), value):
                del attributes[name]
    state = staged(cls, attributes, states, aliases, complete, session)
    return wire.enum_class, (*args[:2], tuple(members), data_type, *args[2:]), state, None, None, wire.enum_class


_MISSING: Any = object()
# Members are hashed with these, or combinations of flags made.
_NEEDED_FIRST = frozenset(("__hash__", "__eq__", "_member_type_", "_use_args_", "_value_repr_"))
_OF_EVERY_MEMBER = frozenset(("_value_", "_name_", "_sort_order_", "__objclass__"))


def staged(cls: Any, attributes: dict[str, Any], states: Any, aliases: Any, complete: bool, session: Any) -> tuple[Any, ...]:
    """Return the state of `cls`: all at once, or first what members need before they can be used as keys.

    Methods, caches and the like may refer to dictionaries and sets of members, which are filled when they are loaded.
    """
    reach = Reach(cls, session)
    late = {
        name: value
        for name, value in attributes.items()
        if not (name in _NEEDED_FIRST or name in cls._member_map_ or reach.is_inert(value))
    }
    if type(states) is list:
        late_states: Any = ()
    else:
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


def _is_usual(attributes: dict[str, Any], name: str, place: int) -> bool:
    """Whether a member has the attributes that every one has, with the values that its name and place tell."""
    return (
        len(attributes) == 4
        and attributes.get("_name_") == name
        and attributes.get("_sort_order_") == place
        and "_value_" in attributes
        and "__objclass__" in attributes
    )


def _attributes(attributes: dict[str, Any], given: dict[str, Any], session: Any) -> dict[str, Any]:
    """The attributes of a member, but for those that its name and place tell."""
    return {
        session.key(key): value
        for key, value in list(attributes.items())
        if key != "__objclass__" and not (key in given and _same(value, given[key]))
    }


def _alike(value: Any, usual: Any) -> bool:
    """Whether an attribute is what `EnumType` gave, though a list or static method of its own."""
    if value is usual:
        return True
    if type(value) is not type(usual):
        return False
    if type(value) is staticmethod:
        return value.__func__ is usual.__func__
    if type(value) is list:
        return len(value) == len(usual) and all(map(_same, value, usual))
    return type(value) is dict and not value and not usual


def reduce_enum_member(member: Any, session: Any) -> Any:
    """A member of an enumeration by value is asked of its class by name, a combination of flags by value."""
    cls = type(member)
    if byvalue.by_reference(cls) or not _reduces_as_enum(cls):
        return NotImplemented
    name = own_attributes(member).get("_name_")
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
