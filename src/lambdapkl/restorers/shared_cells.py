"""Finds the cells of methods of classes."""

from __future__ import annotations

import pickle
from types import CellType, FunctionType
from typing import Any


def class_cell(cls: type, name: str, index: int, owner: Any = None, place: int = 0) -> CellType:
    """Return the cell at `index` in the closure of the method `name` of `cls`.

    If the class has no such method yet, because the load is still creating it, return the cell at
    `place` of the function `owner`, which is the method in the payload.
    """
    method = function_of(vars(cls).get(name))
    closure = None if method is None else method.__closure__
    if closure is None or not 0 <= index < len(closure):
        closure, index = getattr(owner, "__closure__", None), place
    if closure is None or not 0 <= index < len(closure):
        raise pickle.UnpicklingError(f"the payload is damaged: {cls.__qualname__}.{name} does not have a cell")
    return closure[index]


def function_of(value: Any) -> FunctionType | None:
    """Return the function in an attribute of a class: a method, or the getter of a property."""
    if type(value) in (staticmethod, classmethod):
        value = value.__func__
    elif type(value) is property:
        value = value.fget
    return value if type(value) is FunctionType else None
