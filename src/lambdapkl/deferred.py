"""Annotations that are evaluated when they are asked for (PEP 649), and may have been changed since."""

from __future__ import annotations

import gc
from types import FunctionType
from typing import Any


def edited(func: FunctionType) -> dict[str, Any] | None:
    """Return the annotations of `func` if they are no longer what its ``__annotate__`` gives, else None.

    ``f.__annotations__["x"] = int`` changes the dictionary that `func` keeps once it was asked, and nothing else.  It is read
    behind the attribute, which would evaluate the annotations of a function that was never asked.
    """
    own: Any = func
    known = [id(each) for each in (own.__globals__, own.__builtins__, own.__kwdefaults__, own.__dict__)]
    kept = next((each for each in gc.get_referents(func) if type(each) is dict and id(each) not in known), None)
    if kept is None:
        return None
    try:
        fresh = own.__annotate__(1)
        return None if kept == fresh and list(kept) == list(fresh) else kept
    except Exception:
        # What it needs is gone since, or values that do not compare: what is kept is what the program sees.
        return kept
