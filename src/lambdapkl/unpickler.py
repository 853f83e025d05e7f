"""`loads`, `load` and `Unpickler`: those of `pickle`, with one kind of error for damaged payloads.

A payload needs none of this: `pickle.loads` reads it.  But what that raises where bytes are wrong can be anything.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterable
from typing import Any, Protocol

from .errors import DamagedPayloadError
from .files import Path

__all__ = ["Unpickler", "load", "loads"]

# Bound here: a program may put the functions of this module in their place.
_loads, _load = pickle.loads, pickle.load
# A payload in a file is read again after an error, up to this many bytes.
_MOST_READ_AGAIN = 1 << 26


class Reader(Protocol):
    """A file opened for reading in binary mode."""

    def read(self, size: int, /) -> bytes: ...
    def readline(self) -> bytes: ...


class Unpickler(pickle.Unpickler):
    """Read pickles from a file; parameters are those of `pickle.Unpickler`."""

    def __init__(
        self,
        file: Reader,
        *,
        fix_imports: bool = True,
        encoding: str = "ASCII",
        errors: str = "strict",
        buffers: Iterable[Any] | None = (),
    ) -> None:
        super().__init__(file, fix_imports=fix_imports, encoding=encoding, errors=errors, buffers=buffers)
        self.__file = file

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
        # A subclass may call the `__init__` of `pickle` itself.
        file = getattr(self, "_Unpickler__file", None)
        start = _position(file)
        try:
            return super().load()
        except Exception as error:
            _explain(error, file, start)
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
    except Exception as error:
        _explain_bytes(error, data)
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
    start = _position(file)
    try:
        return _load(file, fix_imports=fix_imports, encoding=encoding, errors=errors, buffers=buffers)
    except Exception as error:
        _explain(error, file, start)
        raise


def _position(file: Any) -> int | None:
    try:
        return file.tell()  # type: ignore[no-any-return]
    except Exception:
        return None


def _explain(error: Exception, file: Any, start: int | None) -> None:
    """Add the note of `explain_load_error`, with the payload that begins at `start` if the file can be read again."""
    data = None
    if start is not None:
        try:
            end = file.tell()
            file.seek(start)
            data = file.read(_MOST_READ_AGAIN)
            file.seek(end)
        except Exception:
            data = None
        if data is not None and len(data) == _MOST_READ_AGAIN:
            data = None
    _explain_bytes(error, data)


def _explain_bytes(error: Exception, data: Any) -> None:
    from .load_errors import explain_load_error

    try:
        explain_load_error(error, data)
    except DamagedPayloadError:
        raise
    # Whatever goes wrong here, such as with an odd class, must not hide the error that is being explained.
    except Exception:
        return
