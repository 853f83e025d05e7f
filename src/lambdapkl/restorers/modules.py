"""Modules, by name or made anew."""

from __future__ import annotations

import builtins
import importlib
import sys
from types import ModuleType
from typing import Any


def module(name: str) -> ModuleType:
    """Import the module called `name` and return it."""
    found = sys.modules.get(name)
    return found if found is not None else importlib.import_module(name)


def dynamic_module(first: Any, second: Any = None) -> ModuleType:
    """Make an empty module called `first`, of the class `second`, or give the module `first` the names in `second`.

    With None for `first`, all that the module holds comes with its state: its ``__name__`` is no str, or it has none.  A
    class's own constructor does not run.
    """
    if isinstance(first, ModuleType):
        namespace = vars(first)
        for name, value in second.items():
            namespace[sys.intern(name) if type(name) is str else name] = value
        return first
    made: ModuleType = ModuleType.__new__(second or ModuleType)
    if first is not None:
        ModuleType.__init__(made, first)
    vars(made)["__builtins__"] = builtins
    return made
