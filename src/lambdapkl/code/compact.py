"""Shortens marshalled code, and restores what `marshal.loads` reads.

`marshal` version 2 gives the same bytes for the same code in every process (see `blobs`), but uses
four bytes for each length. `shorten` writes the same objects in a shorter form:

- Lengths and numbers have a variable size (`_Writer.number`).
- Each string is written once.
- A field of a code object is written without its type if its type is always the same.
- Bytecode is written without its inline caches, which are zero.
- The file name is left out; all functions of a file share it.

The compiled backend implements both directions in C, and calls `shorten` for unusual code. This
file defines the format.
"""

from __future__ import annotations

import opcode
import sys
from typing import Any

# PyPy's code objects have other fields.
_ENABLED = sys.implementation.name == "cpython"

# The first byte of data that is kept as `marshal` wrote it.
MARSHALLED = b"M"[0]
# Objects in a payload may be nested so deep. `blobs` writes at most 400 levels, so a payload with
# more than this is damaged.
MAX_DEPTH = 500

# Type code of `marshal` -> how many bytes follow.
_FIXED = {b"N"[0]: 0, b"T"[0]: 0, b"F"[0]: 0, b"."[0]: 0, b"g"[0]: 8, b"y"[0]: 16}
_SHARED = 0x80
_MAX_NUMBER = 0x7FFFFFFF


def _caches() -> list[int]:
    """Return for each opcode how many code units of inline cache follow it."""
    entries: Any = getattr(opcode, "_inline_cache_entries", ()) if _ENABLED else ()
    sizes = [0] * 256
    # Up to 3.12 this is a list by opcode, since 3.13 a dictionary by name.
    for op, count in entries.items() if hasattr(entries, "items") else enumerate(entries):
        sizes[opcode.opmap[op] if isinstance(op, str) else op] = count
    return sizes


CACHES = _caches()


def shorten(data: bytes) -> tuple[bytes, str | None]:
    """Return a shorter form of `data`, which is code in `marshal` version 2, and its file name.

    If the code objects in `data` have different file names, these stay in the result, and the
    returned file name is None.
    """
    if _ENABLED:
        walk = _Writer(data)
        try:
            walk.value()
        except _NotFromCompiler:
            pass
        else:
            return bytes(walk.out), None if walk.file_name is None else walk.file_name.decode("utf-8", "surrogatepass")
    return bytes((MARSHALLED,)) + data, None


def lengthen(data: bytes) -> bytes:
    """Return what `marshal.loads` reads, from what `shorten` returned.

    Raises
    ------
    ValueError
        `data` is damaged.
    """
    if data[:1] == bytes((MARSHALLED,)):
        return data[1:]
    walk = _Reader(data)
    walk.value(0)
    if walk.position != len(data):
        raise ValueError("more than one value")
    return bytes(walk.out)


class _NotFromCompiler(Exception):
    """The bytes cannot come from a code object that the compiler created."""


class _Writer:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0
        self.out = bytearray()
        self.strings: dict[bytes, int] = {}
        self.file_name: bytes | None = None

    def take(self, size: int) -> bytes:
        start = self.position
        self.position += size
        return self.data[start : self.position]

    def read_number(self) -> int:
        return int.from_bytes(self.take(4), "little", signed=True)

    def read_contents(self, kind: bytes) -> bytes:
        """Return the contents of a string or of bytes, whose type code is `kind`."""
        if self.take(1) != kind:
            raise _NotFromCompiler
        return self.take(self.read_number())

    def number(self, value: int) -> None:
        """Write a number of at least 0: seven bits a byte, the lowest first.

        Each byte except the last has the highest bit set.
        """
        if value < 0:
            raise _NotFromCompiler
        while value >= 0x80:
            self.out.append(value & 0x7F | 0x80)
            value >>= 7
        self.out.append(value)

    def value(self) -> None:
        """Write an object: its type code in `marshal`, and its contents."""
        kind = self.data[self.position]
        if kind == b"u"[0]:
            self.out.append(kind)
            self.string()
            return
        self.position += 1
        self.out.append(kind)
        if kind in _FIXED:
            self.out += self.take(_FIXED[kind])
        elif kind == b"i"[0]:
            value = self.read_number()
            # The lowest bit is the sign.
            self.number(value << 1 if value >= 0 else ~value << 1 | 1)
        elif kind == b"s"[0]:
            self.position -= 1
            self.contents()
        elif kind == b"c"[0]:
            self.code()
        elif kind in b"(>":
            # A separate function would need twice the stack for nested tuples; so in the reader.
            for _ in range(self.length()):
                self.value()
        elif kind == b"l"[0]:
            size = self.read_number()
            self.out += self.data[self.position - 4 : self.position] + self.take(2 * abs(size))
        else:
            raise _NotFromCompiler

    def length(self) -> int:
        size = self.read_number()
        self.number(size)
        return size

    def contents(self) -> None:
        data = self.read_contents(b"s")
        self.number(len(data))
        self.out += data

    def string(self) -> None:
        """Write a string after twice its length, or twice the index of an earlier one, plus 1."""
        text = self.read_contents(b"u")
        index = self.strings.get(text)
        if index is not None:
            self.number(index << 1 | 1)
            return
        self.strings[text] = len(self.strings)
        self.number(len(text) << 1)
        self.out += text

    def code(self) -> None:
        """Write the fields of a code object in the order of `marshal.c` (since 3.11)."""
        for _ in range(5):
            self.number(self.read_number())
        self.bytecode(self.read_contents(b"s"))
        for _ in range(self.field_length()):
            self.value()
        for _ in range(self.field_length()):
            self.string()
        variables = self.field_length()
        for _ in range(variables):
            self.string()
        slot_kinds = self.read_contents(b"s")
        if len(slot_kinds) != variables:
            raise _NotFromCompiler
        self.out += slot_kinds
        file_name = self.read_contents(b"u")
        if self.file_name is None:
            self.file_name = file_name
        elif self.file_name != file_name:
            raise _NotFromCompiler
        self.string()
        self.string()
        self.number(self.read_number())
        self.contents()
        self.contents()

    def field_length(self) -> int:
        if self.take(1) != b"(":
            raise _NotFromCompiler
        return self.length()

    def bytecode(self, data: bytes) -> None:
        """Write bytecode after twice its length, plus 1 if the inline caches are left out."""
        without_caches = bytearray()
        position = 0
        while position < len(data):
            without_caches += data[position : position + 2]
            caches = 2 * CACHES[data[position]]
            position += 2
            if data[position : position + caches] != bytes(caches):
                # The compiler does not write this. Keep it unchanged for the reader.
                self.number(len(data) << 1)
                self.out += data
                return
            position += caches
        self.number(len(without_caches) << 1 | 1)
        self.out += without_caches


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0
        self.out = bytearray()
        self.string_count = 0

    def take(self, size: int) -> bytes:
        start = self.position
        self.position += size
        if self.position > len(self.data):
            raise ValueError("code that is cut short")
        return self.data[start : self.position]

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
            raise ValueError("an object of an unknown type")

    def length(self) -> int:
        """Read and write the length of a tuple; `marshal` has a special form for short tuples."""
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
            if number >> 1 >= self.string_count:
                raise ValueError("a reference to a later string")
            self.out += b"r"
            self.write_number(number >> 1)
            return
        self.string_count += 1
        text = self.take(number >> 1)
        # `marshal` numbers the objects that have this flag, for references to them.
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
            with_caches = bytearray()
            for position in range(0, len(data), 2):
                with_caches += data[position : position + 2] + bytes(2 * CACHES[data[position]])
            data = bytes(with_caches)
        self.out += b"s"
        self.write_number(len(data))
        self.out += data
