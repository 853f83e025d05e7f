"""Finds the attributes of a class that a load did not complete.

A load that ends half-way leaves functions without the globals, or the contents of cells, that come
later in the payload.
"""

from __future__ import annotations

import builtins
import gc
import sys
from functools import lru_cache
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Any

from ..code.bytecode import LOAD_GLOBAL_FLAGS, instructions

# An attribute may hold any amount of data.
_MOST_OBJECTS = 1000
# By id, since a metaclass may have a hash of its own.
_WITHOUT_REFERENCES = frozenset(map(id, (type(None), bool, int, float, str, bytes)))


def incomplete_attributes(cls: type) -> frozenset[str]:
    """Return the names of the attributes of `cls` that hold an incomplete function.

    A function that looks up a name which never existed is incomplete, too.
    """
    return frozenset(name for name, value in dict(vars(cls)).items() if _holds_incomplete_function(value))


def _holds_incomplete_function(value: Any) -> bool:
    pending: list[Any] = [value]
    seen: set[int] = set()
    while pending and len(seen) < _MOST_OBJECTS:
        each = pending.pop()
        kind = type(each)
        if id(kind) in _WITHOUT_REFERENCES or id(each) in seen or issubclass(kind, (type, ModuleType)):
            continue
        seen.add(id(each))
        if kind is not FunctionType:
            pending += gc.get_referents(each)
        elif _is_by_value(each):
            if _is_incomplete(each):
                return True
            pending += [each.__defaults__, each.__kwdefaults__, each.__dict__, each.__closure__]
    return False


def _is_by_value(function: FunctionType) -> bool:
    # PyPy's built-in functions have another type of code.
    module = sys.modules.get(function.__module__)
    return type(function.__code__) is CodeType and getattr(module, "__dict__", None) is not function.__globals__


def _is_incomplete(function: FunctionType) -> bool:
    names = function.__globals__
    for name in _global_names(function.__code__):
        if name not in names and not hasattr(builtins, name):
            return True
    return any(cell == _EMPTY_CELL for cell in function.__closure__ or ())


_EMPTY_CELL = CellType()


@lru_cache(1024)
def _global_names(code: CodeType) -> frozenset[str]:
    loads = (arg >> LOAD_GLOBAL_FLAGS for _, (name, arg, _) in instructions(code.co_code) if name == "LOAD_GLOBAL")
    names = {code.co_names[index] for index in loads}
    return frozenset(names).union(*(_global_names(each) for each in code.co_consts if type(each) is CodeType))
