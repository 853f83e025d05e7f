"""Reducers for context variables and contexts."""

from __future__ import annotations

import contextvars
from typing import Any

from .. import wire
from ..identity.digest import value_digest
from ..restorers.contexts import key_of
from ..rules import byvalue
from ..rules.names import private


def reduce_context_var(variable: Any) -> Any:
    """Reduce a context variable by reference if an importable module has it, else by value.

    A key makes it one variable in the reader, however often it is loaded.
    """
    found = _place_of(variable)
    if found is not None:
        return wire.attribute, tuple(map(private, found))
    default = _default(variable)
    _, digest, number = key_of(variable, value_digest(["ContextVar", default]))
    return wire.context_var, (private(variable.name), digest, number, *default)


def _default(variable: Any) -> tuple[Any, ...]:
    """The default in a tuple, or an empty tuple.

    It is read in an empty context, where the variable has no value.
    """
    try:
        return (contextvars.Context().run(variable.get),)
    except LookupError:
        return ()


def _place_of(variable: Any) -> tuple[str, str] | None:
    for name, module in byvalue.unregistered_modules():
        for attribute, value in list(vars(module).items()):
            if value is variable and not byvalue.is_dynamic(module):
                return name, attribute
    return None


def reduce_context(context: contextvars.Context) -> Any:
    """Reduce a context; its values are set after it is created, as they may refer to it."""
    items = sorted(context.items(), key=lambda item: item[0].name)
    return wire.context, (), items or None, None, None, wire.context


REDUCERS: dict[type, Any] = {
    contextvars.ContextVar: reduce_context_var,
    contextvars.Context: reduce_context,
}
