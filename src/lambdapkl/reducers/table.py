"""The default dispatch table: all families of reducers together."""

from __future__ import annotations

import copyreg
import sys
from collections import ChainMap
from importlib import import_module
from typing import Any

from ..rules import process_lock, submodules
from ..rules.reducer_tables import FAMILIES, INHERITED, ITERATORS, OVERRIDES, OWN_KEYS, RECREATED, TABLE, Reducer
from . import (
    containers,
    descriptors,
    exceptions,
    files,
    imports,
    iterators,
    namespaces,
    refused,
    suspended,
    threads,
    tracebacks,
    weakrefs,
    wrappers,
)

ITERATORS.update(iterators.REDUCERS)
for _family in (containers, descriptors, files, imports, iterators, namespaces, suspended, threads, weakrefs, wrappers):
    TABLE.update(_family.REDUCERS)
for _family in (descriptors, exceptions, threads, tracebacks, weakrefs):
    INHERITED.update(_family.INHERITED)


class DispatchTable(ChainMap[type, Reducer]):
    """A dispatch table with a fast lookup, as loky copies it to a `dict` for each task."""

    def __getitem__(self, kind: type) -> Reducer:
        # `ChainMap` raises and catches a KeyError for each map that does not have the key.
        for mapping in self.maps:
            if kind in mapping:
                return mapping[kind]
        raise KeyError(kind)


class UserTable(DispatchTable):
    """A dispatch table that a program set on a pickler, followed by the shared tables.

    Its first map is the program's, which may be any mapping. It may be a copy of
    `copyreg.dispatch_table`; entries that it shares with that do not take precedence over
    lambdapkl's overrides.
    """

    def __getitem__(self, kind: type) -> Reducer:
        try:
            reducer: Reducer = self.maps[0][kind]
        except LookupError:
            pass
        else:
            if reducer is None or reducer is not copyreg.dispatch_table.get(kind):
                return reducer
        for mapping in self.maps[1:]:
            if kind in mapping:
                return mapping[kind]
        raise KeyError(kind)

    def __contains__(self, kind: object) -> bool:
        try:
            self[kind]  # type: ignore[index]
        except KeyError:
            return False
        return True


def with_shared(table: Any, shared: DispatchTable) -> Any:
    """Return `table`, which a program set, followed by `shared`, instead of only the former."""
    return table if isinstance(table, DispatchTable) else UserTable(table, *shared.maps)


# Entries that user code adds here or registers with `copyreg` take precedence over lambdapkl's
# reducers.
DISPATCH_TABLE = DispatchTable(OVERRIDES, copyreg.dispatch_table, TABLE)

# Module -> the file with reducers for its types. They are added to the table after the program
# imports the module. No such object can exist before that, and `import lambdapkl` stays fast.
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

# Modules with types that are refused; their refusers are added in the same way.
_REFUSED = set(refused.REASONS)

_stamp: tuple[int, str] | None = None


def refresh() -> int:
    """Add the reducers of modules that were imported since the last call.

    Returns the length of ``sys.modules`` for which nothing needs to be done, or -1 if the next call
    must check again.
    """
    global _stamp
    modules = sys.modules
    stamp = submodules.stamp()
    if stamp is not None and stamp == _stamp:
        return stamp[0]
    with process_lock.lock:
        present = {name for name in (*_PENDING, *_REFUSED) if name in modules}
        # While another thread imports a module, some of its types may be missing: the next call
        # checks again.
        ready = {name for name in present if not _is_importing(modules.get(name))}
        if ready != present:
            stamp = None
        for name in [name for name in _PENDING if name in ready]:
            family = import_module(f"{__package__}.{_PENDING[name]}")
            for kind, reducer in getattr(family, "REDUCERS", {}).items():
                TABLE.setdefault(kind, reducer)
            OVERRIDES.update(getattr(family, "OVERRIDES", {}))
            INHERITED.update(getattr(family, "INHERITED", {}))
            OWN_KEYS.update(getattr(family, "OWN_KEYS", ()))
            RECREATED.update({id(code): (code, how) for code, how in getattr(family, "RECREATED", {}).items()})
            FAMILIES[_PENDING.pop(name)] = family
        for name in ready & _REFUSED:
            for kind, refuser in refused.refusers(name, modules[name]).items():
                INHERITED.setdefault(kind, refuser)
            _REFUSED.discard(name)
        # Set last: until then, other threads must wait for the lock, as they may need the new
        # reducers.
        _stamp = stamp
    return -1 if stamp is None else stamp[0]


def _is_importing(module: Any) -> bool:
    """Whether a module is still being imported."""
    return bool(getattr(getattr(module, "__spec__", None), "_initializing", False))
