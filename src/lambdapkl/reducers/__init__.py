"""Reducers for what `pickle` refuses or restores wrongly, a file a family.

Each file has a table ``REDUCERS`` from type to reducer; all of them together are the default dispatch table.  What undoes
a reducer is in the file of the same name in `lambdapkl.restorers`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

from ..identity import contents
from ..rules import process_lock as process
from . import (
    classes,
    containers,
    descriptors,
    enumerations,
    exceptions,
    files,
    imports,
    iterators,
    modules,
    namespaces,
    refused,
    skeletons,
    suspended,
    threads,
    tracebacks,
    weakrefs,
    wrappers,
)
from .sessions import WithSession

# What the backends take from here by name; they must not import it themselves.
__all__ = [
    "INHERITED",
    "OVERRIDES",
    "OWN_KEYS",
    "RECREATED",
    "TABLE",
    "Reducer",
    "WithSession",
    "classes",
    "descriptors",
    "enumerations",
    "modules",
    "namespaces",
    "refresh",
    "skeletons",
]

Reducer = Callable[[Any], Any]

TABLE: dict[type, Reducer] = {
    **containers.REDUCERS,
    **descriptors.REDUCERS,
    **files.REDUCERS,
    **imports.REDUCERS,
    **iterators.REDUCERS,
    **namespaces.REDUCERS,
    **suspended.REDUCERS,
    **threads.REDUCERS,
    **weakrefs.REDUCERS,
    **wrappers.REDUCERS,
}

contents.reducers = iterators.REDUCERS

# What comes before reducers registered with `copyreg`; user code adds to it through the pickler's dispatch table.
OVERRIDES: dict[type, Reducer] = {}

# Types whose subclasses need a reducer, too.  It returns NotImplemented for a subclass that pickles in its own way.
INHERITED: dict[type, Reducer | WithSession] = {
    **descriptors.INHERITED,
    **exceptions.INHERITED,
    **threads.INHERITED,
    **tracebacks.INHERITED,
}

# Importable classes whose instances describe a class and hold the names of its attributes, so that names of their own
# attributes have to be kept apart from those.
OWN_KEYS: set[type] = set()

# Code of functions that the reader can make again from what they were made of -> what says how, for such a function.
RECREATED: dict[int, tuple[Any, Callable[[Any], Any]]] = {}

# Modules whose types have reducers, and where those are.  They are added to the table once the program has imported the
# module: until then it has no such object, and `import lambdapkl` stays cheap.
_PENDING: dict[str, str] = {
    "contextvars": "contexts",
    "dataclasses": "dataclass_parts",
    "inspect": "sentinels",
    "json.decoder": "json_scanners",
    "logging": "logging_handlers",
    "numpy": "ufuncs",
    "queue": "queues",
    "reprlib": "recursive_repr",
    "tempfile": "temporary_files",
    "typing": "annotations",
}

# Modules with types that are refused, likewise.
_REFUSED = set(refused.REASONS)

_stamp: tuple[int, str] | None = None


def refresh() -> int:
    """Add the reducers of modules that have been imported since the last call.

    ``sys.modules`` grows at its end: length and last key tell whether a module came.  Return the length for which nothing
    is to be done, -1 where the next call has to look again.
    """
    global _stamp
    modules = sys.modules
    stamp: tuple[int, str] | None
    try:
        stamp = len(modules), next(reversed(modules))
    except RuntimeError:  # another thread is importing
        stamp = None
    if stamp is not None and stamp == _stamp:
        return stamp[0]
    with process.lock:
        present = {name for name in (*_PENDING, *_REFUSED) if name in modules}
        # A thread that imports one has its lock, and some of its types may be missing: the next call looks again.
        ready = {name for name in present if not _is_importing(modules.get(name))}
        if ready != present:
            stamp = None
        for name in [name for name in _PENDING if name in ready]:
            family = import_module(f"{__name__}.{_PENDING[name]}")
            for kind, reducer in family.REDUCERS.items():
                TABLE.setdefault(kind, reducer)
            OVERRIDES.update(getattr(family, "OVERRIDES", {}))
            INHERITED.update(getattr(family, "INHERITED", {}))
            OWN_KEYS.update(getattr(family, "OWN_KEYS", ()))
            RECREATED.update({id(code): (code, how) for code, how in getattr(family, "RECREATED", {}).items()})
            del _PENDING[name]
        for name in ready & _REFUSED:
            for kind, refuser in refused.refusers(name, modules[name]).items():
                INHERITED.setdefault(kind, refuser)
            _REFUSED.discard(name)
        # Last: until then, other threads wait for what they may need.
        _stamp = stamp
    return -1 if stamp is None else stamp[0]


def _is_importing(module: Any) -> bool:
    """Whether a module is still being imported."""
    return bool(getattr(getattr(module, "__spec__", None), "_initializing", False))
