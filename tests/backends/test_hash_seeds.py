"""The bytes of a payload do not depend on ``PYTHONHASHSEED``, nor on what was imported before, in which order.

Where a set is in it, that is so with ``deterministic=True``.
"""

from __future__ import annotations

import pickletools
import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import fresh
import pytest
import sample
from conftest import BACKENDS, Processes
from corpus import Case, _run, all_cases

SEEDS = range(5)
# What `reducers.table.refresh` waits for, and more.
MODULES = """
abc array ast asyncio bisect collections.abc contextlib contextvars ctypes dataclasses datetime decimal email enum fractions
functools inspect io itertools json logging operator pathlib queue random re string tempfile threading types typing uuid
weakref xml.etree.ElementTree
""".split()
# How many other orders of imports there are for each backend.
ORDERS = 2
# functools keeps the interpreter's count of registrations with abstract base classes in it.
COUNTS_REGISTRATIONS = "singledispatch function with an ABC, after use"
CASES = sample.part([case for case in all_cases() if case.refused is None and not case.unstable])


def in_another_order(number: int) -> tuple[str, ...]:
    return tuple(random.Random(number).sample(MODULES, len(MODULES)))


def without_identity_of_strings(payload: bytes) -> list[Any]:
    """Return the opcodes, with each string where it is used: which of two equal ones are one object goes by imports, too."""
    opcodes: list[Any] = []
    memo: list[Any] = []
    last: Any = None
    for opcode, argument, _ in pickletools.genops(payload):
        if opcode.name == "MEMOIZE":
            memo.append(last if isinstance(last, str) else (len(opcodes),))
            continue
        if opcode.name == "FRAME":
            continue
        if opcode.name in ("BINGET", "LONG_BINGET"):
            last = memo[argument]
        else:
            last = argument if "UNICODE" in opcode.name else (opcode.name, argument)
        opcodes.append(last)
    return opcodes


@pytest.mark.parametrize("case", CASES, ids=str)
def test_bytes_do_not_depend_on_the_process(case: Case, processes: Processes) -> None:
    wanted: list[tuple[str, int, tuple[str, ...]]] = [(backend, seed, ()) for backend in BACKENDS for seed in SEEDS]
    if case.name != COUNTS_REGISTRATIONS:
        orders = range(len(BACKENDS) * ORDERS)
        wanted += [(BACKENDS[number % len(BACKENDS)], number, in_another_order(number)) for number in orders]
    pickling = {each: processes(*each) for each in wanted}

    def dump(process: fresh.Process) -> bytes:
        outcome = _run.dump(case, process, deterministic=case.has_sets).outcome
        if outcome.payload is None:
            pytest.fail(f"{process.name}: {outcome.report()}", pytrace=False)
        return outcome.payload

    # The cases with files have one working directory each.
    with ThreadPoolExecutor(1 if case.family == "files" else 4) as pool:
        payloads = dict(zip(pickling, pool.map(dump, pickling.values()), strict=True))
    expected = payloads["pure", 0, ()]
    plain = without_identity_of_strings(expected)
    different = [
        (backend, seed, modules)
        for (backend, seed, modules), payload in payloads.items()
        if payload != expected and (not modules or without_identity_of_strings(payload) != plain)
    ]
    assert not different, f"not the bytes that the pure backend writes with seed 0 and nothing imported: {different}"
