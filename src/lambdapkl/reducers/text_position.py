"""Find the position of a text file while a loop is reading its lines.

``next(file)`` disables `tell`, because it does not record what it has read ahead (see the note on
`TextIOBase.tell` in the documentation of `io`). This reads the buffered characters one by one until
the file must fetch more bytes. The position of those bytes is known, and the position of the
characters follows from their encoded length. The file is then set back to where it was.
"""

from __future__ import annotations

import codecs
from typing import Any

from ..errors import NotPicklableError

# Encodings that cannot be decoded from the middle: they have shift states, or a byte order mark.
_STATEFUL = ("hz", "iso2022", "utf-7")
_ORDERED = ("utf-16", "utf-32")
# Error handlers that encode to the same bytes they decoded.
_REVERSIBLE = ("strict", "surrogateescape", "surrogatepass")
_LONGEST = 8  # bytes that one character can take, those of "\r\n" in UTF-32


def reason_against(file: Any) -> str | None:
    """Why the position of `file` cannot be found, or None if it can be."""
    if not file.seekable():
        return "it is not seekable"
    name = codecs.lookup(file.encoding).name
    if name.startswith(_STATEFUL) or name in _ORDERED:
        return f"{name} can be decoded only from the start of the file"
    if file.errors not in _REVERSIBLE:
        return f"with errors={file.errors!r} the bytes that were read cannot be recovered"
    return None


def find(file: Any) -> int:
    """Return the position of `file`, as `tell` would, and re-enable `tell`.

    Raises
    ------
    pickle.PicklingError
        The file no longer holds the bytes that were read from it.
    """
    file.flush()  # from here on the file records what it reads ahead
    waiting, end = _read_waiting(file)
    start = max(0, end - (len(waiting) + 1) * _LONGEST)
    file.buffer.seek(start)
    length = _length_at_end(file.buffer.read(end - start), waiting, file.encoding, file.errors)
    if length is None:
        raise NotPicklableError(
            f"cannot pickle the text file {getattr(file, 'name', file)!r}: it was overwritten after lines were read from it; "
            "pickle it before something else writes to it"
        )
    file.seek(end - length)
    return end - length


def _read_waiting(file: Any) -> tuple[str, int]:
    """Read characters up to one whose position is known; return them and that position in bytes."""
    size, file._CHUNK_SIZE = file._CHUNK_SIZE, 1
    waiting: list[str] = []
    buffer = file.buffer
    ahead = buffer.tell()
    try:
        while character := file.read(1):
            waiting.append(character)
            # The high bits of `tell` hold a decoder's state: it keeps back a "\r" until the next
            # character.
            if buffer.tell() != ahead and not (place := file.tell()) >> 64:
                return "".join(waiting), place
        return "".join(waiting), buffer.tell()
    except UnicodeDecodeError as error:  # past the last line that was read; the user's loop will raise it
        return "".join(waiting), buffer.tell() - len(error.object)
    finally:
        file._CHUNK_SIZE = size


def _length_at_end(before: bytes, text: str, encoding: str, errors: str) -> int | None:
    """How many bytes at the end of `before` decode to `text`; None if they do not."""
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
    """Encode `text` without a byte order mark."""
    return ("\n" + text).encode(encoding, errors)[len("\n".encode(encoding, errors)) :]
