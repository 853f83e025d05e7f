"""Annotations that are evaluated when they are asked for (PEP 649), and may have been changed since."""

from __future__ import annotations

import gc
from types import FunctionType
from typing import Any


def kept(func: FunctionType) -> dict[str, Any] | None:
    """Return the dictionary of annotations that `func` keeps since it was asked for them, else None.

    It is read behind the attribute, which would evaluate the annotations of a function that was never asked.
    """
    own: Any = func
    known = [id(each) for each in (own.__globals__, own.__builtins__, own.__kwdefaults__, own.__dict__)]
    return next((each for each in gc.get_referents(func) if type(each) is dict and id(each) not in known), None)


def edited(func: FunctionType, kept: dict[str, Any]) -> dict[str, Any] | None:
    """Return `kept`, the annotations that `func` keeps, if they are no longer what its ``__annotate__`` gives, else None.

    ``f.__annotations__["x"] = int`` changes that dictionary and nothing else.
    """
    own: Any = func
    try:
        fresh = own.__annotate__(1)
        return None if kept == fresh and list(kept) == list(fresh) else kept
    except Exception:
        # What it needs is gone since, or values that do not compare: what is kept is what the program sees.
        return kept
