"""Reducers for lazy imports (PEP 810, Python 3.15): placeholders for a module, or a name in it."""

from __future__ import annotations

import gc
import pickle
import types
from typing import Any

from .. import wire
from ..rules.names import private


def reduce_lazy_import(lazy: Any) -> Any:
    """Reduce a lazy import to its import statement, without importing anything.

    Raises
    ------
    pickle.PicklingError
        The object's text and fields disagree; an interpreter after 3.15 may have other fields.
    """
    spelled = repr(lazy).partition("'")[2].rpartition("'")[0]
    module, attributes = _names(lazy, spelled.count("."))
    if spelled == module and not attributes:
        return wire.lazy_import, (private(module),)
    # `lazy import a.b.c as name` imports a.b.c, then gets b of a, and c of that.
    if spelled == module and attributes == module.split(".")[1:]:
        return wire.lazy_import, (private(module), private("import-as"), private(attributes[-1]))
    if len(attributes) == 1 and spelled == f"{module}.{attributes[0]}":
        return wire.lazy_import, (private(module), private("from"), private(attributes[0]))
    raise pickle.PicklingError(
        f"cannot pickle {lazy!r}: lambdapkl does not know the lazy imports of this version of Python; "
        "use the imported name once before pickling it"
    )


def _names(lazy: Any, at_most: int) -> tuple[str, list[str]]:
    """Return the module of a lazy import, and the attributes looked up in turn, at most ``at_most + 1``.

    Its fields are hidden from Python, but `gc.get_referents` returns them: the name of a module, or
    another lazy import and the name of an attribute of it.
    """
    attributes: list[str] = []
    while True:
        parts = gc.get_referents(lazy)
        name = next((each for each in parts if type(each) is str), "")
        parent = next((each for each in parts if type(each) is type(lazy)), None)
        if parent is None or len(attributes) > at_most:
            return name, attributes
        attributes.insert(0, name)
        lazy = parent


REDUCERS: dict[type, Any] = {}

if hasattr(types, "LazyImportType"):
    REDUCERS[types.LazyImportType] = reduce_lazy_import
