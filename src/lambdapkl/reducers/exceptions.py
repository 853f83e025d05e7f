"""Exceptions, with what caused them and where they were raised, and without running their constructor again.

`BaseException.__reduce__` calls the class with `args`, which fails where a constructor takes other arguments than it
passes on (CPython issue 44791), and forgets the cause, the context and the traceback.
"""

from __future__ import annotations

import copyreg
from types import CodeType, FunctionType
from typing import Any

from .. import options, wire
from ..rules.names import private

# Set by the interpreter where the error is raised, and not among `args`.
_FIELDS = ((NameError, "name"), (AttributeError, "name"))

_REDUCED_WITH = 4  # the protocol that a class with a reducer of its own is asked for


def reduce_exception(exception: BaseException) -> Any:
    """NotImplemented where the result of `pickle` is right."""
    kind = type(exception)
    traceback = exception.__traceback__ if options.current().tracebacks != "omit" else None
    chained = (exception.__cause__, exception.__context__, exception.__suppress_context__ or None, traceback)
    unraised = all(each is None for each in chained)
    if _is_own(kind):
        return NotImplemented if unraised else _reduce_own(exception, chained)
    slots = {name: getattr(exception, name) for name in copyreg._slotnames(kind) if hasattr(exception, name)}  # type: ignore[attr-defined]
    fields = {name: value for base, name in _FIELDS if isinstance(exception, base) and (value := getattr(exception, name))}
    if unraised and not slots and not fields and not _has_constructor(kind):
        return NotImplemented
    reduced: Any = exception.__reduce__()
    _, args, *more = reduced
    attributes = {**fields, **(more[0] if more and more[0] else {}), **slots}
    state = _without_end([{private(name): value for name, value in attributes.items()} or None, *chained])
    if not state:
        return wire.exception, (kind, args)
    return wire.exception, (kind, args), state, None, None, wire.exception


def _reduce_own(exception: BaseException, chained: tuple[Any, ...]) -> Any:
    """What the class itself has to say of `exception`, and what it cannot know of."""
    reduced: Any = exception.__reduce_ex__(_REDUCED_WITH)
    if type(reduced) is not tuple or not 2 <= len(reduced) <= 6:
        return NotImplemented
    made_by, args, state, items, pairs, setter = reduced + (None,) * (6 - len(reduced))
    return made_by, args, _without_end([*chained, state, setter]), items, pairs, wire.raised


def _without_end(state: list[Any]) -> tuple[Any, ...]:
    while state and state[-1] is None:
        state.pop()
    return tuple(state)


def _is_own(kind: Any) -> bool:
    """Whether a class pickles in its own way."""
    names = ("__reduce__", "__reduce_ex__", "__getstate__", "__setstate__")
    return any(_is_python(getattr(kind, name, None)) for name in names)


def _has_constructor(kind: Any) -> bool:
    return _is_python(kind.__init__) or _is_python(kind.__new__)


def _is_python(function: Any) -> bool:
    """Whether a method is written in Python; PyPy's built-in ones are functions, too, with code of another type."""
    return isinstance(function, FunctionType) and isinstance(function.__code__, CodeType)


INHERITED: dict[type, Any] = {BaseException: reduce_exception}
