"""Writes the constant bytes at the start of a pickle that load the first constructors.

To write a global, the pickler imports its module, looks up the name and compares the result. This
takes 0.4 microseconds, a third of the time for a small function. If the root of a payload is a
function by value, the payload will call `wire.function`. So its bytes begin with the opcodes that
load this global, and the pickler starts with a memo that contains it.
"""

from __future__ import annotations

from collections.abc import Callable
from pickle import HIGHEST_PROTOCOL
from typing import Any


def preambles(wire: Any) -> tuple[tuple[bytes, tuple[Any, ...]], ...]:
    """Return the preamble and the callables that it loads, for a function and for a class as root."""
    return tuple((preamble(*callables), callables) for callables in ((wire.function,), (wire.class_, wire.function)))


def preamble(*callables: Callable[..., Any]) -> bytes:
    """Return opcodes that load `callables`, which are in one module, into the memo.

    In the payload, the output of the pickler follows, after `without_frame`.
    """
    out = [b"\x80", bytes((HIGHEST_PROTOCOL,)), _short_string(callables[0].__module__)]
    for each in callables:
        if each is not callables[0]:
            out.append(b"h\0")
        out += [_short_string(each.__qualname__), b"\x93\x94"]
    return b"".join([*out, b"0" * len(callables)])


def without_frame(data: bytes, start: int) -> bytes:
    """Return `data` without the PROTO opcode at `start` and the frame after it.

    If the frame does not extend to the end of `data`, return `data` unchanged. Frames only serve to
    read files in larger pieces (PEP 3154).
    """
    if data[start + 2] != _FRAME or int.from_bytes(data[start + 3 : start + 11], "little") != len(data) - start - 11:
        return data
    return data[:start] + data[start + 11 :]


_FRAME = 0x95


def memo(*callables: Callable[..., Any]) -> dict[int, tuple[int, Any]]:
    """Return the memo of a pickler that has written `preamble`."""
    module = callables[0].__module__
    entries: dict[int, tuple[int, Any]] = {id(module): (0, module)}
    for each in callables:
        name = each.__qualname__
        entries[id(name)] = len(entries), name
        entries[id(each)] = len(entries), each
    return entries


def _short_string(text: str) -> bytes:
    data = text.encode()
    return b"\x8c" + bytes((len(data),)) + data + b"\x94"
