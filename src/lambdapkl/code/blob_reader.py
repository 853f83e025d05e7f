"""Reads the blob of a code object (see `blobs`) without unmarshalling it.

It also reads blobs of other versions and interpreters: code objects have the same fields since
CPython 3.11.
"""

from __future__ import annotations

from binascii import crc32
from dataclasses import dataclass, field
from typing import Any

from . import blobs, compact

__all__ = ["Code", "read"]

_HEADER = 6
_PYPY_BELOW = 1000


@dataclass
class Code:
    """The fields of a code object.

    Attributes
    ----------
    line
        The number of its first line.
    arguments
        The number of positional parameters; their names are the first of `variables`.
    free
        Names of the variables in its closure.
    names
        Names of globals and attributes that it looks up.
    python
        The interpreter that its bytecode is for; ``""`` if the payload does not contain it.
    blob
        The bytes it was read from; ``b""`` if the payload has no blob of it.
    """

    name: str = ""
    qualname: str = ""
    file: str | None = None
    line: int = 0
    arguments: int = 0
    variables: tuple[str, ...] = ()
    free: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    python: str = ""
    blob: bytes = b""
    nested: list[Code] = field(default_factory=list)


def read(blob: Any) -> Code | None:
    """Return the contents of `blob`, or None if it is no blob or damaged.

    If its contents cannot be read, all fields except `python` and `blob` are empty.
    """
    if type(blob) is not bytes or len(blob) <= _HEADER or crc32(blob[_HEADER:]) != int.from_bytes(blob[2:_HEADER], "little"):
        return None
    python = blobs.interpreter(blob[:2])
    is_pypy = int.from_bytes(blob[:2], "little") < _PYPY_BELOW
    try:
        # `lengthen` inserts the inline caches of this interpreter. They are wrong for another one's
        # bytecode, but this module does not read the bytecode.
        value = _Marshalled(compact.lengthen(blob[_HEADER:]), python, is_pypy).value(0)
    except (ValueError, IndexError, TypeError):
        value = None
    # `blobs.pack` writes a pair if some constants need patches.
    if type(value) is tuple and value:
        value = value[0]
    if not isinstance(value, Code):
        value = Code(python=python)
    value.blob = blob
    return value


_PLAIN = {b"N"[0]: None, b"T"[0]: True, b"F"[0]: False, b"."[0]: ...}
_SHARED = 0x80  # FLAG_REF in Python/marshal.c: later objects refer to this one
_FREE = 0x80  # CO_FAST_FREE in Include/internal/pycore_code.h


class _Marshalled:
    """Reads `marshal` version 2 as CPython writes it since 3.11, and PyPy (``interp_marshal.py``).

    It also reads the references to strings that `compact.lengthen` adds.
    """

    def __init__(self, data: bytes, python: str, is_pypy: bool) -> None:
        self.data = data
        self.position = 0
        self.python = python
        self.is_pypy = is_pypy
        self.strings: list[str] = []

    def take(self, size: int) -> bytes:
        if size < 0 or self.position + size > len(self.data):
            raise ValueError("cut short")
        self.position += size
        return self.data[self.position - size : self.position]

    def integer(self) -> int:
        return int.from_bytes(self.take(4), "little", signed=True)

    def value(self, depth: int) -> Any:
        """Read an object. Floats, complex numbers and long integers are returned as 0."""
        if depth > compact.MAX_DEPTH:
            raise ValueError("nested too deeply")
        flagged, kind = divmod(self.take(1)[0], _SHARED)
        if kind in _PLAIN:
            return _PLAIN[kind]
        if kind in b"gy":
            self.take(8 if kind == b"g"[0] else 16)
            return 0.0
        if kind == b"i"[0]:
            return self.integer()
        if kind == b"l"[0]:
            self.take(2 * abs(self.integer()))
            return 0
        if kind == b"s"[0]:
            return self.take(self.length())
        if kind in b"uz":
            text = self.take(self.length() if kind == b"u"[0] else self.take(1)[0]).decode("utf-8", "surrogatepass")
            if flagged:
                self.strings.append(text)
            return text
        if kind == b"r"[0]:
            return self.strings[self.length()]
        if kind in b"(>)":
            return tuple([self.value(depth + 1) for _ in range(self.take(1)[0] if kind == b")"[0] else self.length())])
        if kind == b"c"[0]:
            return self.code(depth)
        raise ValueError("unknown type")

    def length(self) -> int:
        size = self.integer()
        if not 0 <= size <= len(self.data):
            raise ValueError("cut short")
        return size

    def code(self, depth: int) -> Code:
        """Read a code object; PyPy writes another field for flags, and the variables in another way."""
        counts = [self.integer() for _ in range(6 if self.is_pypy else 5)]
        self.value(depth)  # the bytecode
        fields = [self.value(depth + 1) for _ in range(8 if self.is_pypy else 7)]
        line = self.integer()
        self.value(depth)  # the line table
        self.value(depth)  # the exception table
        constants, names, variables, free, *_, file, name, qualname = fields
        if not self.is_pypy:  # the kinds of the variables take the place of the names of the free ones
            free = [each for each, kind in zip(variables, free, strict=False) if kind & _FREE]
        nested = [each for each in constants if isinstance(each, Code)]
        # The file name is empty if `compact` left it out.
        return Code(
            name, qualname, file or None, line, counts[0], tuple(variables), tuple(free), tuple(names), self.python, b"", nested
        )
