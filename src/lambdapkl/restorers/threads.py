"""Locks and what belongs to a thread."""

from __future__ import annotations

import pickle
import threading
from typing import Any


def lock(kind: str = "Lock") -> Any:
    """Return a new lock that nobody holds, a ``Lock`` or an ``RLock``."""
    return threading.RLock() if kind == "RLock" else threading.Lock()


def thread_local(first: Any, second: Any) -> Any:
    """Make a `threading.local` of the class `first`, or set the values `second` of `first` in this thread."""
    if isinstance(first, type):
        if not issubclass(first, threading.local):
            raise pickle.UnpicklingError(f"the payload is damaged: {first.__name__} is no threading.local")
        return first.__new__(first, *second)
    vars(first).update(second or {})
    return first
