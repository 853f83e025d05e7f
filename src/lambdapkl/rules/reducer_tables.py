"""The tables of reducers, which `reducers.table` fills.

They are in this low layer because the backends and the class digest look reducers up. Neither can
import the reducers, which depend on both.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import Any

Reducer = Callable[[Any], Any]


class Fallback(partial[Any]):
    """A reducer for a type that a `PayloadState` reduces itself, for picklers without one."""


class WithPayloadState:
    """Marks a reducer of `INHERITED` that takes the `PayloadState` as a second argument."""

    __slots__ = ("reduce",)

    def __init__(self, reduce: Callable[[Any, Any], Any]) -> None:
        self.reduce = reduce

    def bind(self, payload_state: Any) -> Callable[[Any], Any]:
        """Return the reducer for `payload_state`."""
        return lambda obj: self.reduce(obj, payload_state)


# Name -> a family of reducers, added after the program has imported the module with their types.
FAMILIES: dict[str, ModuleType] = {}

# Exact type -> reducer.
TABLE: dict[type, Reducer] = {}

# The part of `TABLE` for iterators. Not every version of Python can reduce its own iterators.
ITERATORS: dict[type, Reducer] = {}

# Reducers that take precedence over those registered with `copyreg`. User code adds to it through
# the pickler's dispatch table.
OVERRIDES: dict[type, Reducer] = {}

# Types whose subclasses use their reducer, too. The reducer returns NotImplemented for a subclass
# that defines its own pickling.
INHERITED: dict[type, Reducer | WithPayloadState] = {}

# Importable classes whose instances describe a class and refer to names of its attributes. The
# names of an instance's own attributes are written as separate strings.
OWN_KEYS: set[type] = set()

# id of the code of a function that the reader recreates by a constructor -> the code, and a
# callable that returns the arguments for the constructor.
RECREATED: dict[int, tuple[Any, Callable[[Any], Any]]] = {}
