"""Code without the places where it was written: what ``deterministic=True`` pickles, and goes by.

A function is the same one after a line was put before it, in another cell of a notebook, or in a copy of its file under
another name.  Its code object tells all of that: the file, the first line, and a table from instructions to lines.
"""

from __future__ import annotations

import dis
import sys
from opcode import opmap
from types import CodeType

from ..options import FILE_NAME
from . import blobs
from .behaviour import first_lines

__all__ = ["FILE_NAME", "without_places"]


def without_places(code: CodeType) -> CodeType:
    """Return `code`, and the code nested in it, with `FILE_NAME` for its file and no lines."""
    constants = tuple([without_places(each) if type(each) is CodeType else each for each in code.co_consts])
    code = code.replace(co_filename=FILE_NAME, co_firstlineno=1, co_consts=constants, co_linetable=_no_lines(code))
    return _without_first_line(code) if "__firstlineno__" in code.co_names else code


def _without_first_line(code: CodeType) -> CodeType:
    """Return the body of a class without what gives the class its ``__firstlineno__`` (since 3.13)."""
    instructions = blobs.instructions(code)
    raw = bytearray(code.co_code)
    for index in first_lines(instructions):
        for each in instructions[index : index + 2]:
            raw[each.offset : each.offset + 2] = bytes((opmap["NOP"], 0))
    # The number of the line may be a constant of its own, or one that is used for something else, too.
    kept: dict[int, int] = {}
    for each in instructions:
        if each.opcode in dis.hasconst and raw[each.offset] != opmap["NOP"]:
            if each.arg is None or each.arg > 255:
                return code
            raw[each.offset + 1] = kept.setdefault(each.arg, len(kept))
    return code.replace(co_code=bytes(raw), co_consts=tuple([code.co_consts[index] for index in kept]))


def _no_lines(code: CodeType) -> bytes:
    """Return the line table of code without lines (CPython: ``Objects/locations.md``)."""
    if sys.implementation.name != "cpython":
        # PyPy (8.0.1) dies of a table without entries when it writes a traceback; this one counts from the first line.
        return code.co_linetable
    units = len(code.co_code) // 2
    # An entry is good for up to eight code units; its kind 15 says that there is no location.
    return b"\xff" * (units // 8) + bytes((0xF8 | units % 8 - 1,) if units % 8 else ())
