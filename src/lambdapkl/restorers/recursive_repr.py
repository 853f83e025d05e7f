"""Recreate functions that `reprlib.recursive_repr` wraps."""

from __future__ import annotations

from types import FunctionType
from typing import Any


def recursive_repr(wrapped: FunctionType, *fill: Any) -> Any:
    """Wrap a function by `reprlib.recursive_repr`.

    Without `fill`, use the function of the same name that `dataclasses` had up to 3.12.
    """
    if fill:
        import reprlib

        return reprlib.recursive_repr(*fill)(wrapped)
    import dataclasses

    return dataclasses._recursive_repr(wrapped)  # type: ignore[attr-defined]
