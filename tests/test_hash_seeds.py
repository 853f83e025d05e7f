"""The bytes of a payload do not depend on ``PYTHONHASHSEED``."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import fresh
import pytest
from conftest import BACKENDS, Processes
from corpus import Case, _run, all_cases

SEEDS = range(5)
CASES = [case for case in all_cases() if case.refused is None and not case.unstable and not case.pure_refuses]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_bytes_do_not_depend_on_the_hash_seed(case: Case, processes: Processes) -> None:
    pickling = {(backend, seed): processes(backend, seed) for backend in BACKENDS for seed in SEEDS}

    def dump(process: fresh.Process) -> bytes:
        outcome = _run.dump(case, process).outcome
        if outcome.payload is None:
            pytest.fail(f"{process.name}: {outcome.report()}", pytrace=False)
        return outcome.payload

    # The cases with files have one working directory each.
    with ThreadPoolExecutor(1 if case.family == "files" else 4) as pool:
        payloads = dict(zip(pickling, pool.map(dump, pickling.values()), strict=True))
    expected = payloads["pure", 0]
    different = [key for key, payload in payloads.items() if payload != expected]
    assert not different, f"not the bytes that the pure backend writes with seed 0: {different}"
