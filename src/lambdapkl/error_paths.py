"""Why does it not pickle: the path from what was pickled to what cannot be, as a note of the error.

After a failure the object is walked a second time, by `walking.walk`.  It is slow, and runs on errors only.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

_TOO_DEEP = "Could not pickle object as excessively deep recursion required."
# The second walk gives up after this many seconds: it must not make a failing dump of much data take minutes.
_TIME_LIMIT = 10.0
_PREFIX = "path: "


def explain_error(
    error: Exception,
    obj: Any,
    *,
    owner: ModuleType | None = None,
    make_session: Callable[[], Any] | None = None,
    # When the interpreter ends, the globals of this module may be None.
    _sys: ModuleType = sys,
    _error: type[Exception] = pickle.PicklingError,
) -> None:
    """Add to `error`, which pickling `obj` has raised, a note with the path to the culprit.

    The walk uses lambdapkl's own reducers; hooks of a subclass of `Pickler` may have led elsewhere, and then there is no
    note.

    Parameters
    ----------
    owner
        A module in which functions that belong to it find their globals, in the reader.
    make_session
        Returns a session of the kind that the failed dump used; a plain one by default.

    Raises
    ------
    pickle.PicklingError
        In place of a RecursionError, and of any error while the interpreter ends.
    """
    if _sys.meta_path is None:
        raise _error(
            "cannot pickle this while the interpreter ends: modules are gone already, and nothing can be imported "
            f"({error}); pickle it earlier, in a function registered with atexit for example"
        ) from error
    if isinstance(error, RecursionError):
        raise pickle.PicklingError(_TOO_DEEP) from error
    if isinstance(error, MemoryError):  # it says nothing of the object, and a second walk would need memory as well
        return
    notes = getattr(error, "__notes__", [])
    if any(note.startswith(_PREFIX) for note in notes):  # by a dump within this one
        return
    try:
        steps = _path_to(obj, error, owner, None if make_session is None else make_session())
    # Whatever goes wrong here must not hide the error that is being explained.
    except Exception:
        return
    if steps:
        error.add_note(_PREFIX + " -> ".join(steps))


def _path_to(obj: Any, error: Exception, owner: ModuleType | None, session: Any) -> list[str]:
    """Return the path to the first culprit in `obj` that is refused with an error of the type of `error`, or []."""
    from .walking.walk import Walk  # few programs need it

    refuse = getattr(error, "refuse", None) if type(error) is pickle.PicklingError else None
    walk = Walk(obj, until=lambda node: True, seconds=_TIME_LIMIT, owner=owner, refuse=refuse, session=session)
    walk.run()
    if not walk.culprits or type(walk.culprits[0].error) is not type(error):
        return []
    return walk.culprits[0].steps()
