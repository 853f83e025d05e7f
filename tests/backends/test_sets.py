"""Sets: `dumps` writes them as `pickle` does; with ``deterministic=True`` they come in an order of their own."""

from __future__ import annotations

import io
import pickle
import random
import sys
from collections.abc import Callable
from typing import Any

import pytest
import sample
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import lambdapkl

ON_CPYTHON = sys.implementation.name == "cpython"
PROFILE = settings(
    max_examples=sample.examples(200), derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


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
    """Check that `value` has the bytes of `pickle`; return its payload with ``deterministic=True``, which loads as well."""
    plain = pickle.dumps(value, protocol)
    data = lambdapkl.dumps(value, protocol)
    if ON_CPYTHON:  # on PyPy the pickler in Python, which frames as its own `pickle.dumps` does not
        assert data == plain
    expected = with_identities(pickle.loads(plain))
    assert with_identities(pickle.loads(data)) == expected
    # The unpickler in Python is the one that minds frames.
    assert with_identities(pickle._loads(data)) == expected  # type: ignore[attr-defined]
    deterministic = lambdapkl.dumps(value, protocol, deterministic=True)
    assert canonical(pickle.loads(deterministic)) == canonical(value)
    assert canonical(pickle._loads(deterministic)) == canonical(value)  # type: ignore[attr-defined]
    return deterministic


@PROFILE
@given(DATA, st.sampled_from([2, 4, 5]))
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


def test_elements_are_sorted_by_type_and_value() -> None:
    elements = [None, False, b"", b"a", b"a\0", b"b", -1.5, "", "a", "a\0", "aa", "b", "é", "\ud800", "\uffff", "\U0001f600"]
    for number in range(10):
        shuffled = random.Random(number).sample(elements, len(elements))
        for value in ({*shuffled}, frozenset(shuffled)):
            assert listed(value) == sorted(elements, key=lambda each: (type(each).__name__, elements.index(each)))


def listed(value: Any) -> list[Any]:
    """Return the elements of `value` in the order in which they are written with ``deterministic=True``."""
    found: list[Any] = []
    Listing(io.BytesIO(lambdapkl.dumps(value, deterministic=True)), found).load()
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


@pytest.mark.parametrize("size", [2, 999, 1000, 1001, 1999, 2000, 2001, 5000])
@pytest.mark.parametrize("kind", [set, frozenset])
def test_large_sets(size: int, kind: Callable[..., Any]) -> None:
    names = [f"name {number}" for number in range(size)]
    values = kind(names)
    data = check([names[:300], values, names[::-1]])
    assert listed(values) == sorted(names)
    again = kind(random.Random(1).sample(names, size))
    assert lambdapkl.dumps([names[:300], again, names[::-1]], deterministic=True) == data


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


@pytest.mark.parametrize("kind", [set, frozenset])
def test_frames(kind: Callable[..., Any]) -> None:
    names = [f"name {number}" for number in range(30)]
    filling = ["f" * 1000 + str(number) for number in range(64)]
    for size in range(0, 1400, 35):
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
        [10**100_000, {*names}, 10**200_000, {*names[1:]}],
    ):
        check(value)
        check(value, 4)
    assert listed({*large}) == sorted(large[:3]) + sorted(large[3:])  # type: ignore[type-var]


def test_sets_of_other_elements() -> None:
    for value in ({(1, 2), "a", "b"}, frozenset([frozenset("a"), 1, 2]), {1 + 2j, 1, 2}, {2**2040, 1, 2}, {*range(1500), (1,)}):
        check([value, ["a", "b"]])
    check({frozenset(["x", "y", "z"]), frozenset(["z", "y", "x", "w"])})
    check({"one"})
    check([set(), frozenset(), {1}])


@pytest.mark.parametrize("deterministic", [False, True])
def test_recursive_frozenset(deterministic: bool) -> None:
    class Holder:
        pass

    sys.modules[__name__].Holder = Holder  # type: ignore[attr-defined]
    Holder.__qualname__ = "Holder"
    try:
        holder = Holder()
        holder.all = frozenset([holder])  # type: ignore[attr-defined]
        for value in (holder, holder.all):  # type: ignore[attr-defined]
            loaded = pickle.loads(lambdapkl.dumps([value, {"b", "a"}, "a"], deterministic=deterministic))
            assert loaded[1:] == [{"a", "b"}, "a"]
            one = loaded[0] if isinstance(loaded[0], Holder) else next(iter(loaded[0]))
            assert next(iter(one.all)) is one  # type: ignore[attr-defined]
    finally:
        del sys.modules[__name__].Holder  # type: ignore[attr-defined]
