"""Removes file names and line numbers from code objects, as ``deterministic=True`` needs it.

A function stays the same if a line is inserted above it, if it moves to another cell of a notebook,
or if its file is copied. Its code object would differ: it has the file name, the first line, and a
table of line numbers.
"""

from __future__ import annotations

import dis
import sys
from opcode import opmap
from types import CodeType

from ..options import FILE_NAME
from . import blobs
from .behaviour import loads_of_first_line

__all__ = ["without_places"]


def without_places(code: CodeType) -> CodeType:
    """Return `code`, and the code nested in it, with `FILE_NAME` as file name and without lines."""
    constants = tuple([without_places(each) if type(each) is CodeType else each for each in code.co_consts])
    code = code.replace(co_filename=FILE_NAME, co_firstlineno=1, co_consts=constants, co_linetable=_no_lines(code))
    return _without_first_line(code) if "__firstlineno__" in code.co_names else code


def _without_first_line(code: CodeType) -> CodeType:
    """Return the code of a class body without the assignment of ``__firstlineno__`` (3.13)."""
    instructions = blobs.instructions(code)
    raw = bytearray(code.co_code)
    for index in loads_of_first_line(instructions):
        for each in instructions[index : index + 2]:
            raw[each.offset : each.offset + 2] = bytes((opmap["NOP"], 0))
    # Drop the constant with the line number, unless another instruction loads it, too.
    new_indices: dict[int, int] = {}
    for each in instructions:
        if each.opcode in dis.hasconst and raw[each.offset] != opmap["NOP"]:
            if each.arg is None or each.arg > 255:
                return code
            raw[each.offset + 1] = new_indices.setdefault(each.arg, len(new_indices))
    return code.replace(co_code=bytes(raw), co_consts=tuple([code.co_consts[index] for index in new_indices]))


def _no_lines(code: CodeType) -> bytes:
    """Return the line table of code without lines (CPython: ``Objects/locations.md``)."""
    if sys.implementation.name != "cpython":
        # PyPy 8.0.1 crashes on an empty table when it writes a traceback. Its tables are relative
        # to the first line, so they may stay.
        return code.co_linetable
    units = len(code.co_code) // 2
    # An entry covers up to eight code units. Its kind, 15, means "no location".
    return b"\xff" * (units // 8) + bytes((0xF8 | units % 8 - 1,) if units % 8 else ())
