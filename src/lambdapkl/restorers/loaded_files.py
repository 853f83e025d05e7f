"""Takes functions and classes from a module that this process has loaded from the same file."""

from __future__ import annotations

import os
import sys
from types import FunctionType, MethodType, ModuleType
from typing import Any

from ..rules import byvalue


def from_file(first: Any, second: Any, *rest: Any) -> Any:
    """Return what a module that was loaded from a file has under a name, or create it.

    Also the state setter for what it returns. What the module has is not changed.

    Parameters
    ----------
    first, second
        The names of the module and of its file. Or a result of this function and its state: the
        names of module, file and object, the state and its setter.
    rest
        The name of the object in the module; None for a function that has none, such as a closure,
        which gets the module's globals, and "" for the module. Then the constructor of the object,
        and its arguments.
    """
    if not rest:
        return _set_state(first, *second)
    name, constructor, *args = rest
    module = _loaded(first, second)
    if module is not None:
        found = None if name is None else find(module, name)
        if found is not None:
            return found
        if len(args) > 2 and constructor.__name__ == "function":
            args[2] = module
    return constructor(*args)


def _set_state(obj: Any, module_name: str, file: str, name: str | None, state: Any, setter: Any) -> Any:
    module = _loaded(module_name, file)
    if module is not None:
        if name is not None and find(module, name) is obj:
            return obj
        if type(obj) is FunctionType and obj.__globals__ is vars(module) and state[0] is not None:
            state = ({key: value for key, value in state[0].items() if key not in vars(module)}, *state[1:])
    return setter(obj, state)


def find(module: ModuleType, name: str) -> Any:
    """Return the function or class called `name`, or `module` itself if the name is empty; None if there is none."""
    found = byvalue.lookup(module, name) if name else module
    return found.__func__ if type(found) is MethodType else found


def _loaded(name: str, file: str) -> ModuleType | None:
    """Return the module that this process has loaded from `file` under this name, or None."""
    module = sys.modules.get(name)
    origin = getattr(getattr(module, "__spec__", None), "origin", None)
    if not isinstance(module, ModuleType) or type(origin) is not str:
        return None
    return module if os.path.abspath(origin) == os.path.abspath(file) else None
