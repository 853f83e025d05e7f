"""Finds functions that look up builtins in a dictionary of their own, as code in a sandbox does.

``exec(code, {"__builtins__": {"len": len}})`` hides all other builtins from the functions that
`code` defines. The dictionary is part of a function from its creation.
"""

from __future__ import annotations

import builtins
from opcode import opmap
from types import CodeType, FunctionType, ModuleType
from typing import Any

STANDARD = vars(builtins)
_MISSING: Any = object()


def of(func: FunctionType) -> Any:
    """Return the builtins of `func`: a dictionary, or what the program put in its place."""
    found = getattr(func, "__builtins__", _MISSING)
    if found is _MISSING:  # on PyPy
        found = func.__globals__.get("__builtins__", STANDARD)
        found = vars(found) if isinstance(found, ModuleType) else found
    return found


def are_needed(func: FunctionType, names: tuple[str, ...], imports: bool) -> bool:
    """Whether `func`, whose builtins are not the standard ones, would behave differently with those.

    Parameters
    ----------
    names
        The names that its code may look up as globals.
    imports
        Whether its code contains an import statement.
    """
    own = of(func)
    if type(own) is not dict or imports or _defines_classes(func.__code__):
        return True
    namespace = func.__globals__
    for name in names:
        value = namespace.get(name, _MISSING)
        if value is _MISSING:
            value = own.get(name, _MISSING)
            if value is not STANDARD.get(name, _MISSING):
                return True
        if value is eval or value is exec:  # they use the builtins of their caller
            return True
    return False


def in_payload(func: FunctionType) -> Any:
    """Return what is pickled for the builtins of `func`: a module if they are the contents of one."""
    own = of(func)
    module = func.__globals__.get("__builtins__")
    return module if isinstance(module, ModuleType) and vars(module) is own else own


def _defines_classes(code: CodeType) -> bool:
    if _BUILD_CLASS in code.co_code[::2]:
        return True
    # Not a generator expression: CPython 3.12 and 3.13 free its code twice when memory runs out.
    for constant in code.co_consts:  # noqa: SIM110
        if type(constant) is CodeType and _defines_classes(constant):
            return True
    return False


_BUILD_CLASS = opmap["LOAD_BUILD_CLASS"]
