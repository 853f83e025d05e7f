"""`cloudpickle.cloudpickle`, with our own counterparts of the private functions that its tests import.

A private function without a counterpart raises NotImplementedError when it is called; its tests are in the list.
"""

import sys
import types
from typing import Any

import lambdapkl.cloudpickle
from lambdapkl.cloudpickle import *  # noqa: F403
from lambdapkl.rules.byvalue import by_reference, module_by_reference

# Engines find these two under this module, too.
Pickler = CloudPickler = lambdapkl.cloudpickle.CloudPickler


def _should_pickle_by_reference(obj: Any, name: str | None = None) -> bool:
    if isinstance(obj, types.ModuleType):
        return module_by_reference(obj)
    if not isinstance(obj, (type, types.FunctionType)):
        raise TypeError("cannot check importability of object instances")
    return by_reference(obj, name)


def _lookup_module_and_qualname(obj: Any, name: str) -> tuple[types.ModuleType, str] | None:
    return (sys.modules[obj.__module__], name) if by_reference(obj, name) else None


def _make_empty_cell() -> types.CellType:
    return types.CellType()


def _no_counterpart(*args: Any) -> Any:
    raise NotImplementedError("a private function of cloudpickle")


_extract_class_dict = _extract_code_globals = _whichmodule = _no_counterpart
