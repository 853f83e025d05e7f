"""Adds to an error the path from the pickled object to the one that cannot be pickled.

After a failed dump, `walking.walk` walks the object a second time. It is slow, and runs only then.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

_TOO_DEEP = "Could not pickle object as excessively deep recursion required."
# Seconds for the second walk: the failed dump of a large object must not take minutes.
_TIME_LIMIT = 10.0
_PREFIX = "path: "


def explain_error(
    error: Exception,
    obj: Any,
    *,
    owner: ModuleType | None = None,
    make_state: Callable[[], Any] | None = None,
    # When the interpreter ends, the globals of this module may be None.
    _sys: ModuleType = sys,
    _error: type[Exception] = pickle.PicklingError,
) -> None:
    """Add a note with the path to the object that cannot be pickled.

    The walk uses lambdapkl's reducers and no hooks of a `Pickler` subclass. So it may find another
    error or none; then there is no note.

    Parameters
    ----------
    error
        What pickling `obj` has raised.
    owner
        A module whose functions find their globals in it, in the reader.
    make_state
        Returns a state of the kind that the failed dump used; by default, a plain one is used.

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
    # A MemoryError has no cause in the object, and a second walk would need memory, too.
    if isinstance(error, MemoryError):
        return
    notes = getattr(error, "__notes__", [])
    if any(note.startswith(_PREFIX) for note in notes):  # a nested dump has added it
        return
    try:
        steps = _path_to(obj, error, owner, None if make_state is None else make_state())
    # An error here must not hide the one that is being explained.
    except Exception:
        return
    if steps:
        error.add_note(_PREFIX + " -> ".join(steps))


def _path_to(obj: Any, error: Exception, owner: ModuleType | None, payload_state: Any) -> list[str]:
    """Return the path to the first object that cannot be pickled, or [] for another error."""
    from .walking.walk import Walk  # few programs need it

    refuse = getattr(error, "refuse", None) if type(error) is pickle.PicklingError else None
    walk = Walk(obj, until=lambda node: True, seconds=_TIME_LIMIT, owner=owner, refuse=refuse, payload_state=payload_state)
    walk.run()
    if not walk.culprits or type(walk.culprits[0].error) is not type(error):
        return []
    return walk.culprits[0].steps()
