"""What `reprlib.recursive_repr` makes of a function: made again by the reader, not sent."""

from __future__ import annotations

import reprlib
from types import FunctionType
from typing import Any

from .. import wire


def recreate(func: FunctionType) -> Any:
    """Return what makes `func`, its arguments and the attributes it then has; None if its closure does not tell."""
    match closure_of(func):
        case {"user_function": FunctionType() as wrapped, "repr_running": set(), **rest} if func.__doc__ == wrapped.__doc__:
            fill = (rest["fillvalue"],) if "fillvalue" in rest else ()
            return wire.recursive_repr, (wrapped, *fill), {"__wrapped__": wrapped}
    return None


def closure_of(func: FunctionType) -> dict[str, Any] | None:
    """Return what the cells of `func` hold, by name; None if one is empty, or `func` was given defaults afterwards."""
    if func.__defaults__ or func.__kwdefaults__:
        return None
    try:
        return {name: cell.cell_contents for name, cell in zip(func.__code__.co_freevars, func.__closure__ or (), strict=True)}
    except ValueError:
        return None


REDUCERS: dict[type, Any] = {}
RECREATED = {reprlib.recursive_repr()(lambda self: "").__code__: recreate}
