"""Reducers for context variables and contexts."""

from __future__ import annotations

import contextvars
import sys
from types import ModuleType
from typing import Any

from .. import wire
from ..errors import NotPicklableError
from ..identity.digest import value_digest
from ..restorers.contexts import key_of
from ..rules import byvalue
from ..rules.names import private


def reduce_context_var(variable: Any) -> Any:
    """Reduce a context variable: by reference if an importable module has it, else by name and default.

    A key makes it one variable in the reader, however often it is loaded.
    """
    found = _place_of(variable)
    if found is not None:
        return wire.attribute, tuple(map(private, found))
    default = _default(variable)
    _, digest, number = key_of(variable, value_digest(["ContextVar", default]))
    return wire.context_var, (private(variable.name), digest, number, *default)


def _default(variable: Any) -> tuple[Any, ...]:
    """The default in a tuple, or an empty tuple; read in an empty context, where the variable has no value."""
    try:
        return (contextvars.Context().run(variable.get),)
    except LookupError:
        return ()


def _place_of(variable: Any) -> tuple[str, str] | None:
    for name, module in list(sys.modules.items()):
        if not isinstance(module, ModuleType) or name in byvalue.MAIN_MODULES:
            continue
        if byvalue.is_registered(name) or byvalue.is_dynamic(module):
            continue
        for attribute, value in list(vars(module).items()):
            if value is variable:
                return name, attribute
    return None


def reduce_context(context: contextvars.Context) -> Any:
    """Reduce a context to its variables and values, set after it is created as a value may refer to it."""
    items = sorted(context.items(), key=lambda item: item[0].name)
    return wire.context, (), items or None, None, None, wire.context


def refuse_token(_: Any) -> Any:
    raise NotPicklableError(
        "cannot pickle a contextvars.Token: it can reset only a context of this process; pickle the value instead"
    )


REDUCERS: dict[type, Any] = {
    contextvars.ContextVar: reduce_context_var,
    contextvars.Context: reduce_context,
    contextvars.Token: refuse_token,
}
