"""`install` and `uninstall`: libraries that would use cloudpickle, or a copy of it that they bring along, use lambdapkl.

Each copy stays where it is and keeps its name: what was pickled by it names functions in it, and loads.  What is replaced is
what pickles with it, in the copy and in all modules that took it from there.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import sys
import threading
from collections.abc import Sequence
from types import ModuleType
from typing import Any

from .. import byvalue, pickler

__all__ = ["install", "uninstall"]

COPIES = ("cloudpickle", "joblib.externals.cloudpickle", "pyspark.cloudpickle", "ray.cloudpickle")

_REPLACED: dict[str, Any] = {
    "CloudPickler": pickler.Pickler,
    "Pickler": pickler.Pickler,
    "dump": pickler.dump,
    "dumps": pickler.dumps,
    "list_registry_pickle_by_value": byvalue.list_registry_pickle_by_value,
    "register_pickle_by_value": byvalue.register_pickle_by_value,
    "unregister_pickle_by_value": byvalue.unregister_pickle_by_value,
}

_lock = threading.RLock()
_undo: list[tuple[ModuleType, str, Any]] = []
_linked: list[Any] = []
_finder: _Finder | None = None


def install() -> None:
    """Have every library of this process that uses cloudpickle use lambdapkl, whether it was imported or will be.

    Copies that Ray, PySpark and joblib bring along are known.  What other processes do is up to them: the pages on the engines
    say how their workers are told.  A second call changes nothing.
    """
    global _finder
    with _lock:
        if _finder is None:
            _finder = _Finder()
            sys.meta_path.insert(0, _finder)
        for name in COPIES:
            if name in sys.modules:
                _replace(name)


def uninstall() -> None:
    """Undo `install`.  What was pickled in between still loads; reducers that engines registered serve both.

    A module that was imported in between, and took a function or class by its name, keeps that.
    """
    global _finder
    with _lock:
        if _finder is not None:
            sys.meta_path.remove(_finder)
            _finder = None
        while _undo:
            module, name, value = _undo.pop()
            setattr(module, name, value)
        registered = pickler.Pickler.dispatch_table.maps[0]
        while _linked:
            theirs = _linked.pop()
            theirs[:] = [table for table in theirs if table is not registered]
            # Ray registers its own when it first pickles something, which may have been in between.
            theirs[0].update((kind, reducer) for kind, reducer in registered.items() if not _is_ours(reducer))


def _replace(package: str) -> None:
    """Replace what pickles with the copy called `package`, which was imported."""
    source: Any = sys.modules.get(f"{package}.cloudpickle", sys.modules[package])
    cloud_pickler = getattr(source, "CloudPickler", pickler.Pickler)
    if cloud_pickler is pickler.Pickler:
        return
    replaced = {id(getattr(source, name)): ours for name, ours in _REPLACED.items() if hasattr(source, name)}
    byvalue.registry |= source.list_registry_pickle_by_value()
    _share_reducers(cloud_pickler, source.__name__)
    for module in list(sys.modules.values()):
        names = getattr(module, "__dict__", None)
        # Some put objects that make up any attribute into `sys.modules`.
        if type(names) is not dict or names is globals():
            continue
        for name, value in list(names.items()):
            if id(value) in replaced:
                _undo.append((module, name, value))
                setattr(module, name, replaced[id(value)])


def _share_reducers(cloud_pickler: Any, module: str) -> None:
    """Let reducers that were registered with the copy serve here, and later ones serve its subclasses that exist already."""
    theirs = cloud_pickler.dispatch_table.maps
    ours = pickler.Pickler.dispatch_table
    for kind, reducer in theirs[0].items():
        if getattr(reducer, "__module__", None) != module and not hasattr(cloud_pickler, getattr(reducer, "__name__", "")):
            ours[kind] = reducer
    theirs.insert(0, ours.maps[0])
    _linked.append(theirs)


def _is_ours(reducer: Any) -> bool:
    return str(getattr(reducer, "__module__", None)).partition(".")[0] == "lambdapkl"


class _Finder:
    """Stands first in ``sys.meta_path``; has others find a copy of cloudpickle, and acts when it has been imported."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name not in COPIES:
            return None
        for finder in sys.meta_path:
            if finder is not self and (spec := finder.find_spec(name, path, target)) is not None:
                if spec.loader is not None:
                    _after_import(spec.loader, name)
                return spec
        return None


def _after_import(loader: Any, name: str) -> None:
    execute = loader.exec_module

    def exec_module(module: ModuleType) -> None:
        execute(module)
        with _lock:
            if _finder is not None:
                _replace(name)

    loader.exec_module = exec_module
