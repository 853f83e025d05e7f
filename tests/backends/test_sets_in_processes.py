"""Sets in fresh processes: in order with ``deterministic=True``, whatever the hash seed, the backend and the other forms."""

from __future__ import annotations

from pathlib import Path

import fresh
import pytest
from conftest import BACKENDS, Processes

PROGRAMS = Path(__file__).with_name("programs")

VALUES = fresh.dedent(PROGRAMS / "sets_and_functions_with_sets.py")


@pytest.mark.parametrize("protocol", [4, 5])
@pytest.mark.slow
def test_hash_seeds_backends_and_round_trips(processes: Processes, protocol: int, tmp_path: Path) -> None:
    source = (
        VALUES
        + """
import lambdapkl, pickle
result = []
for value in values:
    data = lambdapkl.dumps(value, protocol, deterministic=True)
    again = lambdapkl.dumps(pickle.loads(data), protocol, deterministic=True)
    result.append((data, again))
"""
    )
    results = {
        (backend, seed): processes(backend, seed).execute(source, home=tmp_path, protocol=protocol, seconds=60)
        for backend in BACKENDS
        for seed in range(4)
    }
    expected = results["pure", 0]
    for result in results.values():
        for number, ((data, again), (first, _)) in enumerate(zip(result, expected, strict=True)):
            assert data == first, number
            assert again == data or number > 12, number


def test_other_forms_are_in_order(processes: Processes, tmp_path: Path) -> None:
    source = (
        VALUES
        + """
import lambdapkl
flags = {"portable": True}, {"standalone": True}, {"portable": True, "standalone": True}
chosen = text, values[3], [text, [text]]
result = [lambdapkl.dumps(value, deterministic=True, **each) for value in chosen for each in flags]
"""
    )
    results = [processes(backend, seed).execute(source, home=tmp_path) for backend in BACKENDS for seed in range(3)]
    assert all(result == results[0] for result in results)


def test_in_a_fresh_process(backend: fresh.Process) -> None:
    backend.run(
        """
        words = {'alpha', 'beta', 'gamma'}
        class A:
            known = frozenset(words)
        def o(x, more={'delta', 'alpha'}):
            return x in words, x in more, x in A.known, sorted(words | more)
        """,
        """
        assert o('alpha') == (True, True, True, ['alpha', 'beta', 'delta', 'gamma'])
        assert o('delta') == (False, True, False, ['alpha', 'beta', 'delta', 'gamma'])
        """,
    )


def test_arrays_beside_sets(backend: fresh.Process) -> None:
    pytest.importorskip("numpy")
    backend.execute(PROGRAMS / "arrays_beside_sets.py")
