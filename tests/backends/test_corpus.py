"""Every case of the corpus: dumped by each backend, loaded by the other, checked in a fresh process."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable

import fresh
import pytest
import sample
from conftest import BACKENDS, Processes
from corpus import Case, _run, all_cases

CASES = all_cases()
PICKLED = [case for case in CASES if case.refused is None]
REFUSED = [case for case in CASES if case.refused is not None]
PROTOCOLS = [(case, protocol) for case in PICKLED for protocol in case.protocols]
# Each backend reads what the other wrote; where there is one only, it reads its own.
PAIRS = list(zip(BACKENDS, reversed(BACKENDS), strict=True))
CROSSED = [(case, *pair) for index, case in enumerate(PICKLED) for pair in sample.ways(PAIRS, index)]

PYPY = sys.implementation.name == "pypy"

# The loading processes have another hash seed: what they write again must not follow it.
LOADING_SEED = 3

each_case = pytest.mark.parametrize("case", PICKLED, ids=str)
each_crossing = pytest.mark.parametrize(
    ("case", "dumper", "loader"), CROSSED, ids=[f"{case}-{dumper}-to-{loader}" for case, dumper, loader in CROSSED]
)

Dump = Callable[..., _run.Dumped]


@pytest.fixture(scope="module")
def dump(processes: Processes) -> Dump:
    """Return the function that dumps a case, once for each backend and protocol, and fails the test if that fails."""

    @functools.cache
    def once(case: Case, backend: str, protocol: int | None, deterministic: bool) -> _run.Dumped:
        return _run.dump(case, processes(backend), protocol, deterministic)

    def get(case: Case, backend: str, protocol: int | None = None, deterministic: bool = False) -> _run.Dumped:
        dumped = once(case, backend, protocol, deterministic)
        if dumped.outcome.payload is None:
            pytest.fail(f"{backend}: {dumped.outcome.report()}", pytrace=False)
        return dumped

    return get


def load(case: Case, process: fresh.Process, dumped: _run.Dumped) -> fresh.Outcome:
    """Load and check `dumped` in a fresh process; fail the test if that fails."""
    loaded = _run.load(case, process, dumped)
    if not loaded.ok:
        pytest.fail(f"{process.name}: {loaded.report()}", pytrace=False)
    return loaded


@each_crossing
def test_behaves_after_loading(case: Case, dumper: str, loader: str, dump: Dump, processes: Processes) -> None:
    for deterministic in (False, True)[: 1 + case.has_sets]:
        dumped = dump(case, dumper, deterministic=deterministic)
        loaded = load(case, processes(loader, LOADING_SEED), dumped)
        if case.unstable or case.has_sets > deterministic:
            continue
        again = loaded.again
        assert again is not None
        if again.payload is None:
            pytest.fail(f"cannot be dumped a second time: {again.report()}", pytrace=False)
        # On PyPy, names of attributes may be new objects each time, which the pickler writes again.
        assert again.payload == dumped.outcome.payload or PYPY, "other bytes after a round trip"


@each_case
def test_backends_write_the_same_bytes(case: Case, dump: Dump, processes: Processes) -> None:
    processes("compiled")  # skips where there is none
    assert dump(case, "compiled").outcome.payload == dump(case, "pure").outcome.payload


@pytest.mark.parametrize(("case", "protocol"), PROTOCOLS, ids=[f"{case}-{protocol}" for case, protocol in PROTOCOLS])
def test_protocols(case: Case, protocol: int, dump: Dump, processes: Processes) -> None:
    dumped = {backend: dump(case, backend, protocol) for backend in BACKENDS}
    assert len({each.outcome.payload for each in dumped.values()}) == 1, "the backends write different bytes"
    payload = dumped["pure"].outcome.payload
    assert payload is not None and payload[:2] == bytes([0x80, protocol])
    load(case, processes("pure", LOADING_SEED), dumped["pure"])


@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_refused(case: Case, backend: fresh.Process) -> None:
    assert case.refused is not None
    problem = fresh.not_refused(_run.dump(case, backend).outcome, case.refused)
    assert not problem, problem
