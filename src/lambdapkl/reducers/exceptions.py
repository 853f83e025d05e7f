"""Exceptions, with what caused them and without running their constructor again.

`BaseException.__reduce__` calls the class with `args`, which fails where a constructor takes other arguments than it
passes on (CPython issue 44791), and forgets the cause and the context.
"""

from __future__ import annotations

import copyreg
from types import CodeType, FunctionType
from typing import Any

from .. import wire
from ..names import private

# Set by the interpreter where the error is raised, and not among `args`.
_FIELDS = ((NameError, "name"), (AttributeError, "name"))


def reduce_exception(exception: BaseException) -> Any:
    """NotImplemented where the result of `pickle` is right, or the class pickles in its own way."""
    kind = type(exception)
    if _is_python(kind.__reduce__) or _is_python(kind.__reduce_ex__):
        return NotImplemented
    if (hasattr(kind, "__getstate__") and _is_python(kind.__getstate__)) or _is_python(getattr(kind, "__setstate__", None)):
        return NotImplemented
    chained = (exception.__cause__, exception.__context__, exception.__suppress_context__)
    slots = {name: getattr(exception, name) for name in copyreg._slotnames(kind) if hasattr(exception, name)}  # type: ignore[attr-defined]
    fields = {name: value for base, name in _FIELDS if isinstance(exception, base) and (value := getattr(exception, name))}
    if chained == (None, None, False) and not slots and not fields and not _has_constructor(kind):
        return NotImplemented
    reduced: Any = exception.__reduce__()
    _, args, *more = reduced
    attributes = {**fields, **(more[0] if more and more[0] else {}), **slots}
    state: list[Any] = [{private(name): value for name, value in attributes.items()} or None, *chained]
    while state and not state[-1]:
        state.pop()
    if not state:
        return wire.exception, (kind, args)
    return wire.exception, (kind, args), tuple(state), None, None, wire.exception


def _has_constructor(kind: Any) -> bool:
    return _is_python(kind.__init__) or _is_python(kind.__new__)


def _is_python(function: Any) -> bool:
    """Whether a method is written in Python; PyPy's built-in ones are functions, too, with code of another type."""
    return isinstance(function, FunctionType) and isinstance(function.__code__, CodeType)


INHERITED: dict[type, Any] = {BaseException: reduce_exception}
