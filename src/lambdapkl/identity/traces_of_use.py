"""What use leaves in a class, and is no part of its definition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["VOLATILE", "is_answer", "is_inverted", "unused_enumeration"]

# Made by the interpreter, or grown while a class is used (`copyreg` keeps `__slotnames__` there).
VOLATILE = frozenset(
    (
        "__dict__",
        "__weakref__",
        "__annotations_cache__",
        "__abstractmethods__",
        "_abc_impl",
        "_abc_registry",
        "_abc_cache",
        "_abc_negative_cache",
        "_abc_negative_cache_version",
        "__static_attributes__",
        "__slotnames__",
    )
)


def is_answer(name: str, value: Any) -> bool:
    """Whether an attribute of a class may be there because somebody asked a class without annotations for them.

    It then keeps an empty dictionary up to 3.13, and None for what would evaluate them since 3.14.
    """
    if name == "__annotations__":
        return type(value) is dict and not value
    return name == "__annotate_func__" and value is None


def unused_enumeration(own: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes of an enumeration without what it has learned of values that a program has asked for."""
    members = {id(member) for member in own["_member_map_"].values()}
    by_value = own.get("_value2member_map_")
    if type(by_value) is not dict:
        return dict(own)
    defined = {value: each for value, each in by_value.items() if id(each) in members and not is_inverted(own, value)}
    return {**own, "_value2member_map_": defined}


def is_inverted(own: Mapping[str, Any], value: Any) -> bool:
    """Whether an enumeration of flags has the value from a member that was inverted."""
    return "_flag_mask_" in own and type(value) is int and value < 0
