"""`loads`, `load` and `Unpickler`: those of `pickle`, with one kind of error for damaged payloads.

A payload needs none of this: `pickle.loads` reads it.  But what that raises where bytes are wrong can be anything.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterable
from typing import Any, Protocol

from .files import Path

__all__ = ["Unpickler", "load", "loads"]

# Bound here: a program may put our functions in their place.
_loads, _load = pickle.loads, pickle.load

_SUSPECT = (AttributeError, IndexError, KeyError, OverflowError, TypeError, UnicodeDecodeError, ValueError)
# What these say is not about damage: a name that the reader's module lacks, an argument, a protocol of the future.
_TELLING = (
    "Can't get attribute",
    "module ",
    "unsupported pickle protocol",
    "a bytes-like object is required",
    "file must have",
)

# Modules whose code runs while a payload is read, and does not run the user's.
_READING = ("lambdapkl", "pickle", "weakref")


class Reader(Protocol):
    """A file opened for reading in binary mode."""

    def read(self, size: int, /) -> bytes: ...
    def readline(self) -> bytes: ...


class Unpickler(pickle.Unpickler):
    """Read pickles from a file; parameters are those of `pickle.Unpickler`."""

    def load(self) -> Any:
        """Read one pickle and return what it holds.

        Raises
        ------
        pickle.UnpicklingError, EOFError
            The pickle is damaged or cut short.
        BytecodeMismatchError
            It holds bytecode of another version of Python.
        ImportError, AttributeError
            It refers to what is not there.
        """
        try:
            return super().load()
        except _SUSPECT as error:
            _raise_damage(error)
            raise


def loads(
    data: Any,
    /,
    *,
    fix_imports: bool = True,
    encoding: str = "ASCII",
    errors: str = "strict",
    buffers: Iterable[Any] | None = (),
) -> Any:
    """Return what a pickle holds.  Parameters are those of `pickle.loads`, errors those of `Unpickler.load`."""
    try:
        return _loads(data, fix_imports=fix_imports, encoding=encoding, errors=errors, buffers=buffers)
    except _SUSPECT as error:
        _raise_damage(error)
        raise


def load(
    file: Reader | Path,
    *,
    fix_imports: bool = True,
    encoding: str = "ASCII",
    errors: str = "strict",
    buffers: Iterable[Any] | None = (),
) -> Any:
    """Read one pickle from a file, or from the one at a path.

    Parameters are otherwise those of `pickle.load`, errors those of `Unpickler.load`.
    """
    if isinstance(file, (str, os.PathLike)):
        with open(file, "rb") as opened:
            return load(opened, fix_imports=fix_imports, encoding=encoding, errors=errors, buffers=buffers)
    try:
        return _load(file, fix_imports=fix_imports, encoding=encoding, errors=errors, buffers=buffers)
    except _SUSPECT as error:
        _raise_damage(error)
        raise


def _raise_damage(error: Exception) -> None:
    """Raise an UnpicklingError in place of `error` where that came from reading a payload, and not from code it called."""
    if str(error).startswith(_TELLING):
        return
    if isinstance(error, UnicodeDecodeError) and error.encoding.lower().replace("_", "-") != "utf-8":
        return  # a pickle of Python 2, for which `encoding` is wrong
    traceback = error.__traceback__
    while traceback is not None:
        name = traceback.tb_frame.f_globals.get("__name__", "")
        if name.partition(".")[0] not in _READING:
            return
        traceback = traceback.tb_next
    kind = next(each for each in _SUSPECT if isinstance(error, each))
    args = error.args if kind is UnicodeDecodeError else (f"the payload is damaged: {type(error).__name__}: {error}",)
    raise _DAMAGED[kind](*args) from error


# An UnpicklingError that is still what `pickle` would have raised, for code that catches that.
_DAMAGED: dict[type, Any] = {
    kind: type("DamagedPayloadError", (pickle.UnpicklingError, kind), {"__module__": __name__}) for kind in _SUSPECT
}
