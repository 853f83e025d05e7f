"""Recognize functions wrapped by `reprlib.recursive_repr`, so that the reader wraps them again."""

from __future__ import annotations

import reprlib
from types import FunctionType
from typing import Any

from .. import wire


def recreate(func: FunctionType) -> Any:
    """Return the constructor of `func`, its arguments and the resulting attributes.

    The result is None if `func` is another function.
    """
    match closure_of(func):
        case {"user_function": FunctionType() as wrapped, "repr_running": set(), **rest} if func.__doc__ == wrapped.__doc__:
            fill = (rest["fillvalue"],) if "fillvalue" in rest else ()
            return wire.recursive_repr, (wrapped, *fill), {"__wrapped__": wrapped}
    return None


def closure_of(func: FunctionType) -> dict[str, Any] | None:
    """Return the contents of the cells of `func` by name.

    The result is None if a cell is empty or `func` has defaults.
    """
    if func.__defaults__ or func.__kwdefaults__:
        return None
    try:
        return {name: cell.cell_contents for name, cell in zip(func.__code__.co_freevars, func.__closure__ or (), strict=True)}
    except ValueError:
        return None


RECREATED = {reprlib.recursive_repr()(lambda self: "").__code__: recreate}
