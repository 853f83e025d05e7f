"""Why does it not pickle: notes on an error that give the path to the culprit."""

from __future__ import annotations

import pickle
from typing import Any


def explained(error: Exception, obj: Any) -> Exception:
    """Return what to raise for `error`."""
    if isinstance(error, RecursionError):
        return pickle.PicklingError("Could not pickle object as excessively deep recursion required.")
    return error
