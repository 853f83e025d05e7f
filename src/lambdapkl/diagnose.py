"""Why does it not pickle: notes on an error that give the path to the culprit."""

from __future__ import annotations

import pickle
from typing import Any


def explain_error(error: Exception, obj: Any) -> None:
    """Add to `error`, which pickling `obj` has raised, a note with the path to the culprit.

    Raises
    ------
    pickle.PicklingError
        In place of a RecursionError.
    """
    if isinstance(error, RecursionError):
        raise pickle.PicklingError("Could not pickle object as excessively deep recursion required.") from error
