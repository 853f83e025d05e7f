"""Reducers for tracebacks and frames: the location of each frame, without code and values.

A frame is pickled as what `traceback` prints and what programs read from frames: file, name, first
line, the line and position of the instruction, and the module. None of this depends on bytecode, so
another version of Python can read it.
"""

from __future__ import annotations

import reprlib
from collections.abc import Iterator
from itertools import islice
from types import CodeType, FrameType, TracebackType
from typing import Any

from .. import options, wire
from .._backend.constructors import describe_steps
from ..options import FILE_NAME
from ..restorers.tracebacks import AT_RESUME, MAX_NUMBER, MAX_OFFSET, SNAPSHOT
from ..rules.reducer_tables import WithPayloadState

_NOWHERE = (None, None, None, None)

_repr = reprlib.Repr()
_repr.maxlevel = 4
_repr.maxdict = _repr.maxlist = _repr.maxtuple = _repr.maxset = _repr.maxfrozenset = _repr.maxdeque = _repr.maxarray = 50
_repr.maxstring = _repr.maxlong = _repr.maxother = 500


def reduce_traceback(traceback: TracebackType, payload_state: Any) -> Any:
    args = None
    has_places_only = options.current().tracebacks != "reprs" and not options.current_form().deterministic
    if has_places_only and AT_RESUME and describe_steps is not None:
        args = describe_steps(traceback, payload_state, MAX_OFFSET, MAX_NUMBER, _variables)
    if args is None:
        steps = tuple(_steps(traceback, payload_state))
        args = _as_text(steps, payload_state) or steps
    return wire.traceback, args


def reduce_frame(frame: FrameType, payload_state: Any) -> Any:
    """Reduce a frame at its current position, without the frames that called it."""
    return wire.frame, _describe(frame, frame.f_lasti, frame.f_lineno, payload_state)


def _steps(traceback: TracebackType, payload_state: Any) -> Iterator[tuple[Any, ...]]:
    # In a deep recursion most steps are at one instruction of one function.
    known: dict[Any, tuple[Any, ...]] = {}
    step: TracebackType | None = traceback
    while step is not None:
        # The position of the traceback, not of its frame, which may still be running.
        frame, offset, line = step.tb_frame, step.tb_lasti, step.tb_lineno
        key = id(frame.f_code), id(frame.f_globals), offset, line
        if key not in known:
            known[key] = _describe(frame, offset, line, payload_state, variables=False)
        entry = known[key]
        variables = _variables(frame, payload_state)
        yield (*entry, variables) if variables else entry
        step = step.tb_next


def _as_text(steps: tuple[Any, ...], payload_state: Any) -> tuple[Any, ...] | None:
    """The arguments of `wire.traceback` as a text and places.

    One string is pickled and loaded faster than many tuples. The result is None if a step has local
    variables, or a name that cannot be a field of the text.
    """
    places: dict[Any, int] = {}
    lines: list[str] = []
    last = None
    for step in steps:
        line = _line(step, places)
        if line is None:
            return None
        lines.append("" if line == last else line)
        last = line
    return _shared(payload_state, "\n".join(lines)), *(_shared(payload_state, place) for place in places)


def _line(step: tuple[Any, ...], places: dict[Any, int]) -> str | None:
    """The line of the text for a step, as `restorers.tracebacks` reads it."""
    if len(step) != 7:
        return None
    (file_name, name, qualified, first, module, file), offset, line, *position = step
    if not all(map(_fits, (name, name if qualified is None else qualified))):
        return None
    place = places.setdefault((file_name, module, file), len(places))
    if position[0] is None:
        position = []
    elif position[2] is None:
        position = position[:1]
    return "\t".join([name, qualified or "", *map(str, (place, first, offset, line, *position))])


def _fits(name: str) -> bool:
    return bool(name) and "\t" not in name and "\n" not in name and name.encode("utf-8", "ignore").decode() == name


def _describe(frame: FrameType, offset: int, line: int | None, payload_state: Any, variables: bool = True) -> Any:
    code, namespace = frame.f_code, frame.f_globals
    qualified = None if code.co_qualname == code.co_name else code.co_qualname
    # Generated code may have negative line numbers.
    file_name, first, file = code.co_filename, max(code.co_firstlineno, 0), namespace.get("__file__")
    placeless = options.current_form().deterministic
    if placeless:
        file_name, first, file, offset, line = FILE_NAME, 1, None, 0, None
    texts = (file_name, code.co_name, qualified, namespace.get("__name__"), file)
    names = [payload_state.name(str(each)) if isinstance(each, str) else None for each in texts]
    where = _shared(payload_state, (*names[:3], first, *names[3:]))
    if not 0 <= offset <= MAX_OFFSET:
        offset = 0 if offset > 0 else -1
    if line is None or not 0 <= line <= MAX_NUMBER:
        line = -1
    # Write no offset that cannot be restored here, or a second dump would differ.
    written = offset if AT_RESUME else min(offset, 0)
    entry = _shared(payload_state, (where, written, line, *(_NOWHERE if placeless else _position(code, offset, line))))
    found = _variables(frame, payload_state) if variables else None
    return (*entry, found) if found else entry


def _shared(payload_state: Any, made: Any) -> Any:
    """The payload's only object that is equal to `made`."""
    shared: Any = payload_state.shared.setdefault(made, made)
    return shared


def _position(code: CodeType, offset: int, line: int) -> tuple[int | None, ...]:
    """The lines and columns of the instruction at `offset`, as a restored frame has them."""
    if offset < 0:
        return _NOWHERE
    start, end, column, end_column = next(islice(code.co_positions(), offset // 2, None), _NOWHERE)
    if start is None:
        return _NOWHERE if line < 0 else (line, line, None, None)
    if column is None or end_column is None or end is None or end < start:
        return start, start, None, None
    return start, end, column, end_column


def _variables(frame: FrameType, payload_state: Any) -> dict[str, str] | None:
    """The reprs of the local variables, or None.

    They are pickled if the option asks for them, or if the frame has them from an earlier payload.
    """
    if SNAPSHOT in frame.f_code.co_consts:
        # The frame is a snapshot with reprs. A debugger may have added other values since.
        known = frame.f_locals.items()
        return {payload_state.name(str(name)): text if type(text) is str else _represent(text) for name, text in known} or None
    if options.current().tracebacks != "reprs":
        return None
    variables = frame.f_locals
    return {
        payload_state.name(str(name)): _represent(value)
        for name, value in variables.items()
        # Omit the names that every module has.
        if variables is not frame.f_globals or not str(name).startswith("__")
    } or None


def _represent(value: Any) -> str:
    try:
        return _repr.repr(value)
    except Exception as error:
        return f"<{type(value).__name__}: its repr raised {type(error).__name__}>"


INHERITED: dict[type, Any] = {
    TracebackType: WithPayloadState(reduce_traceback),
    FrameType: WithPayloadState(reduce_frame),
}
