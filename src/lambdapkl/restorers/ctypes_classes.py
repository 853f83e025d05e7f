"""Recreate a program's own `ctypes` types."""

from __future__ import annotations

from typing import Any

from ..identity import keys
from ..identity.building import unfinished
from ..rules import process_lock
from .classes import fill


def ctypes_array(kind: Any, length: int) -> Any:
    """Return the type of arrays of `length` elements of `kind`."""
    return kind * length


def ctypes_class(
    first: Any, second: Any, digest: bytes = b"", bases: Any = (), number: int = 0, metaclass: Any = type, *_: Any
) -> Any:
    """Create a Structure or Union without fields, or set its layout and other attributes.

    See `class_`.
    """
    if isinstance(first, type):
        if unfinished(first):
            layout, attributes = second
            with process_lock.lock:
                if unfinished(first):
                    for name, value in layout.items():
                        # A layout can be set only once, and an interrupted thread may have set it.
                        if name not in vars(first):
                            setattr(first, name, value)
                    fill(first, attributes)
        return first
    key = (second, first, digest, number)
    found = keys.get(key, digest)
    if found is not None:
        return found
    made = metaclass(first.rpartition(".")[2], bases, {"__module__": second, "__qualname__": first})
    return keys.track(key, made, digest)
