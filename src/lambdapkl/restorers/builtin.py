"""Builtin types that no module exports, so that `pickle` cannot find them by name."""

from __future__ import annotations

import builtins
import collections
import pickle
import sys
import types
from typing import Any


def _collect() -> dict[str, type]:
    mappings: tuple[dict[Any, Any], ...] = ({}, collections.OrderedDict())
    views: list[Any] = [view for mapping in mappings for view in (mapping.keys(), mapping.values(), mapping.items())]
    samples: list[Any] = [
        *views,
        *map(iter, views),
        *map(reversed, views),
        *map(iter, ((), [], set(), "", "\u0100", b"", bytearray(), memoryview(b""), range(0), range(1 << 70))),
        iter(int, 0),
        reversed([]),
        {}.get,
        sys._getframe().f_locals,  # a view of the frame since 3.13 (PEP 667)
        object.__repr__,
        object().__repr__,
    ]
    found: dict[str, type] = {}
    for candidate in [*(getattr(types, name) for name in types.__all__), *map(type, samples)]:
        # Before 3.13 a frame's `f_locals` is a `dict`.
        if isinstance(candidate, type) and candidate.__module__ == "builtins" and not hasattr(builtins, candidate.__qualname__):
            found.setdefault(candidate.__qualname__, candidate)
    return found


BUILTIN_TYPES = _collect()


def builtin_type(name: str) -> type:
    """Return the builtin type called `name`, which no module exports."""
    try:
        return BUILTIN_TYPES[name]
    except KeyError:
        raise pickle.UnpicklingError(f"this interpreter has no built-in type called {name!r}") from None
