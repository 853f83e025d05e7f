"""`lambdapkl.weigh`: the tree accounts for every byte."""

from __future__ import annotations

import copyreg
import json
import pickle
import random
import socket
import sys
from pathlib import Path

import fresh
import pytest

import lambdapkl

PROGRAMS = Path(__file__).with_name("programs")

PYPY = sys.implementation.name == "pypy"


class Model:
    def __init__(self) -> None:
        self.weights = bytes(range(256)) * 4000
        self.copy = bytearray(self.weights).replace(b"", b"")
        self.names = [f"name-{i}" for i in range(3000)]


def sizes(root) -> int:
    total = 0
    stack = [root]
    while stack:
        item = stack.pop()
        total += item.own
        assert item.size == item.own + sum(child.size for child in item.children)
        stack += item.children
    return total


def test_summary_names_the_largest_part(backend: fresh.Process) -> None:
    backend.execute(PROGRAMS / "answers_in_one_look.py")


def test_shared_once_and_duplicates() -> None:
    one = bytes(range(250)) * 100
    shared = [one, one, [one]]
    weight = lambdapkl.weigh(shared)
    assert 25_000 < weight.size < 25_100 and not weight.duplicates
    assert weight.root.children[0].shared == 2 and "shared 3 times" in str(weight)
    twice = {"a": {"x": [bytes(bytearray(one)), "t" * 600]}, "b": {"x": [bytes(bytearray(one)), "t" * 600]}}
    twice["b"]["x"][1] = "".join(["t"] * 600)
    weight = lambdapkl.weigh(twice)
    (duplicate,) = weight.duplicates
    # Only the outermost equal objects are reported, not their parts.
    assert duplicate.paths == (("dict", "item 'a'"), ("dict", "item 'b'")), duplicate
    assert duplicate.title == "dict" and 25_600 < duplicate.size < 25_700 and duplicate.wasted == duplicate.size
    assert "2 equal copies of dict" in str(weight)
    nearly = [list(range(5000)), [*range(4999), 0]]
    assert not lambdapkl.weigh(nearly).duplicates
    assert len(lambdapkl.weigh([list(range(5000)), list(range(5000))]).duplicates) == 1
    assert not lambdapkl.weigh([[True] * 5000, [1] * 5000]).duplicates


@pytest.mark.parametrize("protocol", range(6))
def test_every_byte_of_any_pickle(protocol: int) -> None:
    class Slots(list):
        pass

    cycle: list[object] = [1, "a" * 300, {"k": (1, 2.5, None, True, b"bytes" * 100)}]
    cycle.append(cycle)
    recursive: tuple[list[object]] = ([],)
    recursive[0].append(recursive)
    objs = [
        cycle,
        recursive,
        {1, 2, frozenset((3, "x"))},
        [10**100, -5, 1 << 40, 1.5, "\N{SNOWMAN}" * 100, complex(1, 2)],
        [Model(), Model],
        copyreg.__newobj__,
        {i: str(i) for i in range(3000)},
        range(5),
        bytearray(3000),
    ]
    for obj in objs:
        payload = pickle.dumps(obj, protocol)
        weight = lambdapkl.weigh(payload)
        assert weight.size == len(payload) == sizes(weight.root)
        json.dumps(weight.to_dict())
        str(weight)
    for obj in (lambda: cycle, Slots([1]), Slots):
        if protocol >= 2:
            payload = lambdapkl.dumps(obj, protocol)
            assert sizes(lambdapkl.weigh(payload).root) == len(payload)


def test_out_of_band() -> None:
    data = bytearray(100_000)
    for obj in ([pickle.PickleBuffer(data)], {"x": pickle.PickleBuffer(bytes(data))}):
        buffers: list[pickle.PickleBuffer] = []
        payload = lambdapkl.dumps(obj, buffer_callback=buffers.append)
        assert len(payload) < 200
        for weight in (lambdapkl.weigh(payload, buffers=buffers), lambdapkl.weigh(obj, out_of_band=True)):
            assert weight.size == len(payload) + 100_000 and weight.out_of_band == 100_000
            assert "out of band" in weight.summary() and weight.heaviest().size >= 100_000
    both = [pickle.PickleBuffer(data), pickle.PickleBuffer(bytes(data))]
    assert len(lambdapkl.weigh(both, out_of_band=True).duplicates) == 1
    assert lambdapkl.weigh(payload).out_of_band == 0


def test_numpy() -> None:
    np = pytest.importorskip("numpy")
    weights = np.arange(50_000.0)
    weight = lambdapkl.weigh({"w": weights, "v": weights[:10]})
    assert weight.heaviest().title == "numpy.ndarray 50000" and weight.heaviest().path() == ["dict", "item 'w'"]
    beside = lambdapkl.weigh({"w": weights}, out_of_band=True)
    assert beside.out_of_band == 400_000 and beside.heaviest().title == "numpy.ndarray 50000"


@pytest.mark.slow
def test_deep_and_large() -> None:
    payload = b"\x80\x04" + b"]" * 50_000 + b"a" * 49_999 + b"."
    weight = lambdapkl.weigh(payload)
    assert weight.size == len(payload)
    assert len(weight.heaviest().path()) <= 41
    json.dumps(weight.to_dict())
    assert len(str(weight)) < 10_000
    calls: list[tuple[int, int]] = []
    numbers = pickle.dumps(list(range(200_000)))
    weight = lambdapkl.weigh(numbers, progress=lambda done, total: calls.append((done, total)))
    assert calls and all(total == len(numbers) for _, total in calls) and calls == sorted(calls)
    assert weight.root.size == len(numbers) and len(weight.root.children) == 0


def test_refuses() -> None:
    with socket.socket() as sock, pytest.raises(pickle.PicklingError, match="connection") as info:
        lambdapkl.weigh({"a": sock})
    assert "item 'a'" in info.value.__notes__[0]
    for damaged in (
        b"",
        b"abc",
        b"\x80\x05",
        lambdapkl.dumps([1, 2, 3])[:-1],
        b"\x80\x05)R.",
        b"h\x07.",
        b"}s.",
        b"\x80\x05K\x01b.",
    ):
        with pytest.raises(pickle.UnpicklingError, match="not a pickle, or damaged"):
            lambdapkl.weigh(damaged)


def test_damaged_payloads_raise_only_unpickling_errors() -> None:
    rng = random.Random(7)
    for payload in (lambdapkl.dumps([Model, lambda: 1, {"a": [1, (2,)]}]), pickle.dumps({"a": Model()}, 2)):
        for _ in range(1500):
            damaged = bytearray(payload[:2000])
            for _ in range(rng.randint(1, 3)):
                damaged[rng.randrange(len(damaged))] = rng.randrange(256)
            try:
                weight = lambdapkl.weigh(damaged)
                lambdapkl.inspect(damaged).to_dict()
            except pickle.UnpicklingError:
                continue
            assert sizes(weight.root) == weight.size
            str(weight)
