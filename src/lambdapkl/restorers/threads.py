"""Recreate locks and thread-local data."""

from __future__ import annotations

import pickle
import threading
from typing import Any


def lock(kind: str = "Lock") -> Any:
    """Return a new unlocked ``Lock`` or ``RLock``."""
    return threading.RLock() if kind == "RLock" else threading.Lock()


def thread_local(first: Any, second: Any) -> Any:
    """Create a `threading.local` of the class `first`, or set its values `second` in this thread."""
    if isinstance(first, type):
        if not issubclass(first, threading.local):
            raise pickle.UnpicklingError(f"the payload is damaged: {first.__name__} is not a threading.local")
        return first.__new__(first, *second)
    vars(first).update(second or {})
    return first
