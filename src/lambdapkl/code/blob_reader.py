"""What is in a code object's blob (see `codes`), read without unmarshalling it.

Blobs of other versions and interpreters can be read, too: the fields of a code object are the same from CPython 3.11 on.
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
    """What a code object says of itself.

    Attributes
    ----------
    line
        The number of its first line.
    arguments
        How many of `variables`, the first, are positional arguments.
    free
        Names of the variables in its closure.
    names
        Names of globals and attributes that it looks up.
    python
        The interpreter that its bytecode is for, ``""`` where the payload does not tell.
    blob
        Its bytes, b"" where it is no blob.
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
    """Return what is in `blob`, None where it is none or damaged; what cannot be understood is left empty."""
    if type(blob) is not bytes or len(blob) <= _HEADER or crc32(blob[_HEADER:]) != int.from_bytes(blob[2:_HEADER], "little"):
        return None
    number = int.from_bytes(blob[:2], "little")
    python = blobs.interpreter(blob[:2])
    data = blob[_HEADER:]
    try:
        # The sizes of inline caches are those of this interpreter, and wrong for another's bytecode, which nobody reads here.
        found = (_PyPy if number < _PYPY_BELOW else _Marshalled)(compact.lengthen(data), python).value(0)
    except (ValueError, IndexError, KeyError, UnicodeDecodeError):
        found = None
    # A pair where constants had to be spelled in another way.
    if type(found) is tuple and found:
        found = found[0]
    if not isinstance(found, Code):
        found = Code(python=python)
    found.blob = blob
    return found


_PLAIN = {b"N"[0]: None, b"T"[0]: True, b"F"[0]: False, b"."[0]: ...}
_SHARED = 0x80  # FLAG_REF in Python/marshal.c: there are references to it
_FREE = 0x80  # CO_FAST_FREE in Include/internal/pycore_code.h


class _Marshalled:
    """`marshal`, as CPython writes code since 3.11 (version 2), and as `compact` does (with references to strings)."""

    def __init__(self, data: bytes, python: str) -> None:
        self.data = data
        self.at = 0
        self.python = python
        self.shared: list[str] = []

    def take(self, size: int) -> bytes:
        if size < 0 or self.at + size > len(self.data):
            raise ValueError("cut short")
        self.at += size
        return self.data[self.at - size : self.at]

    def integer(self) -> int:
        return int.from_bytes(self.take(4), "little", signed=True)

    def value(self, depth: int) -> Any:
        """Read an object; of numbers and bytes no more is returned than what they are."""
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
                self.shared.append(text)
            return text
        if kind == b"r"[0]:
            return self.shared[self.length()]
        if kind in b"(>)":
            return tuple([self.value(depth + 1) for _ in range(self.take(1)[0] if kind == b")"[0] else self.length())])
        if kind == b"c"[0]:
            return self.code(depth)
        raise ValueError("a type that there is not")

    def length(self) -> int:
        size = self.integer()
        if not 0 <= size <= len(self.data):
            raise ValueError("cut short")
        return size

    def code(self, depth: int) -> Code:
        counts = [self.integer() for _ in range(5)]
        self.value(depth)  # the bytecode
        constants, names, variables, kinds, file, name, qualname = [self.value(depth + 1) for _ in range(7)]
        line = self.integer()
        self.value(depth)
        self.value(depth)
        return self.made(counts, constants, names, variables, kinds, (file, name, qualname), line)

    def made(self, counts: Any, constants: Any, names: Any, variables: Any, kinds: bytes, texts: Any, line: int) -> Code:
        file, name, qualname = texts
        free = tuple(each for each, of in zip(variables, kinds, strict=False) if of & _FREE)
        nested = [each for each in constants if isinstance(each, Code)]
        # `compact` leaves the file name out.
        return Code(
            name, qualname, file or None, line, counts[0], tuple(variables), free, tuple(names), self.python, b"", nested
        )


class _PyPy(_Marshalled):
    """`marshal` of version 2, as PyPy writes code (pypy/module/marshal/interp_marshal.py)."""

    def code(self, depth: int) -> Code:
        counts = [self.integer() for _ in range(6)]
        self.value(depth)
        constants, names, variables, free, _, file, name, qualname = [self.value(depth + 1) for _ in range(8)]
        line = self.integer()
        self.value(depth)
        self.value(depth)
        found = self.made(counts, constants, names, variables, b"", (file, name, qualname), line)
        found.free = tuple(free)
        return found
