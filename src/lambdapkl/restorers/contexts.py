"""Context variables and contexts."""

from __future__ import annotations

import contextvars
import importlib
from typing import Any

from .. import tracking


def attribute(module: str, name: str) -> Any:
    """Return what the module called `module` has under `name`."""
    return getattr(importlib.import_module(module), name)


def context_var(name: str, digest: bytes, number: int, *default: Any) -> Any:
    """Return a context variable, the one that this process has where it has one with that key."""
    key = (None, name, digest, number)
    found = tracking.find(key)
    if found is not None:
        return found
    made: Any = contextvars.ContextVar(name, default=default[0]) if default else contextvars.ContextVar(name)
    made = tracking.track(key, made)
    tracking.finish(made)
    return made


def context(first: Any = None, second: Any = ()) -> contextvars.Context:
    """Return an empty context, or set the variables in `second` in the context `first`."""
    if first is None:
        return contextvars.Context()
    for variable, value in second or ():
        first.run(variable.set, value)
    return first  # type: ignore[no-any-return]
