"""Calls that have begun: what is known of generators, coroutines and async generators, and of their code.

`_fast.Frames` reads and writes frames, `verifier` says what belongs into them; this puts them together.
"""

from __future__ import annotations

import functools
import gc
import pickle
import sys
from collections.abc import Callable, Generator, Iterator
from types import AsyncGeneratorType, CodeType, CoroutineType, FunctionType, GeneratorType
from typing import TYPE_CHECKING, Any

from .._backend.constructors import frames as compiled_frames
from ..code import blobs
from ..code.spelling import spell_constant
from ..errors import BytecodeMismatchError
from ..rules import byvalue

if TYPE_CHECKING:
    from .._fast import Frames

CREATED, SUSPENDED, RUNNING, FINISHED = range(4)
# Type -> the prefix of its attributes, and the flag of its code.
KINDS: dict[type, tuple[str, int]] = {
    GeneratorType: ("gi", 0x20),
    CoroutineType: ("cr", 0x80),
    AsyncGeneratorType: ("ag", 0x200),
}
_FLAGS = 0x20 | 0x80 | 0x200

# The number of the bytecode, and what else a frame depends on.
TAG = blobs.MAGIC + bytes((hasattr(sys, "gettotalrefcount") | 2 * (not getattr(sys, "_is_gil_enabled", lambda: True)()),))
_DIGEST_SIZE = 12
_MAX_CACHED = 1024


class Facts:
    """What is worked out of a code object, once: its fingerprint, and where and with what its frames can be suspended."""

    __slots__ = ("_points", "check", "code", "size")

    def __init__(self, code: CodeType) -> None:
        self.code = code
        self.check = TAG + _fingerprint(code)
        self._points: dict[int, tuple[bytes, bool]] | None = None
        self.size = 0

    def point(self, position: Any) -> tuple[bytes, bool] | None:
        """Return the kinds of what is in the frame at `position`, and whether it waits for another generator there.

        None if it cannot be suspended there.

        Raises
        ------
        kinds.Unproven
            The code cannot be followed.
        """
        if self._points is None:
            from .verifier import points

            found, self.size = points(self.code)
            self._points = {index: (point.kinds.encode(), point.from_another) for index, point in found.items()}
        return self._points.get(position) if type(position) is int else None


_facts: dict[int, Facts] = {}


def facts(code: CodeType) -> Facts:
    """Return the `Facts` of `code`, from a bounded cache."""
    known = _facts.get(id(code))
    if known is None:  # each holds its code, so that no other can have that id
        if len(_facts) >= _MAX_CACHED:
            _facts.clear()
        known = _facts[id(code)] = Facts(code)
    return known


def _fingerprint(code: CodeType) -> bytes:
    """Bytes that stand for what `code` does: not for its name, file or lines."""
    from hashlib import blake2b

    digest = blake2b(digest_size=_DIGEST_SIZE)
    parts = (
        code.co_code,
        getattr(code, "co_exceptiontable", b""),
        (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags, code.co_stacksize),
        (code.co_names, code.co_varnames, code.co_cellvars, code.co_freevars),
        [spell_constant(constant, _fingerprint) for constant in code.co_consts],
    )
    digest.update(repr(parts).encode("utf-8", "surrogatepass"))
    return digest.digest()


def check_tag(check: Any) -> None:
    """Refuse a frame of another interpreter.

    Raises
    ------
    BytecodeMismatchError
        It is of another version, or of another build of it.
    pickle.UnpicklingError
        `check` is no check at all.
    """
    if type(check) is not bytes or len(check) != len(TAG) + _DIGEST_SIZE:
        raise damage("without the check of its code")
    if check[: len(TAG)] != TAG:
        other, this = blobs.interpreter(check[:2]), blobs.interpreter(blobs.MAGIC)
        if other == this:
            other, this = f"another build of {other}", f"this one ({'with' if TAG[-1] & 1 else 'without'} debugging)"
        raise BytecodeMismatchError(
            f"the payload holds a call in mid-run of {other}, this is {this}: load it with the interpreter that wrote it"
        )


def check_function(function: Any, check: Any) -> int:
    """Check that `function` can be called to have a frame of its code; return the flag of that code.

    Raises
    ------
    pickle.UnpicklingError
        It is no generator function, or its code is not the one of which `check` was made.
    """
    check_tag(check)
    if type(function) is not FunctionType:
        raise damage(f"of a {type(function).__name__}, where a function belongs")
    code = function.__code__
    flag = code.co_flags & _FLAGS
    if facts(code).check != check or flag not in (0x20, 0x80, 0x200):
        raise pickle.UnpicklingError(
            f"cannot go on with a call of {function.__module__}.{function.__qualname__}: its code is not what it was where the "
            "call was pickled; load it where that module has the same version"
        )
    return flag


def damage(what: str) -> pickle.UnpicklingError:
    return pickle.UnpicklingError(f"the payload is damaged: a suspended call {what}")


def prefix(generator: Any) -> str:
    return KINDS[type(generator)][0]


def code_of(generator: Any) -> Any:
    return getattr(generator, f"{prefix(generator)}_code")


def state_of(generator: Any) -> int:
    known = frames()
    if known is not None:
        return known.state(generator)
    spelling = prefix(generator)
    frame = getattr(generator, f"{spelling}_frame")
    if frame is None:
        return FINISHED
    if getattr(generator, f"{spelling}_running"):
        return RUNNING
    if hasattr(generator, f"{spelling}_suspended"):
        return SUSPENDED if getattr(generator, f"{spelling}_suspended") else CREATED
    # Async generators of 3.11, and PyPy.
    if frame.f_lasti < 0:
        return CREATED
    from opcode import opmap

    return CREATED if frame.f_code.co_code[frame.f_lasti] == opmap.get("RETURN_GENERATOR") else SUSPENDED


def function_of(generator: Any) -> Any:
    """The function whose call `generator` is, or None; its frame has not ended."""
    known = frames()
    if known is not None:
        return known.function(generator)
    code = code_of(generator)
    frame = getattr(generator, f"{prefix(generator)}_frame")
    # The frame refers to it, which Python does not show, before it refers to anything of the user's.
    for holder in (generator, frame):
        for each in gc.get_referents(holder):
            if type(each) is FunctionType and each.__code__ is code:
                return each
    # PyPy's frame does not: then it is the function of that name, or one made anew, where no cells would get lost.
    module = sys.modules.get(frame.f_globals.get("__name__"))
    named = byvalue.lookup(module, generator.__qualname__)
    if type(named) is FunctionType and named.__code__ is code:
        return named
    if code.co_freevars:
        return None
    made = FunctionType(code, frame.f_globals, generator.__name__)
    made.__qualname__ = generator.__qualname__
    return made


def parts(generator: Any) -> Iterator[tuple[str, Any]]:
    """What an unfinished generator holds, each with what to call it."""
    code = code_of(generator)
    known = frames()
    if known is None or known.state(generator) > SUSPENDED:
        frame = getattr(generator, f"{prefix(generator)}_frame")
        yield from () if frame is None else ((f"local {name!r}", value) for name, value in frame.f_locals.items())
        return
    _, marks, values, exceptions = known.read(generator)
    names = [*code.co_varnames, *(name for name in code.co_cellvars if name not in code.co_varnames), *code.co_freevars]
    for index, value in enumerate(values):
        if marks[index : index + 1] == b"o":
            yield f"local {names[index]!r}" if index < len(names) else f"stack slot {index - len(names)}", value
    for exception in exceptions:
        yield "exception being handled", exception
    yield "function", known.function(generator)


@functools.cache
def frames() -> Frames | None:
    """What reads and writes frames, if it does so rightly here: that is tried once."""
    found = compiled_frames
    return found if found is not None and _works(found) else None


def _sample(first: Any, *, second: Any = None) -> Generator[Any, Any, None]:
    cell = [first]
    for each in (first, second):
        try:
            yield [each, (yield lambda: cell)]
        except ValueError as error:
            yield error


def _works(found: Frames) -> bool:
    """Read a live generator, and compare with what is known of it; only then write one."""
    one, other = object(), object()
    original, copy = _sample(one, second=other), _sample(None)
    code = _sample.__code__
    if found.state(original) != CREATED:
        return False
    next(original)
    original.send(other)
    error = ValueError()
    original.throw(error)
    if found.state(original) != SUSPENDED or found.function(original) is not _sample:
        return False
    position, marks, values, exceptions = found.read(original)
    point = facts(code).point(position)
    names = code.co_varnames
    if point is None or exceptions != (error,) or found.misfit(point[0], marks, values, code) >= 0:
        return False
    if values[names.index("first")] is not one or values[names.index("error")] is not error:
        return False
    found.write(copy, code, position, marks, values, *point, exceptions)
    results = [next(copy)(), copy.send(one), found.state(copy), list(copy), found.state(copy)]
    original.close()
    return results == [[one], [other, one], SUSPENDED, [], FINISHED]


class _Anything:
    """What a generator function is called with for a frame to fill; 3.15 asks an expression's argument for an iterator."""

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __aiter__(self) -> _Anything:
        return self

    async def __anext__(self) -> Any:
        raise StopAsyncIteration


_ANYTHING = _Anything()


def fresh(function: Any) -> Any:
    """Call a generator function with anything, for a frame that is yet to be filled."""
    code: CodeType = function.__code__
    count = code.co_argcount
    names = code.co_varnames[count : count + code.co_kwonlyargcount]
    return function(*(_ANYTHING,) * count, **dict.fromkeys(names, _ANYTHING))


def without_hooks(make: Callable[[], Any]) -> Any:
    """Return what `make` does, without an event loop's taking notice of the async generators that it iterates."""
    hooks = sys.get_asyncgen_hooks()
    sys.set_asyncgen_hooks(None, None)
    try:
        return make()
    finally:
        sys.set_asyncgen_hooks(*hooks)
