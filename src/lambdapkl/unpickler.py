"""`loads`, `load` and `Unpickler` of `pickle`, with one kind of error for damaged payloads.

`pickle.loads` reads every payload as well, but may raise any error if the payload is damaged.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Protocol

from .errors import DamagedPayloadError
from .files import Path

__all__ = ["Unpickler", "load", "loads"]

# Bound here, because a program may replace the functions of `pickle` by those of this module.
_loads, _load = pickle.loads, pickle.load
# After an error, a payload in a file is read again if it has fewer bytes than this.
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
        """Read one pickle and return the object in it.

        Raises
        ------
        pickle.UnpicklingError, EOFError
            The pickle is damaged or truncated.
        BytecodeMismatchError
            It contains bytecode of another version of Python.
        ImportError, AttributeError
            It refers to a module or name that does not exist here.
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
    """Return the object in a pickle. Parameters are those of `pickle.loads`, errors those of `Unpickler.load`."""
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
    """Read one pickle from a file or a path.

    The other parameters are those of `pickle.load`, the errors those of `Unpickler.load`.
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
    """Call `explain_load_error` with the payload that begins at `start`, if the file can be read again."""
    data = None
    if start is not None:
        with suppress(Exception):
            end = file.tell()
            file.seek(start)
            read = file.read(_MOST_READ_AGAIN)
            file.seek(end)
            data = read if len(read) < _MOST_READ_AGAIN else None
    _explain_bytes(error, data)


def _explain_bytes(error: Exception, data: Any) -> None:
    from .load_errors import explain_load_error

    try:
        explain_load_error(error, data)
    except DamagedPayloadError:
        raise
    # An error here, for example with an odd class, must not hide the error that is being explained.
    except Exception:
        return
