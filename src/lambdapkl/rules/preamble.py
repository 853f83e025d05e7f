"""Bytes before a pickle that load what it is going to call.

To write a global, the pickler imports its module, looks the name up and compares: 0.4 microseconds, a third of what a small
function takes.  Whether a payload calls `wire.function` is known beforehand where its root is a function by value.  Then
its bytes begin with the opcodes that load this global, always the same, and the pickler starts with a memo that has it.
"""

from __future__ import annotations

from collections.abc import Callable
from pickle import HIGHEST_PROTOCOL
from typing import Any


def preambles(wire: Any) -> tuple[tuple[bytes, tuple[Any, ...]], ...]:
    """Return for each kind of root the preamble and what it loads: where that is a function, and where it is a class."""
    loaded = ((wire.function,), (wire.class_, wire.function))
    return tuple((preamble(*callables), callables) for callables in loaded)


def preamble(*callables: Callable[..., Any]) -> bytes:
    """Return the opcodes that load `callables`, all of one module, and leave them in the memo.

    What the pickler writes follows, `without_frame`.
    """
    out = [b"\x80", bytes((HIGHEST_PROTOCOL,)), _short_string(callables[0].__module__)]
    for each in callables:
        if each is not callables[0]:
            out.append(b"h\0")
        out += [_short_string(each.__qualname__), b"\x93\x94"]
    return b"".join([*out, b"0" * len(callables)])


def without_frame(data: bytes, start: int) -> bytes:
    """Return `data` without the PROTO opcode at `start` and the frame after it, if this goes to the end.

    A frame is there for readers of files, which get a larger piece at a time by it (PEP 3154).
    """
    if data[start + 2] != _FRAME or int.from_bytes(data[start + 3 : start + 11], "little") != len(data) - start - 11:
        return data
    return data[:start] + data[start + 11 :]


_FRAME = 0x95


def memo(*callables: Callable[..., Any]) -> dict[int, tuple[int, Any]]:
    """Return the memo of a pickler that has written `preamble`."""
    module = callables[0].__module__
    found: dict[int, tuple[int, Any]] = {id(module): (0, module)}
    for each in callables:
        name = each.__qualname__
        found[id(name)] = len(found), name
        found[id(each)] = len(found), each
    return found


def _short_string(text: str) -> bytes:
    data = text.encode()
    return b"\x8c" + bytes((len(data),)) + data + b"\x94"
