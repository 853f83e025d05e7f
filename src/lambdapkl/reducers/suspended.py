"""Reducers for generators, coroutines and async generators: created, suspended or finished.

A suspended one is pickled as its function and the contents of its frame: local variables, value
stack, the exception being handled, and the position in the code. The reader calls the function to
get a frame, and fills it. Both sides work out from the code what the frame may hold there
(`verifier`) and refuse anything else.

A created one is pickled as its function and arguments, a finished one as its name. Neither needs
access to frames.
"""

from __future__ import annotations

import gc
from types import AsyncGeneratorType, CoroutineType, FunctionType, GeneratorType
from typing import Any, NoReturn

from .. import wire
from ..code import blobs
from ..errors import NotPicklableError
from ..frames import suspended
from ..rules.names import private


def reduce_generator(generator: Any) -> Any:
    state = suspended.state_of(generator)
    if state == suspended.RUNNING:
        _refuse(generator, "it is running or being traced", "pickle it from outside, while it is suspended")
    if type(generator) is AsyncGeneratorType:
        _check_awaited(generator, state)
    if state == suspended.FINISHED:
        name, qualname = private(generator.__name__), private(generator.__qualname__)
        return wire.finished_generator, (private(suspended.prefix(generator)), name, qualname)
    frames = suspended.frames()
    if state == suspended.SUSPENDED and frames is None:
        _refuse(
            generator,
            "it is suspended, which needs the compiled backend on CPython 3.11 to 3.15 (with the GIL)",
            "pickle it before its first step, or pickle the remaining items instead",
        )
    function = suspended.function_of(generator)
    code = suspended.code_of(generator)
    if type(function) is not FunctionType:
        _refuse(generator, "its function cannot be found", "pickle a function and call it after loading")
    if function.__code__ is not code:
        _refuse(generator, "the __code__ of its function was replaced after the call", "call the function again")
    check = suspended.facts(code).check
    changed = _changed_names(generator, function)
    if state == suspended.CREATED:
        arguments = _arguments(generator, code)
        return wire.new_generator, (function, check, arguments, changed) if changed else (function, check, arguments)
    position, marks, values, exceptions = _read(generator, function)
    rest = [exceptions, changed]
    while rest and not rest[-1]:
        rest.pop()
    return wire.generator, (function, check), (position, marks, values, *rest), None, None, wire.generator


def _changed_names(generator: Any, function: Any) -> tuple[str, ...]:
    """Its name and qualified name, if they differ from those of its function."""
    names = generator.__name__, generator.__qualname__
    return () if names == (function.__name__, function.__qualname__) else tuple(map(private, names))


def _arguments(generator: Any, code: Any) -> tuple[Any, ...]:
    """The arguments of its call: positional, keyword-only, ``*args``, ``**kwargs``."""
    namespace = getattr(generator, f"{suspended.prefix(generator)}_frame").f_locals
    try:
        return tuple([namespace[name] for name in code.co_varnames[: blobs.parameter_count(code)]])
    except KeyError as error:
        return _refuse(generator, f"its argument {error} was deleted from its frame", "call the function again")


def _read(generator: Any, function: Any) -> tuple[int, bytes, tuple[Any, ...], tuple[BaseException, ...]]:
    from ..frames.slot_kinds import Unproven

    frames: Any = suspended.frames()
    code = function.__code__
    facts = suspended.facts(code)
    position, marks, values, exceptions = frames.read(generator)
    try:
        point = facts.point(position)
    except Unproven as error:
        _refuse(
            generator,
            f"its bytecode was not written by CPython's compiler ({error})",
            "pickle a function and call it after loading",
        )
    if point is None:
        _refuse(generator, "it cannot be resumed from where it is suspended", "advance it by one step")
    misfit = frames.misfit(point[0], marks, values, code)
    if misfit >= 0:
        _refuse(
            generator,
            f"something else changed its frame (slot {misfit} holds an object that its own code cannot have put there)",
            "pickle it without a debugger",
        )
    if function.__closure__:
        # The reader's call of the function puts these cells into the frame.
        new_marks, new_values = bytearray(marks), list(values)
        first = facts.size - len(function.__closure__)
        for index, cell in enumerate(function.__closure__, first):
            if new_values[index] is cell:
                new_marks[index], new_values[index] = b"k"[0], None
        marks, values = bytes(new_marks), tuple(new_values)
    return position, marks, values, exceptions


def _check_awaited(generator: Any, state: int) -> None:
    """Refuse an async generator while an exception is being thrown into it."""
    frames = suspended.frames()
    if frames is None or state != suspended.SUSPENDED:
        return
    in_use, closed = frames.in_use(generator)
    if closed or (in_use and any(type(each) is _Throw for each in gc.get_referrers(generator))):
        _refuse(generator, "an athrow() or aclose() of it is in progress", "await that first")


def reduce_asend(asend: Any) -> Any:
    """Reduce the awaitable that ``__anext__()`` or ``asend()`` returned, unless it is finished."""
    frames = suspended.frames()
    if frames is None:
        _refuse(asend, "that needs the compiled backend on CPython 3.11 to 3.15 (with the GIL)", "await it first")
    generator = next(each for each in gc.get_referents(asend) if type(each) is AsyncGeneratorType)
    value, state = frames.read_asend(asend, generator)
    if state > 1:
        _refuse(asend, "it was already awaited", "call __anext__() or asend() again")
    return wire.async_generator_asend, (generator, None, True) if state else (generator, value)


def refuse_throw(throw: Any) -> Any:
    generator = next((each for each in gc.get_referents(throw) if type(each) is AsyncGeneratorType), None)
    if generator is not None and generator.ag_running:
        _refuse(throw, "the async generator is being awaited", "await it first")
    _refuse(throw, "C code hides the exception that it throws", "call aclose() or athrow() after loading")


def reduce_awaited(wrapper: Any) -> Any:
    """Reduce the iterator that ``__await__()`` of a coroutine returned."""
    (coroutine,) = (each for each in gc.get_referents(wrapper) if type(each) is CoroutineType)
    return wire.awaited_coroutine, (coroutine,)


def _refuse(obj: Any, reason: str, remedy: str) -> NoReturn:
    name = getattr(obj, "__qualname__", None)
    what = f"{type(obj).__name__!r} object" + (f" ({name})" if name else "")
    raise NotPicklableError(f"cannot pickle {what}: {reason}; {remedy}")


def _helper_types() -> tuple[Any, Any, Any]:
    """The types of the awaitables that async generators and coroutines return.

    No module names them.
    """

    async def generator() -> Any:
        yield

    async def coroutine() -> None:
        pass

    async_generator = generator()
    step, throw, wrapper = async_generator.__anext__(), async_generator.aclose(), coroutine().__await__()
    for each in (step, throw, wrapper):
        each.close()
    return type(step), type(throw), type(wrapper)


_Step, _Throw, _Wrapper = suspended.without_hooks(_helper_types)

REDUCERS: dict[type, Any] = {
    GeneratorType: reduce_generator,
    CoroutineType: reduce_generator,
    AsyncGeneratorType: reduce_generator,
    _Step: reduce_asend,
    _Throw: refuse_throw,
    _Wrapper: reduce_awaited,
}
