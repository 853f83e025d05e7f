"""Iterators at every position, from the start to past the end, resumed in another process."""

from __future__ import annotations

import sys
from pathlib import Path

import fresh
import pytest
from conftest import GIL, Processes

PROGRAMS = Path(__file__).with_name("programs")

PYPY = sys.implementation.name == "pypy"

# Each is made anew by calling it.  `run` gives what an iterator still has; a group of `groupby` as a list.
MAKERS = fresh.dedent(PROGRAMS / "iterators.py")

# What no version of `itertools` pickles, and what it pickled up to 3.13.
HIDDEN = {"memoryview", "batched", "batched (strict)"}
HIDDEN_IN_ITERTOOLS = {"dropwhile", "islice", "takewhile", "tee"}


@pytest.mark.skipif(PYPY, reason="its own `pickle` gets many of them wrong")
def test_iterator_resumes_at_its_position(backend: fresh.Process, processes: Processes) -> None:
    dumped = backend.execute(
        MAKERS
        + """
import lambdapkl, pickle
result = []
for name, make in makers.items():
    for steps in range(len(run(make())) + 3 if name != "zip (strict, uneven)" else 3):
        iterator = at(make, steps)
        try: payload = lambdapkl.dumps(iterator)
        except pickle.PicklingError as error: payload = str(error)
        else: assert lambdapkl.dumps(iterator) == payload, f"{name} after {steps}: other bytes the second time"
        wanted = run(at(make, steps))
        assert run(iterator) == wanted, f"{name} after {steps}: the original has moved"
        result.append((name, steps, payload))
"""
    )
    refused = {name for name, _, payload in dumped if isinstance(payload, str)}
    if GIL:
        assert refused == set()
    else:
        assert refused >= HIDDEN | (HIDDEN_IN_ITERTOOLS if sys.version_info >= (3, 14) else set())
    assert all("with the GIL" in payload for _, _, payload in dumped if isinstance(payload, str))
    payloads = [each for each in dumped if isinstance(each[2], bytes)]
    for reader in ("compiled", "pure"):
        wrong = processes(reader).execute(
            MAKERS
            + """
import pickle
result = []
for name, steps, payload in payloads:
    iterator = pickle.loads(payload)
    got, wanted = run(iterator), run(at(makers[name], steps))
    if got != wanted: result.append((name, steps, got, wanted))
""",
            payloads=payloads,
        )
        assert wrong == []


def test_groups_and_tees_share_their_source(processes: Processes) -> None:
    """Iterators that share a source still share it after loading."""
    processes("compiled").execute(PROGRAMS / "groups_and_tees_share_their_source.py")


@pytest.mark.skipif(sys.version_info < (3, 14) or PYPY or not GIL, reason="`itertools` pickles them itself, or nobody does")
def test_long_tee_does_not_recurse(processes: Processes) -> None:
    processes("compiled").execute(
        """
        import itertools, lambdapkl, pickle
        first, second = itertools.tee(iter(range(100_000)))
        for _ in range(60_000): next(first)
        a, b = pickle.loads(lambdapkl.dumps((first, second)))
        assert list(b) == list(range(100_000)) and list(a) == list(range(60_000, 100_000))
        """
    )


@pytest.mark.skipif(PYPY, reason="its own `pickle` begins the group again")
def test_key_function_is_not_called_by_loading(backend: fresh.Process) -> None:
    backend.execute(PROGRAMS / "key_function_is_not_called_by_loading.py")


def test_damaged_payloads(backend: fresh.Process) -> None:
    backend.execute(PROGRAMS / "damaged_payloads.py")
