"""Marshalled code made small, and back.

`marshal` version 2 is what two processes write alike (see `codes`), at four bytes for each length.  `shorten` writes the
same objects with lengths and numbers of as many bytes as they take (`_Writer.number`), each string once, no types where a
field of a code object tells them, and bytecode without its inline caches, which are zero.  The file name, which all
functions of a file share, is taken out.  `lengthen` makes of this what `marshal.loads` takes.

The compiled backend has both in C.  Here `shorten` says what code becomes: C leaves what is unusual to it.
"""

from __future__ import annotations

import opcode
import sys
from typing import Any

# PyPy's code objects are made of other fields.
_REWRITES = sys.implementation.name == "cpython"

# Before what is left as `marshal` wrote it.
MARSHALLED = b"M"[0]
# Of objects in each other, where the payload is damaged: more than `codes` lets through.
MAX_DEPTH = 500

# Type of a marshalled object -> how many bytes follow.
_FIXED = {b"N"[0]: 0, b"T"[0]: 0, b"F"[0]: 0, b"."[0]: 0, b"g"[0]: 8, b"y"[0]: 16}
_SHARED = 0x80
_MAX_NUMBER = 0x7FFFFFFF


def _caches() -> list[int]:
    """Return for each opcode how many code units of inline cache follow it."""
    found: Any = getattr(opcode, "_inline_cache_entries", ()) if _REWRITES else ()
    sizes = [0] * 256
    # By number up to 3.12, by name from 3.13 on.
    for op, count in found.items() if hasattr(found, "items") else enumerate(found):
        sizes[opcode.opmap[op] if isinstance(op, str) else op] = count
    return sizes


CACHES = _caches()


def shorten(data: bytes) -> tuple[bytes, str | None]:
    """Return `data`, what `marshal.dumps` of version 2 made of code, in a shorter form, and the file name that was in it.

    The file name is None where it was left in: where not all code in `data` has the same.
    """
    if _REWRITES:
        walk = _Writer(data)
        try:
            walk.value()
        except _Unknown:
            pass
        else:
            return bytes(walk.out), None if walk.file_name is None else walk.file_name.decode("utf-8", "surrogatepass")
    return bytes((MARSHALLED,)) + data, None


def lengthen(data: bytes) -> bytes:
    """Return what `marshal.loads` takes, of what `shorten` returned; ValueError if `data` is damaged."""
    if data[:1] == bytes((MARSHALLED,)):
        return data[1:]
    walk = _Reader(data)
    walk.value(0)
    if walk.at != len(data):
        raise ValueError("more than one value")
    return bytes(walk.out)


class _Unknown(Exception):
    """Something that no code object of the compiler's holds."""


class _Writer:
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

    def taken_number(self) -> int:
        return int.from_bytes(self.take(4), "little", signed=True)

    def taken(self, kind: bytes) -> bytes:
        """Return the contents of a string or bytes, which are of type `kind`."""
        if self.take(1) != kind:
            raise _Unknown
        return self.take(self.taken_number())

    def number(self, value: int) -> None:
        """Write a number from 0, seven bits a byte, the lowest first; a further byte follows one from 0x80."""
        if value < 0:
            raise _Unknown
        while value >= 0x80:
            self.out.append(value & 0x7F | 0x80)
            value >>= 7
        self.out.append(value)

    def value(self) -> None:
        """Write an object: its type, as `marshal` names it, and what it is made of."""
        kind = self.data[self.at]
        if kind == b"u"[0]:
            self.out.append(kind)
            self.string()
            return
        self.at += 1
        self.out.append(kind)
        if kind in _FIXED:
            self.out += self.take(_FIXED[kind])
        elif kind == b"i"[0]:
            value = self.taken_number()
            # The sign comes last.
            self.number(value << 1 if value >= 0 else ~value << 1 | 1)
        elif kind == b"s"[0]:
            self.at -= 1
            self.contents()
        elif kind == b"c"[0]:
            self.code()
        elif kind in b"(>":
            # Here, as in the reader: a function of its own would take twice the stack for nested ones.
            for _ in range(self.length()):
                self.value()
        elif kind == b"l"[0]:
            size = self.taken_number()
            self.out += self.data[self.at - 4 : self.at] + self.take(2 * abs(size))
        else:
            raise _Unknown

    def length(self) -> int:
        size = self.taken_number()
        self.number(size)
        return size

    def contents(self) -> None:
        data = self.taken(b"s")
        self.number(len(data))
        self.out += data

    def string(self) -> None:
        """Write twice its length and a string, or twice the number of an earlier one and one more."""
        text = self.taken(b"u")
        index = self.shared.get(text)
        if index is not None:
            self.number(index << 1 | 1)
            return
        self.shared[text] = len(self.shared)
        self.number(len(text) << 1)
        self.out += text

    def code(self) -> None:
        """Write the fields of a code object (`marshal.c`, since 3.11), the first line after the name."""
        for _ in range(5):
            self.number(self.taken_number())
        self.bytecode(self.taken(b"s"))
        for _ in range(self.fields()):
            self.value()
        for _ in range(self.fields()):
            self.string()
        variables = self.fields()
        for _ in range(variables):
            self.string()
        kinds = self.taken(b"s")
        if len(kinds) != variables:
            raise _Unknown
        self.out += kinds
        file_name = self.taken(b"u")
        if self.file_name is None:
            self.file_name = file_name
        elif self.file_name != file_name:
            raise _Unknown
        self.string()
        self.string()
        self.number(self.taken_number())
        self.contents()
        self.contents()

    def fields(self) -> int:
        if self.take(1) != b"(":
            raise _Unknown
        return self.length()

    def bytecode(self, data: bytes) -> None:
        """Write twice its length and bytecode, and one more where inline caches were left out."""
        bare = bytearray()
        at = 0
        while at < len(data):
            bare += data[at : at + 2]
            caches = 2 * CACHES[data[at]]
            at += 2
            if data[at : at + caches] != bytes(caches):
                # Not what the compiler makes; the reader is to have it as it is.
                self.number(len(data) << 1)
                self.out += data
                return
            at += caches
        self.number(len(bare) << 1 | 1)
        self.out += bare


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.out = bytearray()
        self.shared = 0

    def take(self, size: int) -> bytes:
        start = self.at
        self.at += size
        if self.at > len(self.data):
            raise ValueError("code that is cut short")
        return self.data[start : self.at]

    def number(self) -> int:
        value = shift = 0
        while True:
            (byte,) = self.take(1)
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
            shift += 7
            if shift > 28:
                raise ValueError("a number that is too large")
        return value

    def write_number(self, value: int) -> None:
        if value > _MAX_NUMBER:
            raise ValueError("a number that is too large")
        self.out += value.to_bytes(4, "little")

    def value(self, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise ValueError("nested too deeply")
        (kind,) = self.take(1)
        if kind == b"u"[0]:
            self.string()
            return
        if kind == b"("[0]:
            for _ in range(self.length()):
                self.value(depth + 1)
            return
        self.out.append(kind)
        if kind in _FIXED:
            self.out += self.take(_FIXED[kind])
        elif kind == b"i"[0]:
            value = self.number()
            if value >> 1 > _MAX_NUMBER:
                raise ValueError("a number that is too large")
            value = ~(value >> 1) if value & 1 else value >> 1
            self.out += value.to_bytes(4, "little", signed=True)
        elif kind == b"s"[0]:
            self.contents(self.number())
        elif kind == b"c"[0]:
            self.code(depth)
        elif kind == b">"[0]:
            size = self.number()
            self.write_number(size)
            for _ in range(size):
                self.value(depth + 1)
        elif kind == b"l"[0]:
            digits = self.take(4)
            self.out += digits + self.take(2 * abs(int.from_bytes(digits, "little", signed=True)))
        else:
            raise ValueError("an object of a type that there is not")

    def length(self) -> int:
        """Read the length of a tuple; `marshal` has a form for short ones."""
        size = self.number()
        if size < 256:
            self.out += bytes((b")"[0], size))
        else:
            self.out += b"("
            self.write_number(size)
        return size

    def contents(self, size: int) -> None:
        self.write_number(size)
        self.out += self.take(size)

    def string(self) -> None:
        number = self.number()
        if number & 1:
            if number >> 1 >= self.shared:
                raise ValueError("a string that did not come yet")
            self.out += b"r"
            self.write_number(number >> 1)
            return
        self.shared += 1
        text = self.take(number >> 1)
        # `marshal` counts the objects that are flagged, to refer to them.
        if len(text) < 256 and text.isascii():
            self.out += bytes((b"z"[0] | _SHARED, len(text)))
        else:
            self.out.append(b"u"[0] | _SHARED)
            self.write_number(len(text))
        self.out += text

    def code(self, depth: int) -> None:
        for _ in range(5):
            self.write_number(self.number())
        self.bytecode()
        for _ in range(self.length()):
            self.value(depth + 1)
        for _ in range(self.length()):
            self.string()
        variables = self.length()
        for _ in range(variables):
            self.string()
        self.out += b"s"
        self.contents(variables)
        self.out += b"z\0"
        self.string()
        self.string()
        self.write_number(self.number())
        for _ in range(2):
            self.out += b"s"
            self.contents(self.number())

    def bytecode(self) -> None:
        size = self.number()
        data = self.take(size >> 1)
        if size & 1:
            if len(data) & 1:
                raise ValueError("half of an instruction")
            found = bytearray()
            for at in range(0, len(data), 2):
                found += data[at : at + 2] + bytes(2 * CACHES[data[at]])
            data = bytes(found)
        self.out += b"s"
        self.write_number(len(data))
        self.out += data
