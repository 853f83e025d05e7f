"""Modules: by name where the reader can import them, else with all that is in them."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from .. import byvalue, wire


def reduce_module(module: ModuleType, session: Any) -> Any:
    """Reduce a module; `session` learns that functions of a module by value find their globals in it."""
    if byvalue.module_by_reference(module):
        return wire.module, (session.name(byvalue.imported_name(module)),)
    name = session.name(module.__name__)
    namespace = vars(module)
    session.own_globals(namespace, module)
    state = {session.name(key): value for key, value in namespace.items() if key != "__builtins__"}
    return wire.dynamic_module, (name,), state, None, None, wire.dynamic_module
