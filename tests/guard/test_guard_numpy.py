"""`lambdapkl.guard`: states of NumPy's dtypes, which NumPy does not check."""

from __future__ import annotations

import pickle
import struct
from typing import Any

import pytest
from guard_bypasses import call, payload, text

from lambdapkl import guard

ORDER = text("|")


def integer(value: int) -> bytes:
    return b"J" + struct.pack("<i", value)


def dtype(code: str) -> bytes:
    return call("numpy", "dtype", text(code), b"\x89", b"\x88")


def given(code: str, part: bytes, names: bytes, fields: bytes, size: int, flags: int, order: bytes = ORDER) -> bytes:
    parts = (b"K\x03", order, part, names, fields, integer(size), integer(1), integer(flags))
    return dtype(code) + b"(" + b"".join(parts) + b"tb"


def structure(size: int, flags: int, *fields: tuple[str, bytes, int]) -> bytes:
    names = b"(" + b"".join(text(name) for name, _, _ in fields) + b"t"
    places = b"}(" + b"".join(text(name) + inner + integer(at) + b"\x86" for name, inner, at in fields) + b"u"
    return given(f"V{size}", b"N", names, places, size, flags)


OBJECT = given("O8", b"N", b"N", b"N", -1, 63)
REFUSED = {
    "field beyond the end": structure(8, 16, ("a", dtype("i8"), 1000)),
    "field before the start": structure(8, 16, ("a", dtype("i8"), -8)),
    "field across the end": structure(8, 16, ("a", dtype("i8"), 1)),
    "field that is larger": structure(4, 16, ("a", dtype("V8"), 0)),
    "field of a name that tells no size": structure(8, 16, ("a", dtype("i4,O"), 0)),
    "size that grows": given("V8", b"N", b"N", b"N", 1 << 20, 0),
    "size of a text that grows": given("U2", b"N", b"N", b"N", 1 << 20, 8),
    "size of a number": given("i4", b"N", b"N", b"N", 1 << 20, 0),
    "number as an object": given("i8", b"N", b"N", b"N", -1, 63),
    "object as a number": given("O8", b"N", b"N", b"N", -1, 0),
    "structure that hides an object": structure(8, 16, ("a", OBJECT, 0)),
    "structure that has no object": structure(8, 27, ("a", dtype("i8"), 0)),
    "object under a number": structure(8, 27, ("a", OBJECT, 0), ("b", dtype("i8"), 0)),
    "object in a part": structure(24, 27, ("a", OBJECT, 0), ("b", structure(16, 27, ("c", OBJECT, 8)), 4)),
    "array in an item": given("V8", dtype("i8") + integer(1000) + b"\x85\x86", b"N", b"N", 8, 0),
    "array of objects": given("V8", OBJECT + integer(1) + b"\x85\x86", b"N", b"N", 8, 0),
    "name without a field": given("V8", b"N", text("a") + b"\x85", b"}", 8, 16),
    "numpy's own": call("numpy", "dtype", text("V8")) + b"(K\x03" + ORDER + b"NNN" + integer(8) + integer(1) + b"K\x00tb",
    "state that comes late": dtype("V8")
    + b"\x940"
    + b"]h\x00a0"
    + b"h\x00"
    + structure(8, 27, ("a", OBJECT, 0))[len(dtype("V8")) :],
    "fields that change": b"}\x94"
    + text("a")
    + dtype("i4")
    + b"K\x00\x86s0"
    + given("V4", b"N", text("a") + b"\x85", b"h\x00", 4, 16)
    + b"0h\x00"
    + text("a")
    + dtype("i4")
    + b"K\x64\x86s",
    "state of an old version": dtype("i4") + b"(K\x01" + ORDER + b"NNN" + integer(4) + integer(1) + b"tb",
}


EMPTY = call("numpy._core.multiarray", "_reconstruct", call("numpy", "ndarray")[:-3], b"K\x00\x85", b"C\x01b")


def array(inner: bytes, count: int, contents: bytes) -> bytes:
    return EMPTY + b"(K\x01" + integer(count) + b"\x85" + inner + b"\x89" + contents + b"tb"


ARRAYS = {
    "more objects than there are": array(OBJECT, 100, b"]Na"),
    "more structures than there are": array(structure(8, 27, ("a", OBJECT, 0)), 100, b"]N\x85a"),
    "objects of a list by a call": array(OBJECT, 1, call("builtins", "list")),
    "objects of a name that tells no size": array(dtype("i4,O"), 1, b"]Na"),
    "objects less than none": array(OBJECT, -1, b"]Na"),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_an_array_that_numpy_does_not_write(name: str) -> None:
    with pytest.raises(guard.GuardError, match="a state that pickle does not write"):
        guard.check(payload(ARRAYS[name]), allow=guard.NUMPY)


def test_the_memory_of_an_array_of_structures() -> None:
    data = payload(array(structure(500_000_000, 27, ("a", OBJECT, 0)), 1, b"]N\x85a"))
    with pytest.raises(guard.GuardError, match="max_memory"):
        guard.check(data, allow=guard.NUMPY, max_memory=1 << 20)


@pytest.mark.parametrize("name", REFUSED)
def test_a_dtype_that_numpy_does_not_write(name: str) -> None:
    with pytest.raises(
        guard.GuardError, match=r"a state that pickle does not write|added to a value of the kind finished dict"
    ):
        guard.check(payload(REFUSED[name]), allow=guard.NUMPY)


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_dtypes_that_numpy_writes(protocol: int) -> None:
    numpy = pytest.importorskip("numpy")
    inner = [("c", "O"), ("d", "i2")]
    many = [(f"field{index}", "i1") for index in range(300)]
    codes: list[Any] = ["i8", ">f4", "O", "V8", "S3", "U4", "?", "c16", "M8[ns]", "m8[2D]", "S0", "V0", "(2,3)i4", "g", "f2"]
    codes += [[("a", "i4"), ("b", "O")], [("a", "i4"), ("b", inner)], [("t", "M8[s]")], [("a", "i4", (2,))], many]
    codes += [
        [(("title", "name"), "i4")],
        [("a", "O", (2,))],
        {"names": ["a"], "formats": ["i4"], "offsets": [4], "itemsize": 16},
    ]
    codes += [{"names": ["a", "b"], "formats": ["i4", "i2"], "offsets": [0, 0]}]
    dtypes = [numpy.dtype(code) for code in codes]
    dtypes.append(numpy.dtype(dtypes[-1], copy=True))
    dtypes += [numpy.dtype([("a", "i1"), ("b", "i8")], align=True), numpy.dtype("i4", metadata={"x": 1})]
    loaded = guard.loads(pickle.dumps(dtypes, protocol), allow=guard.NUMPY)
    assert loaded == dtypes and repr(loaded) == repr(dtypes)
    for each in dtypes:
        array = numpy.zeros(2, each)
        data = pickle.dumps([array, array], protocol)
        assert repr(guard.loads(data, allow=guard.NUMPY)) == repr(pickle.loads(data))
        if array.size and each.names:
            assert guard.loads(pickle.dumps(array[0], protocol), allow=guard.NUMPY) == array[0]
