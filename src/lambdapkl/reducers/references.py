"""What an attribute of a class may lead to while it is loaded."""

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
    """Tells attributes of `owner` that lead nowhere from those that may lead to containers of its instances.

    Parameters
    ----------
    owner
        A class that is being pickled by value.
    session
        The pickler's.
    """

    def __init__(self, owner: type, session: Any) -> None:
        self._owner = owner
        self._session = session

    def is_inert(self, value: Any, depth: int = _DEEP) -> bool:
        """Whether `value` refers to nothing but `owner`, plain values and what is pickled by reference.

        Functions that the functions in a class call are not looked into.
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
        # Without a generator expression: CPython 3.12 and 3.13 free the code of one twice when memory runs out.
        for each in values:  # noqa: SIM110
            if not self.is_inert(each, depth):
                return False
        return True

    def _is_inert_function(self, func: FunctionType) -> bool:
        namespace = func.__globals__
        reached = [namespace[name] for name in self._session.global_names(func.__code__) if name in namespace]
        for name, cell in zip(func.__code__.co_freevars, func.__closure__ or (), strict=True):
            # The dictionary of the class around it.
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
