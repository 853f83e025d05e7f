"""The state, function and frame of generators, coroutines and async generators.

`_fast.Frames` reads and writes frames. `verifier` works out what a frame may hold.
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
# Type -> the prefix of its attributes.
KINDS: dict[type, str] = {GeneratorType: "gi", CoroutineType: "cr", AsyncGeneratorType: "ag"}
# The flags of generators, coroutines and async generators in ``co_flags``.
_FLAGS = (0x20, 0x80, 0x200)

# Identifies the interpreter: the magic number of its bytecode, and the build options that change
# frames.
TAG = blobs.MAGIC + bytes((hasattr(sys, "gettotalrefcount") | 2 * (not getattr(sys, "_is_gil_enabled", lambda: True)()),))
_DIGEST_SIZE = 12
_MAX_CACHED = 1024


class Facts:
    """The fingerprint of a code object, and the points where its frames can be suspended."""

    __slots__ = ("_points", "check", "code", "size")

    def __init__(self, code: CodeType) -> None:
        self.code = code
        self.check = TAG + _fingerprint(code)
        self._points: dict[int, tuple[bytes, bool]] | None = None
        self.size = 0

    def point(self, position: Any) -> tuple[bytes, bool] | None:
        """Return the kinds of the slots of a frame suspended at `position`, and whether it delegates.

        A frame delegates while it waits in a ``yield from`` or ``await``. Returns None if the code
        cannot be suspended at `position`.

        Raises
        ------
        slot_kinds.Unproven
            The verifier cannot prove that the code is safe.
        """
        if self._points is None:
            from .verifier import points

            found, self.size = points(self.code)
            self._points = {index: (point.slot_kinds.encode(), point.from_another) for index, point in found.items()}
        return self._points.get(position) if type(position) is int else None


_facts: dict[int, Facts] = {}


def facts(code: CodeType) -> Facts:
    """Return the `Facts` of `code`, from a bounded cache."""
    known = _facts.get(id(code))
    if known is None:  # a Facts keeps its code alive, so no other code object can have that id
        if len(_facts) >= _MAX_CACHED:
            _facts.clear()
        known = _facts[id(code)] = Facts(code)
    return known


def _fingerprint(code: CodeType) -> bytes:
    """Return a digest of what `code` does. Name, file and line numbers do not change it."""
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
        The frame is of another Python version, or of another build of this version.
    pickle.UnpicklingError
        `check` is not a tag and a fingerprint.
    """
    if type(check) is not bytes or len(check) != len(TAG) + _DIGEST_SIZE:
        raise damage("has no fingerprint of its code")
    if check[: len(TAG)] != TAG:
        other, this = blobs.interpreter(check[:2]), blobs.interpreter(blobs.MAGIC)
        if other == this:
            other, this = f"another build of {other}", f"a build {'with' if TAG[-1] & 1 else 'without'} debugging"
        raise BytecodeMismatchError(
            f"the payload holds a suspended generator or coroutine of {other}, but this is {this}: "
            "load it with the interpreter that wrote it"
        )


def check_function(function: Any, check: Any) -> int:
    """Check that `function` has the code that was pickled; return the flag of its kind.

    Raises
    ------
    pickle.UnpicklingError
        It is not a generator function, or its code has another fingerprint than `check`.
    """
    check_tag(check)
    if type(function) is not FunctionType:
        raise damage(f"has a {type(function).__name__} in place of its function")
    code = function.__code__
    flag = code.co_flags & sum(_FLAGS)
    if facts(code).check != check or flag not in _FLAGS:
        raise pickle.UnpicklingError(
            f"cannot resume {function.__module__}.{function.__qualname__}: its code has changed since the generator or "
            "coroutine was pickled; load it with the same version of that module"
        )
    return flag


def damage(what: str) -> pickle.UnpicklingError:
    return pickle.UnpicklingError(f"the payload is damaged: a suspended generator or coroutine {what}")


def prefix(generator: Any) -> str:
    return KINDS[type(generator)]


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
    # PyPy, and async generators of 3.11, have no `ag_suspended`.
    if frame.f_lasti < 0:
        return CREATED
    from opcode import opmap

    return CREATED if frame.f_code.co_code[frame.f_lasti] == opmap.get("RETURN_GENERATOR") else SUSPENDED


def is_suspended(obj: Any) -> bool:
    """Whether `obj` is an unfinished generator, coroutine or async generator."""
    return type(obj) in KINDS and state_of(obj) != FINISHED


def function_of(generator: Any) -> Any:
    """Return the function that created an unfinished `generator`, or None if it is not found."""
    if sys.implementation.name == "cpython":
        # No attribute leads to the function, but the generator contains its frame, which refers to
        # the function before any of the user's objects.
        return next((each for each in gc.get_referents(generator) if type(each) is FunctionType), None)
    # PyPy's frame does not refer to it. Look it up by name, or create one if it has no closure cells.
    code = code_of(generator)
    frame = getattr(generator, f"{prefix(generator)}_frame")
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
    """Yield a label and the object for each object that an unfinished generator holds."""
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
    yield "function", function_of(generator)


@functools.cache
def frames() -> Frames | None:
    """Return the reader and writer of frames, or None if a self-test finds that it does not work here."""
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
    """Read a generator with known contents and compare; write a frame only if that was right."""
    one, other = object(), object()
    original, copy = _sample(one, second=other), _sample(None)
    code = _sample.__code__
    if found.state(original) != CREATED:
        return False
    next(original)
    original.send(other)
    error = ValueError()
    original.throw(error)
    if found.state(original) != SUSPENDED or function_of(original) is not _sample:
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
    """A dummy argument for generator functions.

    It is iterable because 3.15 calls `iter` on the argument of a generator expression.
    """

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __aiter__(self) -> _Anything:
        return self

    async def __anext__(self) -> Any:
        raise StopAsyncIteration


_ANYTHING = _Anything()


def fresh(function: Any) -> Any:
    """Call a generator function with dummy arguments, to get a frame that `Frames.write` fills."""
    code: CodeType = function.__code__
    count = code.co_argcount
    names = code.co_varnames[count : count + code.co_kwonlyargcount]
    return function(*(_ANYTHING,) * count, **dict.fromkeys(names, _ANYTHING))


def without_hooks(make: Callable[[], Any]) -> Any:
    """Return ``make()``. Event loops do not register the async generators that it iterates."""
    hooks = sys.get_asyncgen_hooks()
    sys.set_asyncgen_hooks(None, None)
    try:
        return make()
    finally:
        sys.set_asyncgen_hooks(*hooks)
