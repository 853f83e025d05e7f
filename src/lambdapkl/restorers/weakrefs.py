"""Weak references and containers of them.

The payload's memo holds the referents while it is loaded.  Afterwards they live on what else holds them, as before.
"""

from __future__ import annotations

import pickle
import weakref
from typing import Any


class _Gone:
    """What a reference that was dead when it was pickled refers to."""


def weak_reference(kind: Any = weakref.ref, referent: Any = None, callback: Any = None) -> Any:
    """Return a weak reference or proxy of `kind`; a dead one without a `referent`; the `referent` itself if `kind` is None."""
    if kind is None:
        return referent
    if kind not in (weakref.ref, weakref.proxy):
        raise pickle.UnpicklingError("the payload is damaged: what makes a weak reference belongs there")
    if referent is None:
        referent = _Gone()
    return kind(referent, callback)


def weak_container(first: Any, second: Any = None) -> Any:
    """Make an empty weak container of the class `first`, or fill the container `first` with `second`."""
    if isinstance(first, type):
        return first()
    if isinstance(first, weakref.WeakSet):
        first.update(second)
    else:
        first.update(dict(second) if isinstance(first, weakref.WeakValueDictionary) else second)
    return first
