"""Sets of atoms are written in order: the same bytes whatever the hash seed, what was in the set before, and the backend."""

from __future__ import annotations

import importlib
import io
import pickle
import random
import struct
import sys
from collections.abc import Callable
from typing import Any

import pytest
import sample
from conftest import BACKENDS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import lambdapkl
from lambdapkl.rules import sets

ON_CPYTHON = sys.implementation.name == "cpython"
IMPLEMENTATIONS: list[Callable[..., bytes]] = [sets.in_order]
if "compiled" in BACKENDS:
    IMPLEMENTATIONS.append(importlib.import_module("lambdapkl._fast").in_order)

PROFILE = settings(
    max_examples=sample.examples(200), derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


def in_order(data: bytes, start: int = 0) -> bytes:
    """Return what becomes of `data`, the same by all implementations."""
    expected = IMPLEMENTATIONS[0](data, start)
    for other in IMPLEMENTATIONS[1:]:
        assert other(data, start) == expected
    return expected


# The same objects again and again: shared strings; numbers on both sides of what one, two and four bytes hold.
POOL = [
    *(None, False, True, 0, -1, 255, 256, 65535, 65536, 2**31, -(2**31), -(2**31) - 1, 2**63 - 1, 2**63, -(2**63), 2**64),
    *(-(2**63) - 1, 2**100, -(2**100), 0.5, -0.5, float("inf"), float("-inf"), 1e-310, "", "a", "one", "two", "two\0", "zwölf"),
    *("a common beginning: one", "a common beginning: two", "\ud800", "\U0001f600", b"", b"one", b"\x8f\x94(", b"\x91\x94"),
    *("x" * 300, b"x" * 300, "y" * 300),
]
ATOMS = st.sampled_from(POOL) | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20) | st.binary(max_size=20)
HASHABLE = st.recursive(ATOMS, lambda each: st.tuples(each) | st.frozensets(each), max_leaves=8)
DATA = st.recursive(
    HASHABLE | st.sets(ATOMS) | st.frozensets(ATOMS),
    lambda each: st.lists(each) | st.dictionaries(HASHABLE, each) | st.lists(each).map(tuple) | st.sets(HASHABLE),
    max_leaves=60,
)


def canonical(value: Any) -> str:
    if isinstance(value, (set, frozenset)):
        return f"{type(value).__name__}{sorted(map(canonical, value))}"
    if isinstance(value, dict):
        return str([(canonical(key), canonical(each)) for key, each in value.items()])
    if isinstance(value, (list, tuple)):
        return f"{type(value).__name__}{[canonical(each) for each in value]}"
    return hex(value) if type(value) is int else repr(value)


def with_identities(value: Any) -> list[Any]:
    """Return a description of `value` that tells which of its parts are one object."""
    seen: dict[int, int] = {}
    found: list[Any] = []

    def visit(value: Any) -> None:
        # Those of a single character or byte, and none, are one object or not as the interpreter likes.
        if isinstance(value, (bool, int, float, type(None))) or (isinstance(value, (str, bytes)) and len(value) < 2):
            found.append(canonical(value))
            return
        known = seen.setdefault(id(value), len(seen))
        found.append(known)
        if known < len(seen) - 1:
            return
        if isinstance(value, (set, frozenset)):
            found.append((type(value).__name__, len(value)))
            for each in sorted(value, key=canonical):
                visit(each)
        elif isinstance(value, dict):
            found.append(len(value))
            for pair in value.items():
                visit(pair[0])
                visit(pair[1])
        elif isinstance(value, (list, tuple)):
            found.append((type(value).__name__, len(value)))
            for each in value:
                visit(each)
        else:
            found.append(canonical(value))

    visit(value)
    return found


def check(value: Any, protocol: int = 5) -> bytes:
    """Dump `value`; see that it is what its pickle becomes, and loads as that does."""
    plain = pickle.dumps(value, protocol)
    data = lambdapkl.dumps(value, protocol)
    if ON_CPYTHON:  # on PyPy the pickler in Python, which frames as its own `pickle.dumps` does not
        assert data == in_order(plain)
    assert in_order(data) == data
    expected = with_identities(pickle.loads(plain))
    assert with_identities(pickle.loads(data)) == expected
    # The unpickler in Python is the one that minds frames.
    assert with_identities(pickle._loads(data)) == expected  # type: ignore[attr-defined]
    return data


@PROFILE
@given(DATA, st.sampled_from([4, 5]))
def test_any_data(value: object, protocol: int) -> None:
    check([value, value, POOL], protocol)
    check([POOL, value], protocol)


@PROFILE
@given(st.lists(ATOMS, unique=True, max_size=40), st.randoms(use_true_random=False), st.booleans())
def test_order_of_insertion(elements: list[Any], shuffle: random.Random, frozen: bool) -> None:
    payloads = set()
    for _ in range(4):
        shuffled = shuffle.sample(elements, len(elements))
        extra = [object() for _ in range(shuffle.randrange(200))]
        made: Any = {*extra, *shuffled}
        made.difference_update(extra)
        made = frozenset(made) if frozen else made
        payloads.add(check([elements[:10], made, elements[5:], {"again": made}]))
    assert len(payloads) == 1


def test_order_is_as_documented() -> None:
    nan = float("nan")
    elements = [None, False, True, b"", b"a", b"a\0", b"b", -float("inf"), -1.5, -1e-310, 1e-310, 0.5, float("inf"), nan]
    elements += [-(2**100), -(2**64), -(2**63) - 1, -(2**63), -(2**31) - 1, -(2**31), -256, -1, 2, 255, 256, 65535, 65536]
    elements += [
        2**31 - 1,
        2**31,
        2**63 - 1,
        2**63,
        2**64 - 1,
        2**64,
        2**100,
        "",
        "a",
        "a\0",
        "aa",
        "b",
        "é",
        "\ud800",
        "\uffff",
    ]
    elements.append("\U0001f600")
    for number in range(10):
        shuffled = random.Random(number).sample(elements, len(elements))
        for data in (check_order({*shuffled}), check_order(frozenset(shuffled))):
            assert list(map(repr, data)) == list(map(repr, elements))


def check_order(value: Any) -> list[Any]:
    """Return the elements of `value` in the order in which they are written."""
    data = lambdapkl.dumps(value)
    found: list[Any] = []
    unpickler = Listing(io.BytesIO(data), found)
    unpickler.load()
    return found


class Listing(pickle._Unpickler):  # type: ignore[misc,name-defined]
    """An unpickler that keeps the elements of sets in the order in which they come."""

    def __init__(self, file: io.BytesIO, found: list[Any]) -> None:
        super().__init__(file)
        self.found = found

    def load_additems(self) -> None:
        self.found += self.stack
        super().load_additems()

    def load_frozenset(self) -> None:
        self.found += self.stack
        super().load_frozenset()

    dispatch = {
        **pickle._Unpickler.dispatch,  # type: ignore[attr-defined]
        pickle.ADDITEMS[0]: load_additems,
        pickle.FROZENSET[0]: load_frozenset,
    }


@pytest.mark.parametrize("size", [2, 999, 1000, 1001, 1999, 2000, 2001, 5000, 70_001])
@pytest.mark.parametrize("kind", [set, frozenset])
def test_large_sets(size: int, kind: Callable[..., Any]) -> None:
    names = [f"name {number}" for number in range(size)]
    values = kind(names)
    data = check([names[:300], values, names[::-1]] if size < 5000 else [values, names[0]])
    assert check_order(values) == sorted(names)
    again = kind(random.Random(1).sample(names, size))
    assert lambdapkl.dumps([names[:300], again, names[::-1]] if size < 5000 else [again, names[0]]) == data


@pytest.mark.parametrize("before", [*range(235, 262), 300])
@pytest.mark.parametrize("protocol", [4, 5])
def test_places_in_the_memo_move_across_255(before: int, protocol: int) -> None:
    names = [f"name {number}" for number in range(20)]
    others = [f"other {number}" for number in range(before)]
    payloads = set()
    for number in range(5):
        shuffled = random.Random(number).sample(names, len(names))
        payloads.add(check([others, {*shuffled}, frozenset(shuffled[:10]) and frozenset(names), names, others], protocol))
    assert len(payloads) == 1


def test_found_wherever_it_is() -> None:
    """The search goes by blocks of bytes: each place within and across them, from short payloads to several blocks."""
    for kind in (set, frozenset):
        one, other = kind(["one", "two"]), kind(["two", "one"])
        odd = kind(f"{number}" for number in range(50))
        for before in [*range(140), *range(1000, 1140)]:
            for after in (0, before % 37):
                data = lambdapkl.dumps([b"b" * before, one, b"a" * after])
                assert data == lambdapkl.dumps([b"b" * before, other, b"a" * after])
                assert data.index(b"one") < data.index(b"two")
            check([b"b" * before, odd])


@pytest.mark.parametrize("kind", [set, frozenset])
def test_frames(kind: Callable[..., Any]) -> None:
    names = [f"name {number}" for number in range(30)]
    filling = ["f" * 1000 + str(number) for number in range(64)]
    for size in range(0, 1400, 7):
        payloads = set()
        for number in range(2):
            value = kind(random.Random(number).sample(names, len(names)))
            payloads.add(check([filling, "g" * size, value, names, value]))
        assert len(payloads) == 1


def test_large_contents() -> None:
    large = [(letter * 70_000).encode() for letter in "bac"] + ["c" * 65_536, "a" * 65_535, "b" * 100_000]
    names = ["one", "two", "three"]
    for value in (
        [*large, {*names}],
        [{*names}, *large, {*names[:2]}],
        [large[0], {*large}, frozenset(large), large],
        [frozenset(large[:2]), large[3], {*large[:3], *names}],
        [bytearray(100_000), {*names}, bytearray(100_000), frozenset(names), b"\x95" * 100_000, {*names[1:]}],
        [b"\x8f\x94(" * 30_000, {*names}, b"\x91\x94" * 40_000, "\x8f" * 70_000],
        [10**100_000, {*names}, 10**200_000, {*names[1:]}],
    ):
        check(value)
        check(value, 4)
    assert check_order({*large}) == sorted(large[:3]) + sorted(large[3:])  # type: ignore[type-var]


def test_numbers_that_look_like_sets() -> None:
    looks = [b"\x94\x91\x94", b"K\0\x91\x94", b"\x8f\x94(", b"N\x91\x94", b"\x8a\x01\x01\x91\x94"]
    floats = [struct.unpack(">d", (b"@" + b"\1" * shift + look).ljust(8, b"\2")[:8])[0] for look in looks for shift in range(5)]
    value = [floats, [-abs(hash(each)) % 2**31 for each in floats], floats * 50]
    assert check(value) == pickle.dumps(value, 5)
    for last in ("a", b"a", 1, 300, 70_000, -1, 2**40, 2**1900, -(2**2000), 0.5, True, False, None, "again"):
        names = ["again", "b" * 70_000]
        for kind in (set, frozenset):
            assert check([value, names, kind([last, *names])]) == check([value, names, kind([*reversed(names), last])])


def test_other_sets_stay() -> None:
    for value in ({(1, 2), "a", "b"}, frozenset([frozenset("a"), 1, 2]), {1 + 2j, 1, 2}, {2**2040, 1, 2}, {*range(1500), (1,)}):
        check([value, ["a", "b"]])
    inner = {frozenset(["x", "y", "z"]), frozenset(["z", "y", "x", "w"])}
    check(inner)
    assert check({"one"}) == pickle.dumps({"one"}, 5)
    assert check([set(), frozenset(), {1}]) == pickle.dumps([set(), frozenset(), {1}], 5)


def test_recursive_frozenset() -> None:
    class Holder:
        pass

    sys.modules[__name__].Holder = Holder  # type: ignore[attr-defined]
    Holder.__qualname__ = "Holder"
    try:
        holder = Holder()
        holder.all = frozenset([holder])  # type: ignore[attr-defined]
        for value in (holder, holder.all):  # type: ignore[attr-defined]
            loaded = pickle.loads(lambdapkl.dumps([value, {"b", "a"}, "a"]))
            assert loaded[1:] == [{"a", "b"}, "a"]
            one = loaded[0] if isinstance(loaded[0], Holder) else next(iter(loaded[0]))
            assert next(iter(one.all)) is one  # type: ignore[attr-defined]
    finally:
        del sys.modules[__name__].Holder  # type: ignore[attr-defined]


PAYLOADS = [
    pickle.dumps(value, 5)
    for value in (
        {"a", "b"},
        [{"a", "b"}, "a", frozenset(["a", "b", 1])],
        {*map(str, range(1100)), None, 0.5},
        [frozenset([b"a", "b", 2**70, -3, 300]), {(1, 2), "a"}],
        [{"a" * 70_000, "b"}, b"c" * 70_000, {1, 2}],
    )
]
EDITS = st.lists(
    st.tuples(
        st.integers(0, 1 << 18),
        st.sampled_from([*b"(0.hjKMJNGCX}]\x80\x8a\x8b\x8c\x8d\x8e\x8f\x90\x91\x94\x95\x96", 0, 1, 255]),
        st.booleans(),
    ),
    max_size=8,
)


@settings(PROFILE, max_examples=sample.examples(500))
@given(st.sampled_from(PAYLOADS), EDITS, st.integers(0, 1 << 18), st.integers(0, 30))
def test_damaged_payloads(payload: bytes, edits: list[tuple[int, int, bool]], cut: int, start: int) -> None:
    """Whatever it is given, C does what Python does."""
    data = bytearray(payload)
    for at, byte, insert in edits:
        at %= min(len(data), 120)
        data[at : at + (not insert)] = bytes((byte,))
    for given_data in (bytes(data), bytes(data[: cut % (len(data) + 1)])):
        in_order(given_data)
        in_order(given_data, min(start, len(given_data)))


OPCODES = [
    b"(",
    b".",
    b"0",
    b"N",
    b"K\1",
    b"K\2",
    b"M\0\1",
    b"J\0\0\0\xff",
    b"G12345678",
    b"h\0",
    b"h\1",
    b"j\2\0\0\0",
    b"\x8f\x94(",
]
OPCODES += [
    b"\x8f",
    b"\x90",
    b"\x91",
    b"\x91\x94",
    b"\x94",
    b"\x95" + bytes(8),
    b"\x8c\1a",
    b"\x8c\1b",
    b"C\1c",
    b"X\1\0\0\0d",
    b"]",
]
OPCODES += [
    b"\x8a\2\xff\xff",
    b"\x8a\1\xfe",
    b"\x8a\0",
    b"\x8a\2\1\0",
    b"\x8a\x09\0\0\0\0\0\0\0\x80\0",
    b"\x89",
    b"\x88",
    b"\x80\5",
]


@settings(PROFILE, max_examples=sample.examples(1000))
@given(st.lists(st.sampled_from(OPCODES), max_size=40), st.integers(0, 12))
def test_any_opcodes(opcodes: list[bytes], start: int) -> None:
    data = b"\x80\5" + b"".join(opcodes) + b"."
    result = in_order(data)
    assert in_order(result) == result
    before = b"\x80\5" + b"".join(opcodes[:start])
    in_order(before + data, len(before))


@pytest.mark.skipif("compiled" not in BACKENDS, reason="there is no compiled backend")
def test_compiled_refuses_what_is_no_payload() -> None:
    compiled = IMPLEMENTATIONS[-1]
    for start in (-1, 3):
        with pytest.raises(ValueError, match="begins outside"):
            compiled(b"\x80\5", start)
    with pytest.raises(TypeError):
        compiled(None)
    with pytest.raises(TypeError):
        compiled("text")
