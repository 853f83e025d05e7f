"""Reducers for `object()` instances that modules use as sentinels."""

from __future__ import annotations

from functools import cache
from types import ModuleType
from typing import Any

from .. import wire
from ..rules import byvalue
from ..rules.names import private


@cache
def _marks() -> dict[int, str]:
    import inspect  # imported already: the reducer is added then

    return {id(mark): name for name, mark in vars(inspect).items() if type(mark) is object}


def reduce_object(obj: object) -> Any:
    name = _marks().get(id(obj))
    return object.__reduce_ex__(obj, 2) if name is None else (wire.attribute, (private("inspect"), private(name)))


def in_modules(sentinel: object, namespace: dict[str, Any]) -> tuple[str, str] | None:
    """Return module and name of a sentinel that a function has as a global, or None.

    Parameters
    ----------
    namespace
        The globals of the function. One of them must be the module, which must be importable.
    """
    for module in list(namespace.values()):
        if isinstance(module, ModuleType) and byvalue.module_by_reference(module):
            for name, value in list(vars(module).items()):
                if value is sentinel and type(name) is str:
                    return byvalue.imported_name(module), name
    return None


REDUCERS: dict[type, Any] = {object: reduce_object}
