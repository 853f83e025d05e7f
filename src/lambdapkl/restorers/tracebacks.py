"""Recreates tracebacks and frames as snapshots for reading.

`types.TracebackType` is public, but only a call creates a frame. The call of a generator function
stops at its first instruction, RETURN_GENERATOR, and its frame has no caller. If the generator is
dropped before it is started, CPython assumes that this frame has reached RESUME. So a code object
with a RESUME at the wanted instruction gives the frame. None of its other instructions runs, no
tracer sees it, and nothing is written into the interpreter's own structures. Its line table has one
position for all instructions.
"""

from __future__ import annotations

import pickle
import sys
from opcode import opmap
from types import CodeType, FrameType, TracebackType
from typing import Any

from .._backend.constructors import link_steps

# Constant that marks the code objects created here.
SNAPSHOT = "snapshot of lambdapkl"
# Limit for the offset of an instruction; the code object of a snapshot is as long as the offset.
MAX_OFFSET = 1 << 24
MAX_NUMBER = (1 << 31) - 1

# Whether the frame of an unstarted generator is known to end at RESUME. Otherwise a function that
# fails is called.
AT_RESUME = sys.implementation.name == "cpython" and sys.version_info < (3, 16)
# Since 3.13 the frame's position is after RESUME.
_BEHIND = sys.version_info >= (3, 13)
_CACHES = 1 if sys.version_info >= (3, 15) else 0
_GENERATOR = 0x20  # CO_GENERATOR
# Not from `compile`, whose first call in a process takes a millisecond.
_EMPTY = (lambda: None).__code__
_NOWHERE = (None, None, None, None)

# Kinds of entries of a line table (CPython's Objects/locations.md), with the bit that begins an
# entry.
_LONG, _NO_COLUMNS, _NO_LOCATION = (0x80 | kind << 3 for kind in (14, 13, 15))
_MOST_UNITS = 8


# Code object, `__name__` and `__file__`, offset, line and local variables.
Step = tuple[CodeType, Any, Any, int, int, dict[str, str] | None]


def traceback(*entries: Any) -> TracebackType:
    """Return a traceback of the frames that `entries` describe, the outermost first.

    Parameters
    ----------
    entries
        A text and the places to which it refers, see `_read`; or a tuple for each frame, see
        `frame`.

    Raises
    ------
    pickle.UnpicklingError
        There is no entry, or one is damaged.
    """
    if not entries:
        raise _damaged("a traceback without a frame")
    if type(entries[0]) is str:
        if not all(map(_is_place, entries[1:])):
            raise _damaged("a place of a traceback that is not a tuple of three names")
        steps = _known_texts.get(entries) or _read(*entries)
    else:
        steps = [_build(entry) for entry in entries]
    if AT_RESUME and link_steps is not None:
        return link_steps(steps)
    linked: TracebackType | None = None
    namespaces: dict[Any, dict[str, Any]] = {}
    for code, module, file, offset, line, variables in reversed(steps):
        # Frames of one module share their globals.
        namespace = namespaces.setdefault((module, file), _globals(module, file))
        shown, at = _run(code, namespace, variables or {})
        linked = TracebackType(linked, shown, offset if at is None or offset < 0 else at, line)
    assert linked is not None
    return linked


def _read(text: str, *places: Any) -> list[Step]:
    """Return the steps that `text` describes, one in each line.

    An empty line repeats the step before it.

    The fields of a line are separated by tabs: name; qualified name, empty if it equals the name;
    index of the place; first line; offset; line; then nothing, the line of the position alone, or
    the four numbers of the position. A place is a tuple of the file name, and ``__name__`` and
    ``__file__`` of the globals, or None.
    """
    steps: list[Step] = []
    # In a deep recursion, most lines are equal to one of a few.
    known: dict[str, Step] = {}
    for described in text.split("\n"):
        if described:
            if described not in known:
                known[described] = _read_step(described.split("\t"), places)
            steps.append(known[described])
        elif steps:
            steps.append(steps[-1])
        else:
            raise _damaged("a traceback that begins with a repeated frame")
    if len(text) <= _MAX_KNOWN_TEXT and all(step[3] <= _MAX_KNOWN_OFFSET for step in steps):
        if len(_known_texts) >= _MAX_KNOWN_TEXTS:
            _known_texts.clear()
        _known_texts[text, *places] = steps
    return steps


def _read_step(fields: list[str], places: tuple[Any, ...]) -> Step:
    try:
        if len(fields) not in (6, 7, 10):
            raise ValueError
        name, qualified, *numbers = fields
        index, first, offset, line, *where = map(int, numbers)
        if index < 0:
            raise IndexError
        file_name, module, file = places[index]
    except (ValueError, IndexError):
        raise _damaged("a line of a traceback that describes no frame") from None
    position = where if len(where) == 4 else (*where, *where, None, None) if where else _NOWHERE
    entry = ((file_name, name, qualified or None, first, module, file), offset, line, *position)
    return _build(entry)


def _is_place(place: Any) -> bool:
    return type(place) is tuple and len(place) == 3 and all(type(each) in (str, type(None)) for each in place)


def frame(*entry: Any) -> FrameType:
    """Return the snapshot of a frame.

    Parameters
    ----------
    entry
        First the code: a tuple of file name, name, qualified name (None if it equals the name),
        first line, and the ``__name__`` and ``__file__`` of its globals, or None. Then the offset
        of the instruction, or -1, and its line, or -1. Then the four numbers of its position, as in
        `codeobject.co_positions`. Last and optional, a dictionary of the names and reprs of local
        variables.

    Raises
    ------
    pickle.UnpicklingError
        A part has a wrong type, or is out of range.
    """
    code, module, file, _, _, variables = _build(entry)
    return _run(code, _globals(module, file), variables or {})[0]


def _damaged(what: str) -> pickle.UnpicklingError:
    return pickle.UnpicklingError(f"the payload is damaged: {what}")


def _globals(module: Any, file: Any) -> dict[str, Any]:
    names = {"__name__": module, "__file__": file}
    return {name: value for name, value in names.items() if value is not None}


def _build(entry: Any) -> Step:
    """Return the step that `entry` describes, with new code."""
    if type(entry) is not tuple or not 7 <= len(entry) <= 8:
        raise _damaged("a frame that is not a tuple of seven or eight items")
    where, offset, line, *rest = entry
    if type(where) is not tuple or len(where) != 6:
        raise _damaged("a frame whose code is not a tuple of six items")
    file_name, name, qualified, first, module, file = where
    for text in (file_name, name, *(each for each in (qualified, module, file) if each is not None)):
        if type(text) is not str:
            raise _damaged(f"a {type(text).__name__} in place of a name of a frame")
    _check_number(first, 0)
    _check_number(offset, -1, MAX_OFFSET)
    _check_number(line, -1)
    start, end, column, end_column = position = rest[:4]
    for number in position:
        if number is not None:
            _check_number(number, 0)
    if start is None:
        start = None if line < 0 else line
        end = column = end_column = None
    elif end is not None and end < start:
        raise _damaged("a frame whose position ends before it begins")
    code = (_stopping if AT_RESUME else _failing)(
        offset,
        first,
        (start, end, column, end_column),
        co_filename=file_name,
        co_name=name,
        co_qualname=name if qualified is None else qualified,
    )
    return code, module, file, offset, line, _locals(entry)


def _check_number(number: Any, least: int, most: int = MAX_NUMBER) -> None:
    if type(number) is not int or not least <= number <= most:
        raise _damaged(f"{number!r:.30} in place of a number of a frame")


def _locals(entry: tuple[Any, ...]) -> dict[str, str] | None:
    if len(entry) == 7:
        return None
    found = entry[7]
    if type(found) is not dict or not all(type(key) is type(value) is str for key, value in found.items()):
        raise _damaged("local variables of a frame that are not a dictionary of strings")
    return dict(found)


def _run(code: CodeType, namespace: dict[str, Any], variables: dict[str, str]) -> tuple[FrameType, int | None]:
    """Return a frame of `code`, and its offset if `code` was created for another one."""
    try:
        if AT_RESUME:
            shown: FrameType = eval(code, namespace, variables).gi_frame
            return shown, None
        try:
            eval(code, namespace, variables)
        except ZeroDivisionError as error:
            raised: Any = error.__traceback__.tb_next  # type: ignore[union-attr]
            return raised.tb_frame, raised.tb_lasti
        raise AssertionError("a division by zero did not fail")
    finally:
        namespace.pop("__builtins__", None)


# The code object is as long as the offset.
_MAX_KNOWN_OFFSET = 1 << 12
# Text and places of a traceback -> result of `_read`. The errors of a worker come from the same few
# lines.
_known_texts: dict[Any, list[Step]] = {}
_MAX_KNOWN_TEXTS = 128
_MAX_KNOWN_TEXT = 1 << 14

Position = tuple[int | None, int | None, int | None, int | None]


def _stopping(offset: int, first: int, position: Position, **names: Any) -> CodeType:
    """Return the code of a generator whose frame, before it is started, is at `offset`."""
    index = max(1, offset // 2 - _BEHIND)
    instructions = (("RETURN_GENERATOR", 1), ("NOP", index - 1), ("RESUME", 1), ("CACHE", _CACHES), ("RETURN_VALUE", 1))
    code = b"".join(bytes((opmap[name], 0)) * count for name, count in instructions)
    return _EMPTY.replace(
        co_code=code,
        co_linetable=line_table(len(code) // 2, first, *position),
        co_firstlineno=first,
        co_flags=_GENERATOR,
        co_consts=(None, SNAPSHOT),
        # Room for the value with which a generator is resumed, in case a program evaluates this
        # code.
        co_stacksize=1,
        **names,
    )


def _failing(offset: int, first: int, position: Position, **names: Any) -> CodeType:
    """Return code that raises a ZeroDivisionError at a position; its offset may differ."""
    import ast

    start, end, column, end_column = position
    start = first if start is None else start
    first = min(first, start)
    place: dict[str, Any] = {
        # Line numbers are relative to the first line of the code, which is 1 until it is replaced.
        "lineno": start - first + 1,
        "end_lineno": (start if end is None else end) - first + 1,
        "col_offset": -1 if column is None else column,
        "end_col_offset": -1 if end_column is None else end_column,
    }
    division = ast.BinOp(ast.Constant(1, **place), ast.Div(), ast.Constant(0, **place), **place)
    code: CodeType = compile(ast.Module([ast.Expr(division, **place)], []), "", "exec")
    return code.replace(co_firstlineno=first, co_consts=(*code.co_consts, SNAPSHOT), **names)


def line_table(units: int, first: int, start: int | None, end: int | None, column: int | None, end_column: int | None) -> bytes:
    """Return the line table that gives `units` code units the same position.

    The code begins at the line `first`.
    """
    if start is None:
        kind, line, rest, same = _NO_LOCATION, b"", b"", b""
    else:
        # Each line is relative to that of the entry before.
        kind, line, rest, same = _NO_COLUMNS, _signed(start - first), b"", _signed(0)
        if column is not None:
            numbers = ((start if end is None else end) - start, column + 1, 0 if end_column is None else end_column + 1)
            kind, rest = _LONG, b"".join(map(_unsigned, numbers))
    whole, part = divmod(units - 1, _MOST_UNITS)
    head = bytes((kind | part,)) + line + rest
    return head + (bytes((kind | _MOST_UNITS - 1,)) + same + rest) * whole


def _signed(number: int) -> bytes:
    return _unsigned(-number << 1 | 1 if number < 0 else number << 1)


def _unsigned(number: int) -> bytes:
    """Encode `number` in groups of six bits, the lowest first.

    All but the last have a seventh bit set.
    """
    groups = bytearray()
    while number > 63:
        groups.append(64 | number & 63)
        number >>= 6
    groups.append(number)
    return bytes(groups)
