"""Lazy imports (PEP 810, Python 3.15): what stands for a module, or a name in it, until it is used."""

from __future__ import annotations

import gc
import types
from typing import Any

from .. import wire
from ..rules.names import private


def reduce_lazy_import(lazy: Any) -> Any:
    """A lazy import by the statement that made it; nothing is imported.

    The object tells its name in its text only.  It refers to the names that it was made with: a module's, or those of
    another lazy import and of an attribute.
    """
    spelled = repr(lazy).partition("'")[2].rpartition("'")[0]
    parts = gc.get_referents(lazy)
    parent = next((each for each in parts if type(each) is type(lazy)), None)
    if parent is None:
        return wire.lazy_import, (private(spelled),)
    module = repr(parent).partition("'")[2].rpartition("'")[0].removesuffix("...")
    attribute = next(each for each in parts if type(each) is str)
    if spelled.endswith(f".{attribute}") and module in (spelled, spelled.removesuffix(f".{attribute}")):
        statement = "import-as" if module == spelled else "from"
        return wire.lazy_import, (private(module), private(statement), private(attribute))
    return wire.lazy_import, (private(module), private("from"), private(attribute))


REDUCERS: dict[type, Any] = {}

if hasattr(types, "LazyImportType"):
    REDUCERS[types.LazyImportType] = reduce_lazy_import
