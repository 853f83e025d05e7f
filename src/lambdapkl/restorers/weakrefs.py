"""Recreate weak references and containers of them.

The unpickler's memo keeps the referents alive during loading. After that, other references must do
so.
"""

from __future__ import annotations

import pickle
import weakref
from typing import Any


class _Gone:
    """The referent for a reference that was dead when it was pickled; it dies at once."""


def weak_reference(kind: Any = weakref.ref, referent: Any = None, callback: Any = None) -> Any:
    """Return a weak reference or proxy of `kind`, a dead one if `referent` is None.

    If `kind` is None, return the `referent` itself.
    """
    if kind is None:
        return referent
    if kind not in (weakref.ref, weakref.proxy):
        raise pickle.UnpicklingError("the payload is damaged: a weak reference of an unknown kind")
    if referent is None:
        referent = _Gone()
    return kind(referent, callback)


def weak_container(first: Any, second: Any = None) -> Any:
    """Create an empty weak container of the class `first`, or add `second` to the container `first`."""
    if isinstance(first, type):
        return first()
    first.update(second)
    return first
