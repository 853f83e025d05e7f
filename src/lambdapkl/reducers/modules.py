"""Modules: by name where the reader can import them, else with all that is in them."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from .. import byvalue, wire


def reduce_module(module: ModuleType, session: Any) -> Any:
    """Reduce a module; `session` learns that functions of a module by value find their globals in it."""
    if byvalue.module_by_reference(module):
        return wire.module, (session.name(byvalue.imported_name(module)),)
    kind: Any = type(module)
    if kind in session.table or (kind.__reduce__, kind.__reduce_ex__) != (ModuleType.__reduce__, ModuleType.__reduce_ex__):
        return NotImplemented
    name = session.name(module.__name__)
    namespace = vars(module)
    session.own_globals(namespace, module)
    state = {session.name(key): value for key, value in namespace.items() if key != "__builtins__"}
    args = (name,) if kind is ModuleType else (name, kind)
    return wire.dynamic_module, args, state, None, None, wire.dynamic_module
