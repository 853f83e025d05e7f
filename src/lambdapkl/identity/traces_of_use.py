"""Recognises what a class collects while it is used, and what is not part of its definition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# Attributes that the interpreter creates, or that change while a class is used (`copyreg` adds
# `__slotnames__`).
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


def is_cached_absence(name: str, value: Any) -> bool:
    """Whether this attribute only caches that the class has no annotations.

    Reading them stores an empty dictionary in the class up to 3.13. Since 3.14, it stores None for
    the function that would evaluate them.
    """
    if name == "__annotations__":
        return type(value) is dict and not value
    return name == "__annotate_func__" and value is None


def unused_enumeration(namespace: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes of an enumeration without the values that lookups have added."""
    members = {id(member) for member in namespace["_member_map_"].values()}
    by_value = namespace.get("_value2member_map_")
    if type(by_value) is not dict:
        return dict(namespace)
    defined = {value: each for value, each in by_value.items() if id(each) in members and not is_inverted(namespace, value)}
    return {**namespace, "_value2member_map_": defined}


def is_inverted(namespace: Mapping[str, Any], value: Any) -> bool:
    """Whether `value` is in an enumeration of flags because a member was inverted with ``~``."""
    return "_flag_mask_" in namespace and type(value) is int and value < 0
