"""Recreate context variables and contexts."""

from __future__ import annotations

import contextvars
import importlib
from operator import attrgetter
from typing import Any

from ..rules import process_lock

# Strong references: context variables have no weak references and normally live as long as the
# program.
_variables: dict[tuple[str, bytes, int], contextvars.ContextVar[Any]] = {}
_keys: dict[contextvars.ContextVar[Any], tuple[str, bytes, int]] = {}


def key_of(variable: contextvars.ContextVar[Any], digest: bytes) -> tuple[str, bytes, int]:
    """Return the key of a context variable by value: name, digest of its default, serial number."""
    with process_lock.lock:
        key = _keys.get(variable)
        if key is None:
            number = 0
            while (variable.name, digest, number) in _variables:
                number += 1
            key = (variable.name, digest, number)
            _keys[variable] = key
            _variables[key] = variable
        return key


def attribute(module: str, name: str) -> Any:
    """Return the attribute `name`, which may be dotted, of the module called `module`."""
    return attrgetter(name)(importlib.import_module(module))


def context_var(name: str, digest: bytes, number: int, *default: Any) -> Any:
    """Return a context variable; the existing one if this process has one with that key."""
    key = (name, digest, number)
    with process_lock.lock:
        if key not in _variables:
            made = _variables[key] = _new_variable(name, *default)
            _keys[made] = key
        return _variables[key]


def _new_variable(name: str, *default: Any) -> contextvars.ContextVar[Any]:
    return contextvars.ContextVar(name, default=default[0]) if default else contextvars.ContextVar(name)


def private_context_var(name: str, digest: bytes, number: int, *default: Any) -> contextvars.ContextVar[Any]:
    """Return the context variable with that key, or a new one that later loads do not find.

    `guard.loads` uses this, so that an untrusted payload cannot define the variable of a trusted
    one.
    """
    found = _variables.get((name, digest, number))
    return _new_variable(name, *default) if found is None else found


def context(first: Any = None, second: Any = ()) -> contextvars.Context:
    """Return an empty context, or set the variables in `second` in the context `first`."""
    if first is None:
        return contextvars.Context()
    for variable, value in second or ():
        first.run(variable.set, value)
    return first  # type: ignore[no-any-return]
