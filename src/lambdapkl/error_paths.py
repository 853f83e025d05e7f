"""Why does it not pickle: the path from what was pickled to what cannot be, as a note of the error.

After a failure the object is walked a second time, by `answers.walk`.  It is slow, and runs on errors only.
"""

from __future__ import annotations

import pickle
from types import ModuleType
from typing import Any

_TOO_DEEP = "Could not pickle object as excessively deep recursion required."
# The second walk gives up after this many seconds: it must not make a failing dump of much data take minutes.
_TIME_LIMIT = 10.0
_PREFIX = "path: "


def explain_error(error: Exception, obj: Any, owner: ModuleType | None = None) -> None:
    """Add to `error`, which pickling `obj` has raised, a note with the path to the culprit.

    The walk uses lambdapkl's own reducers; hooks of a subclass of `Pickler` may have led elsewhere, and then there is no
    note.  Functions of the module `owner` are taken to find their globals there, in the reader.

    Raises
    ------
    pickle.PicklingError
        In place of a RecursionError.
    """
    if isinstance(error, RecursionError):
        raise pickle.PicklingError(_TOO_DEEP) from error
    if isinstance(error, MemoryError):  # it says nothing of the object, and a second walk would need memory as well
        return
    notes = getattr(error, "__notes__", [])
    if any(note.startswith(_PREFIX) for note in notes):  # by a dump within this one
        return
    try:
        from .answers import explain

        steps = explain.path_to(obj, error, _TIME_LIMIT, owner)
    # Whatever goes wrong here must not hide the error that is being explained.
    except Exception:
        return
    if steps:
        error.add_note(_PREFIX + " -> ".join(steps))
