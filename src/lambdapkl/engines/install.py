"""`install` and `uninstall`: every copy of cloudpickle in the process pickles with lambdapkl."""

from __future__ import annotations

import importlib
import os
import sys
import threading
import warnings
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from .graft import Graft, is_copy, is_left_alone, unknown_parameters

__all__ = ["ENVIRONMENT", "install", "installed", "uninstall"]

ENVIRONMENT = "LAMBDAPKL_INSTALL"
# Its value where `install` was called with ``deterministic=True``.
DETERMINISTIC = "deterministic"
_NAMES = ("cloudpickle", "cloudpickle_fast")

_lock = threading.RLock()
_grafts: dict[str, Graft] = {}
# Copies that are not changed because of their other parameters; each has one warning.
_warned: dict[str, ModuleType] = {}
_environment_before: str | None = None
_deterministic = False


class _Finder(MetaPathFinder):
    """Finds copies of cloudpickle that are imported later, and changes them after their import."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name.rpartition(".")[2] not in _NAMES or name.startswith("lambdapkl."):
            return None
        for finder in sys.meta_path:
            if finder is self or not hasattr(finder, "find_spec"):
                continue
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                if spec.loader is not None:
                    spec.loader = _Loader(spec.loader)
                return spec
        return None


class _Loader(Loader):
    def __init__(self, loader: Any) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        created: ModuleType | None = self._loader.create_module(spec)
        return created

    def exec_module(self, module: ModuleType) -> None:
        # The module gets the loader that it has without lambdapkl.
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        with _lock:
            if _finder in sys.meta_path:
                _graft(module)


_finder = _Finder()


def _graft(module: Any) -> None:
    name = module.__name__
    known = _grafts.get(name)
    if (known is not None and known.module is module) or not is_copy(module) or is_left_alone(module):
        return
    unknown = unknown_parameters(module)
    if not unknown:
        _grafts[name] = Graft(module, _deterministic)
        _grafts[name].apply()
    elif _warned.get(name) is not module:
        _warned[name] = module
        warnings.warn(
            f"lambdapkl.install() leaves {name} as it is: that copy of cloudpickle has parameters that lambdapkl does not "
            f"have, {', '.join(unknown)}",
            RuntimeWarning,
            stacklevel=3,
        )


def _name_of(module: Any) -> str:
    """Return the name of a module without running its code; "" if it has none."""
    if not issubclass(type(module), ModuleType):
        return ""
    try:
        name = ModuleType.__getattribute__(module, "__name__")
    except AttributeError:
        return ""
    return name if isinstance(name, str) else ""


def install(*, workers: bool = True, deterministic: bool = False) -> None:
    """Let every library of this process that uses cloudpickle use lambdapkl, whether it is imported before or later.

    This changes cloudpickle itself and the copies in joblib, Ray, PySpark and other libraries, the functions and classes that
    a program has imported from them, and subclasses of their `CloudPickler`. Payloads of cloudpickle still load. Further calls
    have no effect.

    A copy whose functions have parameters that lambdapkl does not have, such as Apache Beam's, is not changed: a
    `RuntimeWarning` names it. Numba's copy is not changed either, because it writes numba's compile cache.

    Parameters
    ----------
    workers
        Whether processes started by this one do the same: sets ``LAMBDAPKL_INSTALL=1`` in `os.environ`, which makes
        ``import lambdapkl`` call `install`. A new process imports lambdapkl when it loads the first payload of lambdapkl.
    deterministic
        Let `dumps` and `dump` of every copy write with ``deterministic=True``, for libraries that use a hash of the bytes as
        the key of a cache. A `CloudPickler` cannot, so its `dump` raises an error. This lasts until `uninstall`.
        Processes started by this one do the same (``LAMBDAPKL_INSTALL=deterministic``).
    """
    global _deterministic, _environment_before
    with _lock:
        if _finder not in sys.meta_path:
            _environment_before = os.environ.get(ENVIRONMENT)
            sys.meta_path.insert(0, _finder)
        _deterministic = _deterministic or deterministic
        for graft in _grafts.values():
            graft.deterministic = _deterministic
        if workers:
            os.environ[ENVIRONMENT] = DETERMINISTIC if _deterministic else "1"
    # `import_module` waits for another thread that imports such a module and needs the lock, so it runs without the lock.
    for name, module in list(sys.modules.items()):
        if (
            isinstance(name, str)
            and name.rpartition(".")[2] in _NAMES
            and getattr(getattr(module, "__spec__", None), "_initializing", False)
        ):
            importlib.import_module(name)
    with _lock:
        for module in list(sys.modules.values()):
            if _name_of(module).rpartition(".")[2] in _NAMES:
                _graft(module)


def uninstall() -> None:
    """Undo `install`, the environment variable included; nothing happens if there is nothing to undo."""
    global _deterministic
    with _lock:
        if _finder not in sys.meta_path:
            return
        sys.meta_path.remove(_finder)
        for graft in reversed(_grafts.values()):
            graft.remove()
        _grafts.clear()
        _deterministic = False
        if _environment_before is None:
            os.environ.pop(ENVIRONMENT, None)
        else:
            os.environ[ENVIRONMENT] = _environment_before


def installed() -> list[str]:
    """Return the names of the modules in which lambdapkl pickles in place of cloudpickle."""
    with _lock:
        return sorted(_grafts)
