"""Marshalled code made small, and back.

`marshal` version 2 is what two processes write alike (see `codes`), at four bytes for each length.  `shorten` rewrites it
in the forms of version 4 that do not depend on anything else: short strings, short tuples, and references for strings
that come again.  The file name, which all functions of a file share, is taken out; runs of zeros, of which bytecode with
its inline caches is full, become two bytes.

The compiled backend has both functions in C.
"""

from __future__ import annotations

import re
import sys

# PyPy's code objects are made of other fields.
_REWRITES = sys.implementation.name == "cpython"

# Type of a marshalled object -> how many bytes follow.
_FIXED = {b"N"[0]: 0, b"T"[0]: 0, b"F"[0]: 0, b"."[0]: 0, b"i"[0]: 4, b"g"[0]: 8, b"y"[0]: 16}
_CODE_NUMBERS = 20
# The fields of a code object (`marshal.c`, since 3.11), from the bytecode to the last one: a space is an object, F is the
# file name, i is the first line.
_CODE_FIELDS = "     F  i  "

_ESCAPE = 0xFF
_MIN_RUN = 3
_TO_ESCAPE = re.compile(rb"\0{3,255}|\xff")
_ESCAPED = re.compile(rb"\xff(.?)", re.DOTALL)
# A reference takes five bytes.
_MIN_SHARED = 4


def shorten(data: bytes) -> tuple[bytes, str | None]:
    """Return `data`, what `marshal.dumps` of version 2 made of code, in a shorter form, and the file name that was in it.

    The file name is None where it was left in: where not all code in `data` has the same.
    """
    name: str | None = None
    if _REWRITES:
        try:
            walk = _Rewriter(data)
            walk.rewrite()
            data = bytes(walk.out)
            if walk.file_name is not None:
                name = walk.file_name.decode("utf-8", "surrogatepass")
        except _Unknown:
            name = None
    return _TO_ESCAPE.sub(_escape, data), name


def lengthen(data: bytes) -> bytes:
    """Undo the last step of `shorten`, which leaves what `marshal.loads` takes; ValueError if `data` is damaged."""
    return _ESCAPED.sub(_unescape, data)


def _escape(found: re.Match[bytes]) -> bytes:
    text = found[0]
    return bytes((_ESCAPE, 0 if text[0] else len(text)))


def _unescape(found: re.Match[bytes]) -> bytes:
    count = found[1]
    if not count or 0 < count[0] < _MIN_RUN:
        raise ValueError("an escape that means nothing")
    return bytes(count[0]) if count[0] else b"\xff"


class _Unknown(Exception):
    """Something that no code object of the compiler's holds."""


class _Rewriter:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.out = bytearray()
        self.shared: dict[bytes, int] = {}
        self.file_name: bytes | None = None

    def take(self, size: int) -> bytes:
        start = self.at
        self.at += size
        return self.data[start : self.at]

    def number(self) -> int:
        return int.from_bytes(self.take(4), "little")

    def rewrite(self) -> None:
        kind = self.data[self.at]
        self.at += 1
        if kind == b"u"[0]:
            self.string()
        elif kind in _FIXED:
            self.out.append(kind)
            self.out += self.take(_FIXED[kind])
        elif kind == b"s"[0]:
            size = self.number()
            self.out += b"s" + size.to_bytes(4, "little") + self.take(size)
        elif kind == b"c"[0]:
            self.out += b"c" + self.take(_CODE_NUMBERS)
            for field in _CODE_FIELDS:
                if field == "F":
                    self.take_file_name()
                elif field == "i":
                    self.out += self.take(4)
                else:
                    self.rewrite()
        elif kind in b"(>":
            size = self.number()
            if kind == b"("[0] and size < 256:
                self.out += b")" + bytes((size,))
            else:
                self.out += bytes((kind,)) + size.to_bytes(4, "little")
            for _ in range(size):
                self.rewrite()
        elif kind == b"l"[0]:
            size = int.from_bytes(self.data[self.at : self.at + 4], "little", signed=True)
            self.out += b"l" + self.take(4 + 2 * abs(size))
        else:
            raise _Unknown

    def string(self) -> None:
        text = self.take(self.number())
        flag = 0
        if len(text) >= _MIN_SHARED:
            index = self.shared.get(text)
            if index is not None:
                self.out += b"r" + index.to_bytes(4, "little")
                return
            self.shared[text] = len(self.shared)
            flag = 0x80
        if len(text) < 256 and text.isascii():
            self.out += bytes((b"z"[0] | flag, len(text))) + text
        else:
            self.out += bytes((b"u"[0] | flag,)) + len(text).to_bytes(4, "little") + text

    def take_file_name(self) -> None:
        if self.take(1) != b"u":
            raise _Unknown
        text = self.take(self.number())
        if self.file_name is None:
            self.file_name = text
        elif self.file_name != text:
            raise _Unknown
        self.out += b"z\0"
