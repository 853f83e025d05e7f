"""Replaces `edits` in standalone payloads, which omit the code that compares classes."""

from __future__ import annotations

from typing import Any


def edited_class(first: Any, second: Any, *args: Any) -> Any:
    """Create the skeleton of a class, or set its state if it is new here; see `edits.edited_class`."""
    if isinstance(first, type):
        setter, state, _ = second
        setter(first, state)
        return first
    return first(*args)
