"""Lazy imports (PEP 810, Python 3.15): what stands for a module, or a name in it, until it is used."""

from __future__ import annotations

import gc
import pickle
import types
from typing import Any

from .. import wire
from ..rules.names import private


def reduce_lazy_import(lazy: Any) -> Any:
    """A lazy import by the statement that made it; nothing is imported.

    Raises
    ------
    pickle.PicklingError
        The object's text and its fields disagree: the interpreter has other fields than 3.15.
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
        f"cannot pickle {lazy!r}: this version of Python keeps lazy imports in a way that lambdapkl does not know; "
        "use the imported name once before it is pickled"
    )


def _names(lazy: Any, at_most: int) -> tuple[str, list[str]]:
    """Return the module that a lazy import refers to, and the attributes that are looked up in turn, `at_most` one more.

    Its fields are hidden, but the garbage collector sees the objects in them: the name of a module, or another lazy import
    and the name of an attribute of that.
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
