"""Looks up globals as the interpreter does, and compares attributes with their defaults."""

from __future__ import annotations

from typing import Any

MISSING: Any = object()


def find_global(namespace: dict[str, Any], name: str) -> Any:
    """Return the global `name` as a function sees it, or `MISSING`.

    If the globals are an instance of a subclass of dict, the interpreter calls its `__getitem__`.
    """
    if type(namespace) is dict:
        return namespace.get(name, MISSING)
    try:
        return namespace[name]
    except KeyError:
        return MISSING


def same(default: Any, value: Any) -> bool:
    return value is default or (type(value) is type(default) is str and value == default)


# The constructor sets them, or they belong to the interpreter.
NEVER_SENT = frozenset(("__builtins__", "__name__"))
