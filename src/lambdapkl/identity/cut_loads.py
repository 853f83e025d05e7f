"""Finds the attributes of a class that a load did not complete.

A load that ends half-way leaves functions without the globals, or the contents of cells, that come
later in the payload.
"""

from __future__ import annotations

import builtins
import gc
import sys
from collections.abc import Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

from ..code.bytecode import instructions

# An attribute may hold any amount of data.
_MOST_OBJECTS = 1000
# On CPython, the lowest bit of the argument is a flag.
_SHIFT = 0 if sys.implementation.name == "pypy" else 1


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
        if id(each) in seen or issubclass(kind, (type, ModuleType)):
            continue
        seen.add(id(each))
        if kind is not FunctionType:
            pending += gc.get_referents(each)
        elif type(each.__code__) is not CodeType:  # a built-in function of PyPy
            continue
        elif vars(sys.modules.get(each.__module__, _NO_MODULE)) is not each.__globals__:
            try:
                pending += [cell.cell_contents for cell in each.__closure__ or ()]
            except ValueError:  # an empty cell
                return True
            if any(name not in each.__globals__ and not hasattr(builtins, name) for name in _global_names(each.__code__)):
                return True
            pending += [each.__defaults__, each.__kwdefaults__, each.__dict__]
    return False


_NO_MODULE = ModuleType("")


def _global_names(code: CodeType) -> Iterator[str]:
    for _, (name, arg, _) in instructions(code.co_code):
        if name == "LOAD_GLOBAL":
            yield code.co_names[arg >> _SHIFT]
    for constant in code.co_consts:
        if type(constant) is CodeType:
            yield from _global_names(constant)
