"""`lambdapkl.guard`: malformed frames, after which the C unpickler reads other bytes than a simple reader."""

from __future__ import annotations

import io
import pickle
import struct
from typing import Any

import pytest
from guard_bypasses import named, payload, text

import lambdapkl
from lambdapkl import guard
from lambdapkl.stdlib_picklers import PythonPickler


def frame(size: int) -> bytes:
    return b"\x95" + struct.pack("<Q", size)


def straddling(names: list[tuple[str, str]], evil: bytes) -> bytes:
    """A string that extends beyond its frame: after it CPython executes `evil`, and a simple reader sees a string."""
    swallow = b"0B" + struct.pack("<I", len(evil))
    inside = b"\x8c" + bytes([5 + len(swallow)]) + b"A" * len(swallow)
    head = b"".join(named(*name) + b"\x940" for name in names)
    return payload(head + frame(len(inside)) + inside + b"BBBBB" + swallow + evil)


@pytest.mark.parametrize(
    "evil",
    [
        b"h\x00J" + struct.pack("<i", 50_000_000) + b"\x85R",
        b"h\x00)R)R",
        b"h\x00)R0" + text("os") + text("system") + b"\x93",
    ],
)
def test_an_argument_that_goes_beyond_its_frame(evil: bytes) -> None:
    with pytest.raises(guard.GuardError, match="beyond the end of its frame"):
        guard.check(straddling([("builtins", "bytearray")], evil))


@pytest.mark.parametrize(
    "body",
    [
        frame(3) + text("abc"),  # what says its length is cut in two
        frame(6) + text("abc"),
        frame(1) + b"K\x01",
        frame(4) + b"\x8a\x03\x01\x02\x03",
        frame(2) + b"\x96" + struct.pack("<Q", 1) + b"x",
        frame(5) + b"cbuiltins\nlist\n",
        frame(12) + b"cbuiltins\nlist\n",
        frame(5) + b"G" + bytes(8),
        frame(4) + b"N0" + frame(2) + b"K\x01",
    ],
)
def test_every_kind_of_argument(body: bytes) -> None:
    with pytest.raises(guard.GuardError, match="frame"):
        guard.check(payload(body))


def test_a_frame_in_a_frame() -> None:
    with pytest.raises(guard.GuardError, match="inside a frame"):
        guard.check(payload(frame(12) + frame(2) + b"K\x01"))


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_payloads_of_many_frames_pass(protocol: int) -> None:
    value: Any = [b"x" * 200_000, "y" * 300_000, list(range(60_000)), bytearray(200_000), [["a" * 5] * 3] * 30_000]
    # Not `pickle._dumps`, as an `import dill` in this process may have patched its pickler.
    in_python = io.BytesIO()
    PythonPickler(in_python, protocol).dump(value)
    for data in (pickle.dumps(value, protocol), in_python.getvalue(), lambdapkl.dumps(value, protocol)):
        assert guard.loads(data) == value
