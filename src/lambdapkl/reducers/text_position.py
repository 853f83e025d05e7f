"""Where a text file is whose lines are being looped over.

``next(file)`` turns `tell` off, since it keeps no record of what it read ahead (the note on `TextIOBase.tell` in the manual of
`io`).  The bytes are still there: the characters that wait are read, one small piece at a time, until the file must fetch more;
then it is known which bytes they came from, and the file is put back to where it was.
"""

from __future__ import annotations

import codecs
from typing import Any

from ..errors import NotPicklableError

# Their bytes cannot be read from the middle: what a byte means depends on those before, or the byte order stands at the start.
_STATEFUL = ("hz", "iso2022", "utf-7")
_ORDERED = ("utf-16", "utf-32")
# Handlers that give back the bytes they were given.
_REVERSIBLE = ("strict", "surrogateescape", "surrogatepass")
_LONGEST = 8  # bytes that one character can take, those of "\r\n" in UTF-32


def reason_against(file: Any) -> str | None:
    """Why the place of `file` cannot be found, or None if it can be."""
    if not file.seekable():
        return "it cannot be sought in"
    name = codecs.lookup(file.encoding).name
    if name.startswith(_STATEFUL) or name in _ORDERED:
        return f"bytes in {name} mean something only from the start of the file on"
    if file.errors not in _REVERSIBLE:
        return f"errors={file.errors!r} hides which bytes were read"
    return None


def find(file: Any) -> int:
    """Return the place of `file`, as `tell` would, and let it be told again.

    Raises
    ------
    pickle.PicklingError
        The bytes in the file are no longer those that were read from it.
    """
    file.flush()  # from here on the file records what it reads ahead
    waiting, end = _read_waiting(file)
    start = max(0, end - (len(waiting) + 1) * _LONGEST)
    file.buffer.seek(start)
    length = _length_at_end(file.buffer.read(end - start), waiting, file.encoding, file.errors)
    if length is None:
        raise NotPicklableError(
            f"cannot pickle the text file {getattr(file, 'name', file)!r}: what it read ahead is no longer in it; "
            "somebody else has written to it since"
        )
    file.seek(end - length)
    return end - length


def _read_waiting(file: Any) -> tuple[str, int]:
    """The characters up to a place whose position is known, and that position in bytes."""
    size, file._CHUNK_SIZE = file._CHUNK_SIZE, 1
    waiting: list[str] = []
    buffer = file.buffer
    ahead = buffer.tell()
    try:
        while character := file.read(1):
            waiting.append(character)
            # Above the position there may be a decoder's state: it holds back a "\r" to see what follows.
            if buffer.tell() != ahead and not (place := file.tell()) >> 64:
                return "".join(waiting), place
        return "".join(waiting), buffer.tell()
    except UnicodeDecodeError as error:  # further on than anybody has read; the loop will come to it
        return "".join(waiting), buffer.tell() - len(error.object)
    finally:
        file._CHUNK_SIZE = size


def _length_at_end(before: bytes, text: str, encoding: str, errors: str) -> int | None:
    """How many bytes at the end of `before` were read as `text`; None if they were not."""
    exact = _encoded(text, encoding, errors)
    if before.endswith(exact):
        return len(exact)
    newline, ret = _encoded("\n", encoding, errors), _encoded("\r", encoding, errors)
    place = len(before)
    lines = text.split("\n")
    for number in range(len(lines) - 1, -1, -1):
        line = _encoded(lines[number], encoding, errors)
        if not before.endswith(line, 0, place):
            return None
        place -= len(line)
        if number:
            for spelling in (ret + newline, newline, ret):
                if before.endswith(spelling, 0, place):
                    place -= len(spelling)
                    break
            else:
                return None
    return len(before) - place


def _encoded(text: str, encoding: str, errors: str) -> bytes:
    """`text` in the middle of others: without a byte order mark."""
    return ("\n" + text).encode(encoding, errors)[len("\n".encode(encoding, errors)) :]
