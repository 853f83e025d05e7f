"""Reducers for open files: by name, mode and position, or with their contents if the option is set.

The reader opens the file again without creating or truncating it, so the file must exist there.
Standard streams become those of the reader.
"""

from __future__ import annotations

import gc
import io
import os
import sys
from typing import Any

from .. import wire
from ..errors import NotPicklableError
from ..options import current
from ..restorers.files import STANDARD_STREAMS
from ..rules.names import private
from . import text_position


def reduce_file(file: Any) -> Any:
    """Reduce a text or binary file of any class that `open` returns."""
    for name in STANDARD_STREAMS:
        if getattr(sys, name) is file:
            return wire.standard_stream, (private(name),)
    layers = [file]
    while (inner := getattr(layers[-1], "buffer", None) or getattr(layers[-1], "raw", None)) is not None:
        layers.append(inner)
    raw = layers[-1]
    if file.closed:
        return wire.closed_file, (*_description(file, raw), private(str(getattr(raw, "name", ""))))
    if not isinstance(raw, io.FileIO):
        if file.writable():
            file.flush()
        return wire.layered_file, (type(file), layers[1], _text(file), _position(file))
    name = raw.name
    _refuse_special(file, name)
    if file.writable():
        file.flush()
    position = _position(file)
    if current().file_contents:
        contents, position = _contents(file, raw, position)
        return wire.file_in_memory, (contents, position, private(os.fspath(name)))
    if not os.path.exists(name):
        raise NotPicklableError(
            f"cannot pickle the open file {name!r}: it was deleted, so the reader could not open it; "
            "use `with lambdapkl.options(file_contents=True)` to pickle its contents"
        )
    return wire.file, (*_description(file, raw), private(os.path.abspath(name)), position)


def _description(file: Any, raw: Any) -> tuple[Any, ...]:
    """The arguments for `open`: mode, whether the file is buffered, and the text options."""
    text = _text(file)
    mode = str(getattr(file if text else raw, "mode", "r" if text else "rb"))
    return private(mode), file is not raw, text


def _text(file: Any) -> tuple[Any, ...] | None:
    """The arguments of `io.TextIOWrapper`."""
    if not isinstance(file, io.TextIOWrapper):
        return None
    newline = _newline(file)
    return (
        private(file.encoding),
        private(file.errors or "strict"),
        newline if newline is None else private(newline),
        file.line_buffering,
        file.write_through,
    )


def _newline(file: Any) -> str | None:
    """The `newline` argument of `open`, for which text files have no attribute.

    The file refers to its encoding, this argument if it was given, the characters it has read
    ahead, and the error handler, in this order.
    """
    if file.closed or sys.implementation.name != "cpython":
        return None
    if file.writable():
        file.flush()
    # After this it holds read-ahead characters only if it also holds the bytes they were decoded
    # from.
    file.seek(_position(file))
    parts = gc.get_referents(file)
    between = [each for each in parts if type(each) is str][1:-1]
    ahead = any(type(each) is tuple and each[1] for each in parts)
    return between[0] if len(between) == (2 if ahead else 1) else None


def _position(file: Any) -> int:
    try:
        return int(file.tell())
    except OSError as error:
        is_text = isinstance(file, io.TextIOWrapper)
        if not is_text or (reason := text_position.reason_against(file)):
            why = f"({error}), {reason}" if is_text else f"({error})"
            raise NotPicklableError(
                f"cannot pickle the file {getattr(file, 'name', file)!r}: its position is unknown {why}; finish the loop "
                "over its lines, or use readline()"
            ) from error
    return text_position.find(file)


def _refuse_special(file: Any, name: Any) -> None:
    if not isinstance(name, (str, bytes, os.PathLike)):
        raise NotPicklableError(
            f"cannot pickle a file without a name (opened from the descriptor {name}): no other process has it; open it by name"
        )
    if file.isatty() or not file.seekable():
        raise NotPicklableError(
            f"cannot pickle the file {name!r}: a terminal, pipe or device belongs to this process; pickle the data read from it"
        )


def _contents(file: Any, raw: Any, position: int) -> tuple[Any, int]:
    """The contents of the file, and the position in them in characters or bytes."""
    if not file.readable():
        text = _text(file)
        with open(raw.name, *(("r", -1, *text[:3]) if text else ("rb",))) as reader:
            whole = reader.read()
        return whole, len(whole)
    try:
        file.seek(position)
        rest = file.read()
        file.seek(0)
        whole = file.read()
    finally:
        file.seek(position)
    return whole, len(whole) - len(rest)


REDUCERS: dict[type, Any] = dict.fromkeys(
    (io.TextIOWrapper, io.BufferedReader, io.BufferedWriter, io.BufferedRandom, io.FileIO), reduce_file
)
