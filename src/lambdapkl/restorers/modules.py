"""Import modules, or recreate modules pickled by value."""

from __future__ import annotations

import builtins
import importlib
import sys
from types import ModuleType
from typing import Any


def module(name: str, *submodules: str) -> ModuleType:
    """Import the module called `name` and return it.

    Parameters
    ----------
    submodules
        Full names of submodules to import, too.
    """
    found = sys.modules.get(name)
    found = found if found is not None else importlib.import_module(name)
    for each in submodules:
        importlib.import_module(each)
    return found


def dynamic_module(first: Any, second: Any = None) -> ModuleType:
    """Create an empty module `first` of the class `second`, or add the names in `second` to it.

    `first` is None if the ``__name__`` of the module is missing or not a str; then the namespace in
    the state is complete. The constructor of the class does not run.
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
