"""Reducers that have to know what the payload holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class WithSession:
    """Marks a reducer of `INHERITED` that takes the pickler's `Session` as a second argument."""

    __slots__ = ("reduce",)

    def __init__(self, reduce: Callable[[Any, Any], Any]) -> None:
        self.reduce = reduce

    def bind(self, session: Any) -> Callable[[Any], Any]:
        """Return the reducer for `session`."""
        return lambda obj: self.reduce(obj, session)
