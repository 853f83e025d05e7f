"""Reduces objects that describe themselves by a name, if no reader can import that name."""

from __future__ import annotations

import pickle
import sys
from types import ModuleType
from typing import Any

from .. import wire
from ..restorers.named_globals import known
from ..rules import byvalue


def reduce_by_method(obj: Any, payload_state: Any) -> Any:
    """Reduce `obj`, whose class has its own `__reduce__` or `__reduce_ex__`.

    If that returns a name of the script, or of another module that is pickled by value, the object
    is pickled by value.
    """
    reduced = obj.__reduce_ex__(payload_state.protocol)
    if not isinstance(reduced, str):
        return reduced
    name = str.__str__(reduced)
    module_name = getattr(obj, "__module__", None)
    if module_name is None:
        try:
            module_name = pickle.whichmodule(obj, name)  # type: ignore[attr-defined]
        except pickle.PicklingError:  # since 3.14, if no module has the object
            return reduced
    if not isinstance(module_name, str):
        return reduced
    module = sys.modules.get(module_name)
    if module is None or module_name in byvalue.MAIN_MODULES:
        by_name = False
    else:
        by_name = not isinstance(module, ModuleType) or byvalue.module_by_reference(module)
    in_payload = byvalue.module_in_payload(module_name)
    # `pickle` raises an error if the name is wrong.
    if by_name or (byvalue.lookup(module, name) is not obj and known(in_payload, name, type(obj)) is not obj):
        return reduced
    kind: Any = type(obj)
    if _builtin_base(kind) is not object:
        raise pickle.PicklingError(
            f"cannot pickle the {kind.__qualname__} object {module_name}.{name}: its __reduce__ returns this name, which no "
            f"other process can import, and it is a {_builtin_base(kind).__name__}; move it to an importable module"
        )
    state = obj.__getstate__()
    module_name, name = payload_state.name(in_payload), payload_state.name(name)
    if type(state) is dict:
        state = _named(state, payload_state)
    elif type(state) is tuple and len(state) == 2:
        state = tuple(_named(each, payload_state) if type(each) is dict else each for each in state)
    return wire.named_global, (module_name, name, kind), (module_name, name, state), None, None, wire.named_global


def _builtin_base(kind: type) -> type:
    return next(each for each in kind.__mro__ if byvalue.is_extension_type(each))


def _named(state: dict[Any, Any], payload_state: Any) -> dict[Any, Any]:
    return {payload_state.key(key): value for key, value in state.items()}
