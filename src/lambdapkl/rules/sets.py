"""Sets in order, in a payload that is written.

`pickle` writes a `set` in the order of its table, which goes by the hash seed and by what was in the set before, and asks
nobody.  So it is put right afterwards: where a payload has a set of which all elements are atoms (None, `bool`, `bytes`,
`float`, `int`, `str`), they are sorted, and what refers to them follows.  An element is written where it first comes.  If
that is in a set, its place in the memo moves, within the places of the elements of this set; all other places stay.

The elements go by type, in the order of the types' names, and by value: False before True, numbers by size (floats as IEEE
754-2008 orders all of them, NaNs and zeros, too), bytes as they are, strings by their UTF-8.

The compiled backend has this in C.  Here `in_order` says what is right.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

__all__ = ["SIZES", "Output", "in_order"]

# As `pickle` has them: of a frame; of what is written outside of one; of what is put into a set at once.
FRAME_SIZE = LARGE = 1 << 16
SMALLEST_FRAME = 4
BATCH = 1000

_MARK, _STOP = b"(."
_GETS = b"hj"
_EMPTY_SET, _ADDITEMS, _FROZENSET, _MEMOIZE, _FRAME = 0x8F, 0x90, 0x91, 0x94, 0x95
_TRUE, _FALSE, _FLOAT = 0x88, 0x89, b"G"[0]


def _sizes() -> tuple[int, ...]:
    """Return for each opcode of protocols 4 and 5 its size, or less than 0: minus the bytes that say how many follow.

    0 for those that the pickler does not write with these protocols.
    """
    sizes = [0] * 256
    for size, opcodes in (
        (1, b"().012NQR]abdelostu}\x81\x85\x86\x87\x88\x89\x8f\x90\x91\x92\x93\x94\x97\x98"),
        (2, b"Kh\x80\x82"),
        (3, b"M\x83"),
        (5, b"Jj\x84"),
        (9, b"G\x95"),
        (-1, b"C\x8a\x8c"),
        (-4, b"BX\x8b"),
        (-8, b"\x8d\x8e\x96"),
    ):
        for op in opcodes:
            sizes[op] = size
    return tuple(sizes)


SIZES = _sizes()

# Opcode of an atom -> the place of its type.
RANKS = {op: rank for rank, ops in enumerate((b"N", b"\x88\x89", b"BC\x8e", b"G", b"JKM\x8a", b"X\x8c\x8d")) for op in ops}
# Those that are written outside of frames where they are large.
UNFRAMED = b"BX\x8d\x8e\x96"


_PIECES = (bytes, memoryview)


class Output(io.BytesIO):
    """What a pickler writes to: notices whether there is something to put in order."""

    # Whether a set may be in it, and whether a frame may be what comes next.
    _found = False
    _framed = True

    def write(self, data: Any) -> int:
        """Take a piece of a payload.  A large one that is no frame is the contents of a string or of bytes: not looked at."""
        # A frame comes with the opcode that says how long it is (CPython) or after it (PyPy), and as no other type.
        opcodes = type(data) in _PIECES and (len(data) < LARGE or self._framed or data[0] == _FRAME)
        if opcodes and not self._found:
            piece = bytes(data)
            self._found = b"\x8f\x94(" in piece or b"\x91\x94" in piece
        self._framed = opcodes and len(data) == 9 and data[0] == _FRAME
        return super().write(data)

    def payload(self, in_order: Callable[[bytes, int], bytes], start: int = 0) -> bytes:
        """Return all that was written, with sets `in_order`, which the backend has."""
        return in_order(self.getvalue(), start) if self._found else self.getvalue()


def in_order(data: bytes, start: int = 0) -> bytes:
    """Return the payload `data` with the elements of its sets in order, and with new frames; or itself.

    A set that has other elements than atoms stays as it is: up to the first thousand of its elements with another among them,
    where it is longer.  So does what no pickler writes.

    Parameters
    ----------
    start
        How many bytes there are before the payload of the pickler; see `preamble`.
    """
    try:
        found = _find(data, start)
        return _write(data, start, found) if found else data
    except _Unknown:
        return data


class _Unknown(Exception):
    """Something that the pickler does not write."""


class _Element:
    """An element of a set: what it is sorted by; where its opcode begins and ends; its place in the memo, or -1."""

    def __init__(self, key: tuple[int, Any], at: int, end: int) -> None:
        self.key = key
        self.at = at
        self.end = end
        self.place = -1


class _Set:
    """Elements of a set, or of a frozen one, from the first to the last opcode that says so."""

    def __init__(self, at: int, places: int) -> None:
        self.at = self.end = at
        # How many there were in the memo before.
        self.places = places
        self.elements: list[_Element] = []
        self.frozen = False


def _opcodes(data: bytes, at: int, limit: int) -> Iterator[tuple[int, int, int]]:
    """Yield opcodes, and where they begin and end."""
    while at < limit:
        op = data[at]
        size = SIZES[op]
        if size < 0:
            size = 1 - size + int.from_bytes(data[at + 1 : at + 1 - size], "little")
        end = at + size
        if not size or end > limit:
            raise _Unknown
        yield op, at, end
        at = end


def _argument(data: bytes, at: int, end: int) -> bytes:
    return data[at + 1 - min(SIZES[data[at]], 0) : end]


def _number(data: bytes, at: int, end: int) -> int:
    return int.from_bytes(data[at + 1 : end], "little")


def _key(data: bytes, at: int, end: int) -> tuple[int, Any]:
    """Return what the atom at `at` is sorted by."""
    op = data[at]
    value: Any = _argument(data, at, end)
    if op in b"JKM\x8a":
        value = int.from_bytes(value, "little", signed=op not in b"KM")
    elif op == _FLOAT:
        bits = int.from_bytes(value, "big")
        value = bits ^ ((1 << 64) - 1) if bits >> 63 else bits | 1 << 63
    elif op in (_TRUE, _FALSE):
        value = op == _TRUE
    return RANKS[op], value


def _find(data: bytes, start: int) -> list[_Set]:
    """Return the sets that are to be put in order, with their elements sorted."""
    found: list[_Set] = []
    # For each place in the memo where an atom begins and ends, or None.
    memo: list[tuple[int, int] | None] = []
    atom: tuple[int, int] | None = None
    # Where what came since a MARK begins, if that is atoms only; how many places there were; the last that is referred to.
    run, places, last = -1, 0, -1
    # Whether a MARK may begin elements of a set: 1 after EMPTY_SET, 2 when that is in the memo, or after elements.
    expected = 0
    adding = False
    # The set that elements are added to.
    current: _Set | None = None
    op = -1
    end = 0
    for op, at, end in chain(_opcodes(data, 0, start), _opcodes(data, start, len(data))):
        if op == _FRAME:
            continue
        if op == _MARK:
            adding = expected == 2
            if not adding:
                current = None
            elif current is None:
                current = _Set(at, len(memo))
            run, places, last, expected, atom = end, len(memo), -1, 0, None
            continue
        if run < 0:
            current = None
        if op in RANKS:
            atom, expected = (at, end), 0
            continue
        if op == _MEMOIZE:
            if atom is None:
                run = -1
            memo.append(atom)
            atom, expected = None, 2 * (expected == 1)
            continue
        atom, expected = None, 0
        if op in _GETS:
            place = _number(data, at, end)
            if place >= len(memo):
                raise _Unknown
            if memo[place] is None:
                run = -1
            last = max(last, place)
            continue
        if op == _ADDITEMS and adding and run >= 0 and current is not None and last < current.places:
            if current.end == current.at:
                found.append(current)
            current.elements += _elements(data, run, at, memo, places)
            current.end = end
            expected = 2
        elif op == _FROZENSET and run >= 0 and last < places:
            current = _Set(run - 1, places)
            current.elements += _elements(data, run, at, memo, places)
            current.end = at
            current.frozen = True
            found.append(current)
        elif op == _EMPTY_SET:
            expected = 1
        elif op == _STOP and end != len(data):
            raise _Unknown
        run = -1
    if op != _STOP or data[start : start + 1] != b"\x80" or (found and found[0].at < start):
        raise _Unknown
    found = [each for each in found if len(each.elements) > 1]
    for each in found:
        each.elements.sort(key=lambda element: element.key)
    return found


def _elements(data: bytes, start: int, limit: int, memo: list[tuple[int, int] | None], place: int) -> list[_Element]:
    """Return what is between `start` and `limit`: atoms, and references to them."""
    elements: list[_Element] = []
    for op, at, end in _opcodes(data, start, limit):
        if op == _MEMOIZE:
            elements[-1].place = place
            place += 1
        elif op != _FRAME:
            value = memo[_number(data, at, end)] if op in _GETS else (at, end)
            assert value is not None  # as `_find` has seen
            elements.append(_Element(_key(data, *value), at, end))
    return elements


def _write(data: bytes, start: int, found: list[_Set]) -> bytes:
    """Return the payload with the sets that were found as they are to be."""
    moved: dict[int, int] = {}
    for each in found:
        place = each.places
        for element in each.elements:
            if element.place >= 0:
                moved[element.place] = place
                place += 1
    # Up to the opcode that says the protocol, there are no frames.
    start += 2
    out = _Frames(data, moved, data[:start])
    at = start
    for each in found:
        out.copy(at, each.at)
        for first in range(0, len(each.elements), len(each.elements) if each.frozen else BATCH):
            out.write(b"(")
            for element in each.elements[first:] if each.frozen else each.elements[first : first + BATCH]:
                out.copy(element.at, element.end)
                if element.place >= 0:
                    out.write(b"\x94")
            if not each.frozen:
                out.write(b"\x90")
        at = each.end
    out.copy(at, len(data))
    out.close()
    return bytes(out.whole)


class _Frames:
    """Opcodes, in frames of at least `FRAME_SIZE` but for the last and what is before large contents."""

    def __init__(self, data: bytes, moved: dict[int, int], before: bytes) -> None:
        self.data = data
        self.moved = moved
        self.whole = bytearray(before)
        self.frame = bytearray()

    def close(self) -> None:
        if len(self.frame) >= SMALLEST_FRAME:
            self.whole += b"\x95" + len(self.frame).to_bytes(8, "little")
        self.whole += self.frame
        self.frame.clear()

    def write(self, opcode: bytes) -> None:
        if len(self.frame) >= FRAME_SIZE:
            self.close()
        self.frame += opcode

    def copy(self, start: int, limit: int) -> None:
        """Write what is between `start` and `limit`, without its frames and with the new places in the memo."""
        for op, at, end in _opcodes(self.data, start, limit):
            if op in _GETS:
                place = _number(self.data, at, end)
                place = self.moved.get(place, place)
                self.write(bytes((_GETS[0], place)) if place < 256 else b"j" + place.to_bytes(4, "little"))
            elif op in UNFRAMED and end - at - 1 + SIZES[op] >= LARGE:
                self.close()
                self.whole += self.data[at:end]
            elif op != _FRAME:
                self.write(self.data[at:end])
