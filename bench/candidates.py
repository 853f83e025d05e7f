"""The libraries that are compared, each under one interface; one that is not installed is left out."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module, metadata
from importlib.util import find_spec
from types import ModuleType
from typing import Any

OURS = "lambdapkl"
PURE = "lambdapkl pure"
FLOOR = "floor"
# The order of the columns.  PURE is measured in a process of its own; FLOOR is no library (see `workloads.floor`).
NAMES = ("pickle", "pickle.py", "cloudpickle", "dill", "pyfory", PURE, OURS, FLOOR)
BY_VALUE = ("cloudpickle", "dill", "pyfory", PURE, OURS)


@dataclass(frozen=True)
class Candidate:
    """``dumps(obj, *extra)`` and ``loads(data)``; `buffers` tells whether they know out-of-band buffers as `pickle` does."""

    name: str
    dumps: Callable[..., bytes]
    loads: Callable[..., Any]
    extra: tuple[int, ...] = ()
    buffers: bool = True
    module: ModuleType | None = None

    def register(self, module: ModuleType, on: bool) -> None:
        """Have the functions and classes of `module` travel by value, where the library can do that."""
        if hasattr(self.module, "register_pickle_by_value"):
            getattr(self.module, "register_pickle_by_value" if on else "unregister_pickle_by_value")(module)


def _pickle() -> Candidate:
    # Protocol 5, which the others write: up to 3.13 `pickle` writes 4 unless told.
    return Candidate("pickle", pickle.dumps, pickle.loads, (5,))


def _pickle_py() -> Candidate:
    return Candidate("pickle.py", pickle._dumps, pickle._loads, (5,))  # type: ignore[attr-defined]


def _cloudpickle() -> Candidate:
    module = import_module("cloudpickle")
    return Candidate("cloudpickle", module.dumps, module.loads, module=module)


def _dill() -> Candidate:
    module = import_module("dill")
    # `import dill` writes its reducers into the table of `pickle._Pickler`, which is measured here, too.
    module.extend(use_dill=False)
    return Candidate("dill", module.dumps, module.loads, buffers=False)


def _pyfory() -> Candidate:
    fory = import_module("pyfory").Fory(xlang=False, ref=True, strict=False)
    return Candidate("pyfory", fory.dumps, fory.loads, buffers=False)


def _lambdapkl() -> Candidate:
    module = import_module("lambdapkl")
    return Candidate(OURS, module.dumps, module.loads, module=module)


_MAKERS = {
    "pickle": _pickle,
    "pickle.py": _pickle_py,
    "cloudpickle": _cloudpickle,
    "dill": _dill,
    "pyfory": _pyfory,
    OURS: _lambdapkl,
}


def installed() -> dict[str, Candidate]:
    """Return the candidates that this interpreter has, by name."""
    found = {}
    for name, make in _MAKERS.items():
        if name == "pickle.py" or find_spec(name):
            found[name] = make()
    return found


def versions() -> dict[str, str]:
    """Return the versions of the libraries, by distribution."""
    found = {}
    for name in ("cloudpickle", "dill", "pyfory", "numpy", "pandas", "scikit-learn", "joblib", "pytest-benchmark"):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def environment(pure: bool) -> dict[str, str]:
    """Return the environment of a process that uses the pure backend, or the compiled one."""
    return {**os.environ, "LAMBDAPKL_PURE": "1" if pure else "0"}
