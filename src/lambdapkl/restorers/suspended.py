"""Generators, coroutines and async generators, where they were.

Nothing of a payload is trusted: what is wrong in it raises UnpicklingError before a frame is touched.
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
    """Make a generator of the function `first`, whose code `second` stands for, or give the generator `first` its state.

    The state is its position, the marks of what is in its frame (see `_fast.Frames`), what is in its frame, the exception it
    handles, in a tuple, and its name and qualified name; empty ones are missing at the end.
    """
    if type(first) not in suspended.KINDS:
        suspended.check_function(first, second)
        _need_frames()
        return suspended.fresh(first)
    try:
        _resume(first, second)
    except BaseException:
        if type(first) is CoroutineType:
            first.close()  # or it would complain that nobody awaits it
        raise
    return first


def _resume(made: Any, state: Any) -> None:
    from ..frames.slot_kinds import Unproven

    if type(state) is not tuple or not 3 <= len(state) <= 5:
        raise damage("with a state of the wrong form")
    position, marks, values, exceptions, names = (*state, (), ())[:5]
    code = suspended.code_of(made)
    try:
        point = suspended.facts(code).point(position)
    except Unproven as error:
        raise damage(f"of bytecode that no compiler made ({error})") from None
    if point is None:
        raise damage("at a place where its code cannot be resumed")
    _need_frames().write(made, code, position, marks, values, *point, exceptions)
    if b"G" in point[0]:
        _give_tracebacks((*values, *exceptions))
    _check_depth(made)
    _rename(made, names)


# Attributes for what a suspended call waits for.
_AWAITED = {GeneratorType: "gi_yieldfrom", CoroutineType: "cr_await", AsyncGeneratorType: "ag_await"}
# What `__await__` and `asend` return.
_HELPERS = ("coroutine_wrapper", "async_generator_asend")
# Call that has no state yet -> how many wait for it, each for the next one
_waiting: weakref.WeakKeyDictionary[Any, int] = weakref.WeakKeyDictionary()


def _check_depth(made: Any) -> None:
    """Refuse more calls that wait for each other than could be running: closing them would overflow the stack.

    They come in any order: the one that is waited for may get its state last.
    """
    depth = _waiting.pop(made, 0) if _waiting else 0
    last = made
    while True:
        depth += 1
        if depth > sys.getrecursionlimit():
            raise damage("with more calls that wait for each other than can be running")
        awaited = getattr(last, _AWAITED[type(last)])
        if type(awaited).__name__ in _HELPERS:
            # They have no attribute for the call that they are of.
            awaited = next((each for each in gc.get_referents(awaited) if type(each) in _AWAITED), None)
        if type(awaited) not in _AWAITED or awaited is made:
            break
        last = awaited
    if last is not made and suspended.state_of(last) == suspended.CREATED:
        _waiting[last] = max(depth - 1, _waiting.get(last, 0))


def _give_tracebacks(values: tuple[Any, ...]) -> None:
    """Have exceptions that ``except*`` is handling look raised: debug builds abort if it raises one again that is not."""
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
        raise damage("with a name that is no string")
    made.__name__, made.__qualname__ = names


def new_generator(function: FunctionType, check: bytes, arguments: Any, names: Any = ()) -> Any:
    """Call a generator function, whose code `check` stands for, with `arguments`, in the order of its local variables."""
    suspended.check_function(function, check)
    code = function.__code__
    positional = code.co_argcount
    end = positional + code.co_kwonlyargcount
    extra, keywords = bool(code.co_flags & 4), bool(code.co_flags & 8)
    if type(arguments) is not tuple or len(arguments) != end + extra + keywords:
        raise damage("with another number of arguments than its function takes")
    star = arguments[end] if extra else ()
    stars = arguments[-1] if keywords else {}
    if type(star) is not tuple or type(stars) is not dict:
        raise damage("with arguments of the wrong form")
    _check_iterator(code, arguments)
    named = dict(zip(code.co_varnames[positional:end], arguments[positional:end], strict=True))
    made = function(*arguments[:positional], *star, **named, **stars)
    _rename(made, names)
    return made


def _check_iterator(code: Any, arguments: tuple[Any, ...]) -> None:
    """Generator expressions trust what they are called with (CPython issue 125038)."""
    if code.co_varnames[:1] == (".0",) and arguments:
        from ..frames.verifier import takes_iterator

        if takes_iterator(code) and not any("__next__" in vars(base) for base in type(arguments[0]).__mro__):
            raise damage("that loops over no iterator")


def _finished_generator() -> Any:
    return
    yield


async def _finished_coroutine() -> None:
    pass


async def _finished_async_generator() -> Any:
    return
    yield


def finished_generator(kind: str, name: str, qualname: str) -> Any:
    """Return a generator (`kind` is ``gi``), coroutine (``cr``) or async generator (``ag``) that has come to its end."""
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
        raise damage("of an unknown kind")
    _rename(made, (name, qualname))
    return made


def _exhaust(made: Any) -> None:
    try:
        made.__anext__().send(None)
    except StopAsyncIteration:
        pass


def async_generator_asend(generator: Any, value: Any, begun: bool = False) -> Any:
    """Return what ``asend(value)`` of an async generator returns; `begun` if somebody had begun to await it."""
    if type(generator) is not AsyncGeneratorType:
        raise damage(f"of a {type(generator).__name__}, where an async generator belongs")
    made = generator.asend(value)
    if begun:
        _need_frames().start_asend(made, generator)
    return made


def awaited_coroutine(coroutine: Any) -> Any:
    """Return what ``__await__()`` of a coroutine returns."""
    if type(coroutine) is not CoroutineType:
        raise damage(f"of a {type(coroutine).__name__}, where a coroutine belongs")
    return coroutine.__await__()
