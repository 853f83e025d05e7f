"""Every case of the corpus: dumped by each backend, loaded by the other, checked in a fresh process."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

import pytest

import fresh
from conftest import BACKENDS, Processes
from corpus import Case, all_cases

CASES = all_cases()
PICKLED = [case for case in CASES if case.refused is None]
REFUSED = [case for case in CASES if case.refused is not None]
PROTOCOLS = [(case, protocol) for case in PICKLED for protocol in case.protocols]
# Each backend reads what the other wrote; where there is one only, it reads its own.
PAIRS = list(zip(BACKENDS, reversed(BACKENDS), strict=True))

# The loading processes have another hash seed: what they write again must not follow it.
LOADING_SEED = 3

each_case = pytest.mark.parametrize("case", PICKLED, ids=str)
each_pair = pytest.mark.parametrize(("dumper", "loader"), PAIRS, ids=["-to-".join(pair) for pair in PAIRS])

Dump = Callable[..., tuple[bytes, Path]]


@pytest.fixture(scope="module")
def dump(processes: Processes) -> Dump:
    """Return the function that dumps a case, once for each backend and protocol."""

    @functools.cache
    def outcome(case: Case, backend: str, protocol: int | None) -> tuple[fresh.Outcome, Path]:
        directory = fresh.new_directory()
        process = processes(backend)
        return (
            process.dump(
                case.define, protocol=protocol, modules=case.modules, by_value=case.by_value, directory=directory
            ),
            directory,
        )

    def get(case: Case, backend: str, protocol: int | None = None) -> tuple[bytes, Path]:
        dumped, directory = outcome(case, backend, protocol)
        if dumped.payload is None:
            pytest.fail(f"{backend}: {dumped.report()}", pytrace=False)
        return dumped.payload, directory

    return get


def load(case: Case, process: fresh.Process, payload: bytes, directory: Path, **options: bool) -> fresh.Outcome:
    """Load and check `payload` in a fresh process."""
    loaded = process.load(payload, case.check, modules=case.modules_of_reader, directory=directory, **options)
    if not loaded.ok:
        pytest.fail(f"{process.name}: {loaded.report()}", pytrace=False)
    return loaded


@each_pair
@each_case
def test_behaves_after_loading(case: Case, dumper: str, loader: str, dump: Dump, processes: Processes) -> None:
    payload, directory = dump(case, dumper)
    loaded = load(case, processes(loader, LOADING_SEED), payload, directory, dump_again=not case.unstable)
    if loaded.again is not None:
        if loaded.again.payload is None:
            pytest.fail(f"cannot be dumped a second time: {loaded.again.report()}", pytrace=False)
        assert loaded.again.payload == payload, "other bytes after a round trip"


@each_case
def test_backends_write_the_same_bytes(case: Case, dump: Dump) -> None:
    assert dump(case, "compiled")[0] == dump(case, "pure")[0]


@pytest.mark.parametrize(("case", "protocol"), PROTOCOLS, ids=[f"{case}-{protocol}" for case, protocol in PROTOCOLS])
def test_protocols(case: Case, protocol: int, dump: Dump, processes: Processes) -> None:
    payloads = {backend: dump(case, backend, protocol) for backend in BACKENDS}
    assert len({payload for payload, _ in payloads.values()}) == 1, "the backends write different bytes"
    payload, directory = payloads["pure"]
    assert payload[:2] == b"\x80" + bytes([protocol])
    load(case, processes("pure", LOADING_SEED), payload, directory)


@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_refused(case: Case, backend: fresh.Process) -> None:
    backend.refuses(case.define, case.refused or "", modules=case.modules, by_value=case.by_value)
