"""Recreate open files."""

from __future__ import annotations

import io
import os
import pickle
import sys
from typing import Any

STANDARD_STREAMS = ("stdin", "stdout", "stderr", "__stdin__", "__stdout__", "__stderr__")


def standard_stream(name: str) -> Any:
    """Return ``sys.stdout`` or one of its five siblings."""
    if name not in STANDARD_STREAMS:
        raise pickle.UnpicklingError(f"the payload is damaged: {name!r} is not a standard stream")
    return getattr(sys, name)


def file(mode: str, buffered: bool, text: tuple[Any, ...] | None, name: str, position: int) -> Any:
    """Open the file `name` again, without creating or truncating it, at `position`.

    Raises
    ------
    FileNotFoundError
        The file does not exist.
    """
    opened = _open(mode, buffered, text, name, _open_as_it_is)
    opened.seek(position)
    return opened


def _open(mode: str, buffered: bool, text: tuple[Any, ...] | None, name: str, opener: Any) -> Any:
    if text is None:
        mode = mode if "b" in mode else mode + "b"
        return open(name, mode, -1 if buffered else 0, opener=opener)
    encoding, errors, newline, line_buffering, write_through = text
    opened: Any = open(name, mode.replace("b", ""), encoding=encoding, errors=errors, newline=newline, opener=opener)
    opened.reconfigure(line_buffering=line_buffering, write_through=write_through)
    return opened


def _open_as_it_is(path: str, flags: int) -> int:
    return os.open(path, flags & ~(os.O_CREAT | os.O_EXCL | os.O_TRUNC))


def closed_file(mode: str, buffered: bool, text: tuple[Any, ...] | None, name: str) -> Any:
    """Return a closed file with the name `name`, without opening a file of that name."""
    made = _open(mode, buffered, text, os.devnull, _open_as_it_is)
    raw = made
    while (inner := getattr(raw, "buffer", None) or getattr(raw, "raw", None)) is not None:
        raw = inner
    raw.name = name
    made.close()
    return made


def layered_file(kind: Any, inner: Any, text: tuple[Any, ...] | None, position: int) -> Any:
    """Return a buffered or text file on top of `inner`, at `position`."""
    inner.seek(0)
    made = kind(inner) if text is None else kind(inner, *text)
    made.seek(position)
    return made


def file_in_memory(contents: Any, position: int, name: str) -> Any:
    """Return an `io.StringIO` or `io.BytesIO` with `contents`, at `position`.

    A StringIO gets the file's name.
    """
    made: Any = io.StringIO(contents, newline="") if isinstance(contents, str) else io.BytesIO(contents)
    made.seek(position)
    if isinstance(contents, str):
        made.name = name
    return made
