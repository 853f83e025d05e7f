"""The picklers and the unpickler of the standard library that lambdapkl's classes extend."""

from __future__ import annotations

import pickle
import sys
from types import FunctionType
from typing import TYPE_CHECKING, Any

__all__ = ["BasePickler", "PayloadStateMixin", "PythonPickler", "StrictUnpickler"]

_StandardPickler: Any = pickle._Pickler


class PayloadStateMixin:
    """Mixin for a pickler that gets its reducers from a `PayloadState`, the record of the payload."""

    _payload_state: Any
    dispatch_table: Any

    def _use(self, payload_state: Any, protocol: int) -> None:
        """Use `payload_state`, which was created for this pickler, and its dispatch table."""
        payload_state.protocol = protocol
        self._payload_state = payload_state
        self.dispatch_table = payload_state.table

    # A method of the class, because PyPy's pickler does not find an attribute of the instance.
    def reducer_override(self, obj: Any) -> Any:
        """Return the reduced value of `obj`, or NotImplemented if the pickler has to reduce it."""
        return self._payload_state.reduce(obj)


class PythonPickler(_StandardPickler):  # type: ignore[misc]
    """The standard library's pickler in Python, with a dispatch table of its own.

    `import dill` adds its reducers for functions, classes, locks and a hundred other types to
    `pickle._Pickler.dispatch`, where they would come before those of lambdapkl.
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

    if not hasattr(sys, "getrefcount"):  # PyPy

        def save_reduce(self, func: Any, args: Any, *rest: Any, **named: Any) -> None:
            """Write a reduced value, and tell the `PayloadState` when it is written."""
            super().save_reduce(func, args, *rest, **named)
            payload_state = getattr(self, "_payload_state", None)
            # Without `obj` for a name with dots, as of nested classes.
            if payload_state is not None and "obj" in named:
                payload_state.close(named["obj"])

        def clear_memo(self) -> None:
            """Empty the memo, and forget the frame that a failed dump has left."""
            super().clear_memo()
            self.framer.current_frame = None


if TYPE_CHECKING or sys.implementation.name != "pypy":
    BasePickler = pickle.Pickler
    StrictUnpickler = pickle.Unpickler
else:
    # PyPy's `pickle.Pickler` calls `reducer_override` before it looks into its memo. So cyclic
    # objects recurse without end, and shared objects are written twice (measured on 8.0.1).
    BasePickler = PythonPickler
    # PyPy's `pickle.Unpickler` crashes if a payload has a state for an object without attributes
    # (8.0.1).
    StrictUnpickler = pickle._Unpickler
