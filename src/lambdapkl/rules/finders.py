"""Decides whether the import system would find a module that was loaded from a file.

A program can load a file under any name: ``importlib.util.spec_from_file_location`` and an
assignment to ``sys.modules``, as Airflow does for each file of DAGs, and pytest in its importlib
mode. No other process can import such a name. `importlib.util.find_spec` does not help, because it
looks in ``sys.modules`` first.
"""

from __future__ import annotations

import os
import sys
from typing import Any

# id of a module's `__spec__` -> the spec, which keeps its id, and the result of `is_found`
_results: dict[int, tuple[Any, bool]] = {}
# Name of a module that no finder finds -> its spec
not_found: dict[str, Any] = {}


def is_found(spec: Any) -> bool:
    """Whether a finder of ``sys.meta_path`` finds the module of `spec` under its name, in the same file.

    The first result for a module is kept: `sys.path` may change, but a module is always pickled in
    the same way.
    """
    known = _results.get(id(spec))
    if known is not None:
        return known[1]
    found = _is_found(spec)
    if not found:
        not_found[spec.name] = spec
    return _results.setdefault(id(spec), (spec, found))[1]


def _is_found(spec: Any) -> bool:
    name: Any = getattr(spec, "name", None)
    origin: Any = getattr(spec, "origin", None)
    if type(name) is not str:
        return True
    is_namespace = origin is None and _is_namespace(spec)
    # Builtin and frozen modules, and modules of loaders that know no files.
    if not is_namespace and (type(origin) is not str or not getattr(spec, "has_location", False)):
        return True
    if not is_namespace and name.partition(".")[0] in sys.stdlib_module_names and origin.startswith(_STDLIB):
        return True
    try:
        found = _find(name)
    # A finder that fails for a module that was imported cannot be asked.
    except Exception:
        return True
    if found is None or found is _UNKNOWN:
        return found is _UNKNOWN
    return _is_same_namespace(found, spec) if is_namespace else _is_same_file(found, origin)


def _find(name: str) -> Any:
    """Return the spec that the import system finds for `name`, None, or `_UNKNOWN`."""
    path = None
    parent = name.rpartition(".")[0]
    if parent:
        package = sys.modules.get(parent)
        if package is None:
            spec = _find(parent)
            path = getattr(spec, "submodule_search_locations", None)
        else:
            spec = getattr(package, "__spec__", None)
            if spec is None or not is_found(spec):
                return None
            path = getattr(package, "__path__", None)
        if path is None:
            # The import of a module that is no package may add modules below it to `sys.modules`.
            return None if spec is None else _UNKNOWN
    for finder in sys.meta_path.copy():
        find_spec = getattr(finder, "find_spec", None)
        found = None if find_spec is None else find_spec(name, path)
        if found is not None:
            return found
    return None


def _is_namespace(spec: Any) -> bool:
    loader = getattr(spec, "loader", None)
    is_package = getattr(spec, "submodule_search_locations", None) is not None
    return is_package and (loader is None or type(loader).__name__ in ("NamespaceLoader", "_NamespaceLoader"))


def _is_same_namespace(found: Any, spec: Any) -> bool:
    """Whether a folder of a namespace package is one that the import system finds."""
    return not _is_namespace(found) or not set(found.submodule_search_locations).isdisjoint(spec.submodule_search_locations)


def _is_same_file(found: Any, origin: str) -> bool:
    if not getattr(found, "has_location", False) or type(found.origin) is not str:
        return True
    if os.path.normcase(os.path.abspath(found.origin)) == os.path.normcase(os.path.abspath(origin)):
        return True
    try:
        return os.path.samefile(found.origin, origin)
    except OSError:
        return False


_UNKNOWN: Any = object()
_STDLIB = os.path.join(os.path.dirname(os.__file__), "")
