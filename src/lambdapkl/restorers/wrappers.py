"""Recreate callables of `functools`."""

from __future__ import annotations

import functools
from typing import Any


def lru_cache(function: Any, maxsize: int | None, typed: bool) -> Any:
    """Return `function` wrapped by `functools.lru_cache`, with an empty cache."""
    return functools.lru_cache(maxsize, typed)(function)


def comparison_key(compare: Any, obj: Any) -> Any:
    """Return the key of `obj` for sorting by the comparison function `compare`."""
    return functools.cmp_to_key(compare)(obj)


def partial_method(function: Any, args: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    """Return a `functools.partialmethod` of `function`."""
    return functools.partialmethod(function, *args, **keywords)
