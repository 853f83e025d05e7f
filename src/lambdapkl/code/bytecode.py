"""Decodes bytecode of CPython and PyPy, and exception tables of CPython, from 3.11 on.

Offsets are in code units of two bytes.
"""

from __future__ import annotations

import opcode
import sys
from collections.abc import Iterator

from .compact import CACHES

# How many low bits of the argument of LOAD_GLOBAL are flags: CPython has one, "push NULL".
LOAD_GLOBAL_FLAGS = 0 if sys.implementation.name == "pypy" else 1
_EXTENDED_ARG = opcode.opmap["EXTENDED_ARG"]


def instructions(raw: bytes) -> Iterator[tuple[int, tuple[str, int, int]]]:
    """Yield the index of each instruction, its name and argument, and the index of the next one.

    An EXTENDED_ARG is part of the instruction after it, and has its index.
    """
    start = index = extended = 0
    while 2 * index < len(raw):
        op, arg = raw[2 * index], raw[2 * index + 1] | extended
        index += 1 + CACHES[op]
        if op == _EXTENDED_ARG:
            extended = arg << 8
        else:
            yield start, (opcode.opname[op], arg, index)
            start, extended = index, 0


def target(name: str, arg: int, after: int) -> int:
    """Return where a jump leads if the instruction after it is at `after`."""
    return after - arg if "BACKWARD" in name else after + arg


def exception_table(table: bytes) -> Iterator[tuple[int, int, int, int, bool]]:
    """Yield start, end, target, stack depth, and "push the instruction's offset" of each entry.

    CPython's `InternalDocs/exception_handling.md` describes the format.

    Raises
    ------
    ValueError
        An entry is cut short.
    """
    remaining = iter(table)

    def number(first: int) -> int:
        value = first & 63
        while first & 64:
            first = following()
            value = value << 6 | first & 63
        return value

    def following() -> int:
        for byte in remaining:
            return byte
        raise ValueError("the exception table is cut short")

    for first in remaining:
        start, size, target, rest = number(first), number(following()), number(following()), number(following())
        yield start, start + size, target, rest >> 1, bool(rest & 1)
