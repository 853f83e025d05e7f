"""The bytes of a payload do not depend on ``PYTHONHASHSEED``."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

import fresh
from conftest import BACKENDS, Processes
from corpus import Case, all_cases

SEEDS = range(5)
CASES = [case for case in all_cases() if case.refused is None and not case.unstable]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_bytes_do_not_depend_on_the_hash_seed(case: Case, processes: Processes) -> None:
    pickling = [processes(backend, seed) for backend in BACKENDS for seed in SEEDS]

    def dump(process: fresh.Process) -> bytes:
        return process.dumps(case.define, modules=case.modules, by_value=case.by_value)

    with ThreadPoolExecutor(len(pickling)) as pool:
        payloads = list(pool.map(dump, pickling))
    different = [
        f"{process.name}, PYTHONHASHSEED={seed}"
        for process, seed, payload in zip(pickling, [*SEEDS] * len(BACKENDS), payloads, strict=True)
        if payload != payloads[0]
    ]
    assert not different, f"other bytes than {pickling[0].name} with seed 0"
