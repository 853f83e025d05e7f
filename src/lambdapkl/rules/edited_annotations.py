"""Finds annotations that a program has changed after they were evaluated (PEP 649)."""

from __future__ import annotations

import gc
from typing import Any


def cached(func: Any) -> dict[str, Any] | None:
    """Return the annotations that `func` has cached since they were first read, or None.

    The attribute ``__annotations__`` is not read, because it evaluates annotations that are not
    cached.
    """
    other = [id(each) for each in (func.__globals__, func.__builtins__, func.__kwdefaults__, func.__dict__)]
    return next((each for each in gc.get_referents(func) if type(each) is dict and id(each) not in other), None)


def edited(func: Any, annotations: dict[str, Any]) -> dict[str, Any] | None:
    """Return the cached `annotations` if they differ from what ``__annotate__`` returns, else None.

    ``f.__annotations__["x"] = int`` changes only the cached dictionary.
    """
    try:
        evaluated = func.__annotate__(1)
        return None if annotations == evaluated and list(annotations) == list(evaluated) else annotations
    except Exception:
        # A name that they need no longer exists, or the values cannot be compared. The program sees
        # the cached ones.
        return annotations
