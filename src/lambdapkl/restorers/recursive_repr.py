"""Functions that guard a `repr` against objects that contain themselves."""

from __future__ import annotations

from types import FunctionType
from typing import Any


def recursive_repr(wrapped: FunctionType, *fill: Any) -> Any:
    """Return what `reprlib.recursive_repr` makes of `wrapped`; without `fill`, what `dataclasses` did up to 3.12."""
    if fill:
        import reprlib

        return reprlib.recursive_repr(*fill)(wrapped)
    import dataclasses

    return dataclasses._recursive_repr(wrapped)  # type: ignore[attr-defined]
