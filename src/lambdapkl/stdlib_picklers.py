"""The picklers and the unpickler of the standard library that ours extend."""

from __future__ import annotations

import pickle
import sys
from types import FunctionType
from typing import TYPE_CHECKING, Any

__all__ = ["BasePickler", "PythonPickler", "SessionMixin", "StrictUnpickler"]

_StandardPickler: Any = pickle._Pickler


class SessionMixin:
    """Mixin: a pickler whose reducers come from a `Session`, which remembers what the payload holds."""

    _session: Any
    dispatch_table: Any

    def _use(self, session: Any, protocol: int) -> None:
        """Take `session`, made for this pickler, and its dispatch table."""
        session.protocol = protocol
        self._session = session
        self.dispatch_table = session.table

    # In the class, where PyPy's pickler looks for it.
    def reducer_override(self, obj: Any) -> Any:
        """Return the reduced value of functions, classes, code, cells and modules, NotImplemented for all else."""
        return self._session.reduce(obj)


class PythonPickler(_StandardPickler):  # type: ignore[misc]
    """The pickler in Python.

    It has a table of the standard library's methods of its own: `import dill` writes its reducers for functions, classes, locks
    and a hundred other types to `pickle._Pickler.dispatch`, where they would come before ours.
    """

    dispatch = {
        kind: getattr(_StandardPickler, f"save_{name}")
        for kind, name in (
            *((each, each.__name__) for each in (bool, bytearray, bytes, dict, float, frozenset, list, set, str, tuple, type)),
            (type(None), "none"),
            (int, "long"),
            (pickle.PickleBuffer, "picklebuffer"),
            (FunctionType, "global"),
        )
    }


if TYPE_CHECKING or sys.implementation.name != "pypy":
    BasePickler = pickle.Pickler
    StrictUnpickler = pickle.Unpickler
else:
    # The one written in RPython asks `reducer_override` before its memo: objects that refer to themselves never end, and
    # shared ones are written twice (measured on 8.0.1).
    BasePickler = PythonPickler
    # The one written in RPython ends the process where a state is for an object without attributes (8.0.1).
    StrictUnpickler = pickle._Unpickler
