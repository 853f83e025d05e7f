"""The tables of reducers, which `reducers.table` fills.

They are here, below the code that uses them: the backends look reducers up in them, the digest of a class needs
those of iterators, and neither may import the reducers, which are built on both.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

__all__ = [
    "FAMILIES",
    "INHERITED",
    "ITERATORS",
    "OVERRIDES",
    "OWN_KEYS",
    "RECREATED",
    "TABLE",
    "Fallback",
    "Reducer",
    "WithSession",
]

Reducer = Callable[[Any], Any]


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


# Name -> the family of reducers that was added once the program had imported the module they are for.
FAMILIES: dict[str, ModuleType] = {}

# Exact type -> reducer.
TABLE: dict[type, Reducer] = {}

# The part of `TABLE` for iterators.  Those of C cannot reduce themselves on every version.
ITERATORS: dict[type, Reducer] = {}

# Reducers that come before those registered with `copyreg`; user code adds to it through the pickler's dispatch table.
OVERRIDES: dict[type, Reducer] = {}

# Types whose subclasses need a reducer, too.  It returns NotImplemented for a subclass that pickles in its own way.
INHERITED: dict[type, Reducer | WithSession] = {}

# Importable classes whose instances describe a class and hold the names of its attributes.  The names of the instances'
# own attributes have to be kept apart from those.
OWN_KEYS: set[type] = set()

# id of the code of a function that the reader can recreate -> that code, and what finds the arguments for such a function.
RECREATED: dict[int, tuple[Any, Callable[[Any], Any]]] = {}
