"""Reducer for NumPy's ufuncs: by reference if a module has them, else with their Python function."""

from __future__ import annotations

import gc
import pickle
import sys
from itertools import chain
from types import ModuleType
from typing import Any

import numpy

from .. import wire
from ..rules import byvalue
from ..rules.names import private


def reduce_ufunc(ufunc: Any) -> Any:
    """Reduce a ufunc.

    NumPy's own reducer writes only the name, so it fails for `numpy.frompyfunc`.
    """
    name = ufunc.__name__
    functions = [each for each in gc.get_referents(ufunc) if callable(each)]
    if ufunc.types and set("".join(ufunc.types)) <= set("O->") and functions:
        args = (functions[0], ufunc.nin, ufunc.nout)
        return wire.ufunc, args if ufunc.identity is None else (*args, ufunc.identity)
    for module_name in chain(("numpy", "scipy.special"), list(sys.modules)):
        module = sys.modules.get(module_name)
        if not isinstance(module, ModuleType) or name.partition(".")[0] not in vars(module):
            continue
        if module_name not in byvalue.MAIN_MODULES and byvalue.lookup(module, name) is ufunc:
            return wire.attribute, (private(module_name), private(name))
    raise pickle.PicklingError(
        f"cannot pickle the ufunc {name!r}: it is written in C and no imported module has it under its name; "
        "import the module that defines it"
    )


# NumPy registers a reducer with `copyreg`; this one takes precedence over it.
OVERRIDES: dict[type, Any] = {numpy.ufunc: reduce_ufunc}
