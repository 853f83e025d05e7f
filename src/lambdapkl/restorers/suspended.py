"""Recreate generators, coroutines and async generators at their position.

Payloads are not trusted: anything wrong raises UnpicklingError before a frame is changed.
"""

from __future__ import annotations

import gc
import sys
import weakref
from types import AsyncGeneratorType, CoroutineType, FunctionType, GeneratorType, TracebackType
from typing import Any

from ..frames import suspended
from ..frames.suspended import damage


def generator(first: Any, second: Any) -> Any:
    """Create a generator by the function `first` with the fingerprint `second`, or set the state of `first`.

    The state is a tuple of the position, the marks of the frame's slots (see `_fast.Frames`), the
    slots, a tuple of the exception being handled, and a tuple of name and qualified name. Empty
    parts at the end are left out.
    """
    if type(first) not in suspended.KINDS:
        suspended.check_function(first, second)
        _need_frames()
        return suspended.fresh(first)
    try:
        _resume(first, second)
    except BaseException:
        if type(first) is CoroutineType:
            first.close()  # avoids the warning that it was never awaited
        raise
    return first


def _resume(made: Any, state: Any) -> None:
    from ..frames.slot_kinds import Unproven

    if type(state) is not tuple or not 3 <= len(state) <= 5:
        raise damage("has a state of the wrong form")
    position, marks, values, exceptions, names = (*state, (), ())[:5]
    code = suspended.code_of(made)
    try:
        point = suspended.facts(code).point(position)
    except Unproven as error:
        raise damage(f"has bytecode that was not written by CPython's compiler ({error})") from None
    if point is None:
        raise damage("has a position where its code cannot be resumed")
    _need_frames().write(made, code, position, marks, values, *point, exceptions)
    if b"G" in point[0]:
        _give_tracebacks((*values, *exceptions))
    _check_depth(made)
    _rename(made, names)


# Type -> attribute with the object that it awaits or delegates to.
_AWAITED = {GeneratorType: "gi_yieldfrom", CoroutineType: "cr_await", AsyncGeneratorType: "ag_await"}
# Types of the objects that `__await__` and `asend` return.
_HELPERS = ("coroutine_wrapper", "async_generator_asend")
# Generator or coroutine without a state yet -> the length of the chain that waits for it.
_waiting: weakref.WeakKeyDictionary[Any, int] = weakref.WeakKeyDictionary()


def _check_depth(made: Any) -> None:
    """Refuse a chain of awaits longer than the recursion limit: closing it would overflow the stack.

    The links of the chain get their states in any order.
    """
    depth = _waiting.pop(made, 0) if _waiting else 0
    last = made
    while True:
        depth += 1
        if depth > sys.getrecursionlimit():
            raise damage("is in a chain of awaits longer than the recursion limit")
        awaited = getattr(last, _AWAITED[type(last)])
        if type(awaited).__name__ in _HELPERS:
            # These have no attribute for their generator or coroutine.
            awaited = next((each for each in gc.get_referents(awaited) if type(each) in _AWAITED), None)
        if type(awaited) not in _AWAITED or awaited is made:
            break
        last = awaited
    if last is not made and suspended.state_of(last) == suspended.CREATED:
        _waiting[last] = max(depth - 1, _waiting.get(last, 0))


def _give_tracebacks(values: tuple[Any, ...]) -> None:
    """Add a traceback to exceptions that ``except*`` handles.

    Debug builds abort if it reraises one without.
    """
    for value in values:
        if isinstance(value, BaseException) and value.__traceback__ is None:
            value.__traceback__ = TracebackType(None, sys._getframe(), 0, 1)


def _need_frames() -> Any:
    frames = suspended.frames()
    if frames is None:
        raise damage("needs the compiled backend of lambdapkl on CPython 3.11 to 3.15 (with the GIL)")
    return frames


def _rename(made: Any, names: Any) -> None:
    if not names:
        return
    if type(names) is not tuple or [type(name) for name in names] != [str, str]:
        raise damage("has a name that is not a string")
    made.__name__, made.__qualname__ = names


def new_generator(function: FunctionType, check: bytes, arguments: Any, names: Any = ()) -> Any:
    """Call a generator function with the fingerprint `check`.

    `arguments` are in the order of its variables.
    """
    suspended.check_function(function, check)
    code = function.__code__
    positional = code.co_argcount
    end = positional + code.co_kwonlyargcount
    extra, keywords = bool(code.co_flags & 4), bool(code.co_flags & 8)
    if type(arguments) is not tuple or len(arguments) != end + extra + keywords:
        raise damage("has the wrong number of arguments for its function")
    star = arguments[end] if extra else ()
    stars = arguments[-1] if keywords else {}
    if type(star) is not tuple or type(stars) is not dict:
        raise damage("has arguments of the wrong form")
    _check_iterator(code, arguments)
    named = dict(zip(code.co_varnames[positional:end], arguments[positional:end], strict=True))
    made = function(*arguments[:positional], *star, **named, **stars)
    _rename(made, names)
    return made


def _check_iterator(code: Any, arguments: tuple[Any, ...]) -> None:
    """Refuse a non-iterator as the argument of a generator expression.

    It may crash the interpreter (CPython issue 125038).
    """
    if code.co_varnames[:1] == (".0",) and arguments:
        from ..frames.verifier import takes_iterator

        if takes_iterator(code) and not any("__next__" in vars(base) for base in type(arguments[0]).__mro__):
            raise damage("loops over an object that is not an iterator")


def _finished_generator() -> Any:
    yield from ()


async def _finished_coroutine() -> None:
    pass


async def _finished_async_generator() -> Any:
    nothing: tuple[Any, ...] = ()
    for each in nothing:
        yield each


def finished_generator(kind: str, name: str, qualname: str) -> Any:
    """Return a finished generator (`kind` is ``gi``), coroutine (``cr``) or async generator (``ag``)."""
    made: Any
    if kind == "gi":
        made = _finished_generator()
        made.close()
    elif kind == "cr":
        made = _finished_coroutine()
        made.close()
    elif kind == "ag":
        made = _finished_async_generator()
        suspended.without_hooks(lambda: _exhaust(made))
    else:
        raise damage("has an unknown kind")
    _rename(made, (name, qualname))
    return made


def _exhaust(made: Any) -> None:
    try:
        made.__anext__().send(None)
    except StopAsyncIteration:
        pass


def async_generator_asend(generator: Any, value: Any, started: bool = False) -> Any:
    """Return ``generator.asend(value)``; `started` if something is already awaiting it."""
    if type(generator) is not AsyncGeneratorType:
        raise damage(f"has a {type(generator).__name__} in place of an async generator")
    made = generator.asend(value)
    if started:
        _need_frames().start_asend(made, generator)
    return made


def awaited_coroutine(coroutine: Any) -> Any:
    """Return ``coroutine.__await__()``."""
    if type(coroutine) is not CoroutineType:
        raise damage(f"has a {type(coroutine).__name__} in place of a coroutine")
    return coroutine.__await__()
