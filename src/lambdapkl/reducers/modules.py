"""Reducer for modules: by name if the reader can import them, else with their contents."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from .. import wire
from ..options import current_form
from ..rules import byvalue, finders
from .loaded_files import from_file
from .subclass_state import reduces_itself, with_slots

_NEVER_SENT = frozenset(("__builtins__",))
# Attributes that depend on where the module was found, and the line numbers that `warnings` stores.
_OF_THE_PLACE = _NEVER_SENT | {"__file__", "__cached__", "__spec__", "__loader__", "__path__", "__warningregistry__"}


def reduce_module(module: ModuleType, payload_state: Any) -> Any:
    """Reduce a module; record in `payload_state` that one by value has the globals of its functions."""
    if byvalue.module_by_reference(module):
        return wire.module, (payload_state.name(byvalue.imported_name(module)), *payload_state.submodules_of(module))
    kind: Any = type(module)
    if kind in payload_state.table or reduces_itself(kind, ModuleType):
        return NotImplemented
    name = getattr(module, "__name__", None)
    name = payload_state.name(name) if isinstance(name, str) else None
    namespace = vars(module)
    payload_state.own_globals(namespace, module)
    left_out = _OF_THE_PLACE if current_form().deterministic else _NEVER_SENT
    state = {payload_state.key(key): value for key, value in list(namespace.items()) if key not in left_out}
    if "__path__" in namespace and "__path__" in left_out:
        # The module remains a package.
        state[payload_state.name("__path__")] = []
    args = (name,) if kind is ModuleType else (name, kind)
    reduced = with_slots((wire.dynamic_module, args, state, None, None, wire.dynamic_module), module)
    return from_file(module, reduced, payload_state) if finders.not_found else reduced
