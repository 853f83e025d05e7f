"""Reducers that have to know what the payload holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Fallback:
    """A reducer for picklers without our `reducer_override`, of a type that a `Session` reduces."""

    __slots__ = ("_reduce",)

    def __init__(self, reduce: Callable[[Any], Any]) -> None:
        self._reduce = reduce

    def __call__(self, obj: Any) -> Any:
        return self._reduce(obj)


class WithSession:
    """Marks a reducer of `INHERITED` that takes the pickler's `Session` as a second argument."""

    __slots__ = ("reduce",)

    def __init__(self, reduce: Callable[[Any, Any], Any]) -> None:
        self.reduce = reduce

    def bind(self, session: Any) -> Callable[[Any], Any]:
        """Return the reducer for `session`."""
        return lambda obj: self.reduce(obj, session)
