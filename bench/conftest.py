"""The processes that a run needs, and the workload at hand."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

import pytest
from candidates import OURS, installed, versions
from timing import FULL, QUICK, Contest
from worker import Worker


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help="fewer rounds, and not the largest workloads")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what ``--quick`` leaves out, and what something is missing for."""
    kept, dropped = [], []
    for item in items:
        callspec = getattr(item, "callspec", None)
        workload = callspec.params.get("workload") if callspec else None
        quick = workload.quick if workload else item.get_closest_marker("full") is None
        wanted = (quick or not config.getoption("quick")) and (workload is None or workload.available)
        (kept if wanted else dropped).append(item)
    config.hook.pytest_deselected(items=dropped)
    items[:] = kept


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "full: not a part of --quick")


def pytest_benchmark_update_json(config: pytest.Config, benchmarks: list[Any], output_json: dict[str, Any]) -> None:
    import lambdapkl

    output_json["lambdapkl"] = {
        "version": lambdapkl.__version__,
        "compiled": lambdapkl.COMPILED,
        "quick": config.getoption("quick"),
        "versions": versions(),
    }


@pytest.fixture(scope="session")
def candidates() -> dict[str, Any]:
    found = installed()
    # What was imported lives on: the collections between rounds need not look at it.
    if hasattr(gc, "freeze"):
        gc.collect()
        gc.freeze()
    return found


@pytest.fixture(scope="session")
def pure(candidates: dict[str, Any]) -> Iterator[Worker | None]:
    """The process with the pure backend; None where this one has it already."""
    if not candidates[OURS].module.COMPILED:
        yield None
        return
    worker = Worker(pure=True, numbers_from=10_000_000)
    yield worker
    worker.close()


@pytest.fixture(scope="session")
def judge() -> Iterator[Worker]:
    worker = Worker(pure=False, numbers_from=20_000_000)
    yield worker
    worker.close()


class Table:
    """Keeps the contest of the last workload, for its loads come after its dumps."""

    def __init__(self, *args: Any) -> None:
        self.args = args
        self.last: Contest | None = None

    def __call__(self, workload: Any) -> Contest:
        if self.last is None or self.last.workload is not workload:
            self.close()
            self.last = Contest(workload, *self.args)
        return self.last

    def close(self) -> None:
        if self.last is not None:
            self.last.close()
        self.last = None


@pytest.fixture(scope="session")
def contest(request: pytest.FixtureRequest, candidates: dict[str, Any], pure: Any, judge: Any) -> Iterator[Table]:
    table = Table(candidates, pure, judge, QUICK if request.config.getoption("quick") else FULL)
    yield table
    table.close()
