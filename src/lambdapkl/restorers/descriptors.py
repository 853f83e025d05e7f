"""Recreate descriptors and bound methods."""

from __future__ import annotations

import pickle
import sys
from types import MethodType
from typing import Any


class _WithDict:
    """A class with the usual descriptors."""


def method(function: Any, owner: Any) -> MethodType:
    """Return `function` bound to `owner`."""
    return MethodType(function, owner)


def descriptor(cls: type, name: str) -> Any:
    """Return the descriptor `name` of `cls` itself, not the result of its `__get__`."""
    try:
        # Since 3.15 all classes share these two descriptors. Their class is `object`, which does
        # not have them.
        return vars(_WithDict if cls is object and name in ("__dict__", "__weakref__") else cls)[name]
    except KeyError:
        raise pickle.UnpicklingError(f"the class {cls.__qualname__} has no {name!r} here") from None


def property_(kind: Any, fget: Any, fset: Any, fdel: Any, doc: Any, name: Any = None) -> Any:
    """Return an instance of a subclass of `property` without calling its constructor.

    The name is set in versions in which properties have one.
    """
    made = property.__new__(kind)
    property.__init__(made, fget, fset, fdel, doc)
    if name is not None and sys.version_info >= (3, 13):
        made.__name__ = name
    return made


def function_wrapper(kind: Any, function: Any) -> Any:
    """Return an instance of a subclass of `staticmethod` or `classmethod`, without its constructor."""
    base: Any = staticmethod if issubclass(kind, staticmethod) else classmethod
    made = base.__new__(kind, function)
    base.__init__(made, function)
    return made
