"""Find attributes of a class that cannot refer to containers of its instances."""

from __future__ import annotations

import enum
import sys
from collections.abc import Iterable
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

from ..rules import byvalue

_ATOMS = frozenset((type(None), bool, int, float, complex, str, bytes))
_DEFERRED_ANNOTATIONS = sys.version_info >= (3, 14)
_FLAT, _DEEP = 0, 8


class Reach:
    """Distinguish inert attributes of `owner` from those that may refer to containers of its instances.

    Parameters
    ----------
    owner
        A class that is being pickled by value.
    payload_state
        The memory of the pickler.
    """

    def __init__(self, owner: type, payload_state: Any) -> None:
        self._owner = owner
        self._payload_state = payload_state

    def is_inert(self, value: Any, depth: int = _DEEP) -> bool:
        """Whether `value` refers only to `owner`, to plain values and to objects pickled by reference.

        Functions in a class are inspected, but not the functions that these call.
        """
        kind = type(value)
        if kind in _ATOMS or value is self._owner:
            return True
        if isinstance(value, type):
            return byvalue.by_reference(value)
        if kind is BuiltinFunctionType:
            return isinstance(value.__self__, ModuleType)
        if isinstance(value, ModuleType):
            return byvalue.module_by_reference(value)
        if isinstance(value, enum.Enum):
            return byvalue.by_reference(kind)
        if depth == _FLAT:
            return kind is FunctionType and byvalue.by_reference(value)
        if kind is FunctionType:
            return byvalue.by_reference(value) or self._is_inert_function(value)
        if kind is property:
            return self._are_inert((value.fget, value.fset, value.fdel), depth - 1)
        if kind in (staticmethod, classmethod):
            return self.is_inert(value.__func__, depth - 1)
        return kind is tuple and self._are_inert(value, depth - 1)

    def _are_inert(self, values: Iterable[Any], depth: int) -> bool:
        # Not a generator expression: CPython 3.12 and 3.13 free its code twice when memory runs
        # out.
        for each in values:  # noqa: SIM110
            if not self.is_inert(each, depth):
                return False
        return True

    def _is_inert_function(self, func: FunctionType) -> bool:
        namespace = func.__globals__
        reached = [namespace[name] for name in self._payload_state.global_names(func.__code__) if name in namespace]
        for name, cell in zip(func.__code__.co_freevars, func.__closure__ or (), strict=True):
            # `__classdict__` holds the dictionary of the class around it.
            if name != "__classdict__":
                try:
                    reached.append(cell.cell_contents)
                except ValueError:
                    continue
        reached += func.__defaults__ or ()
        reached += (func.__kwdefaults__ or {}).values()
        reached += vars(func).values()
        if _DEFERRED_ANNOTATIONS:
            annotate = func.__annotate__  # type: ignore[attr-defined]
            if type(annotate) is FunctionType and annotate is not func and not self._is_inert_function(annotate):
                return False
        else:
            reached += func.__annotations__.values()
        return self._are_inert(reached, _FLAT)
