"""Fixtures: each behaviour test runs on both backends, in fresh processes."""

from __future__ import annotations

import importlib.util
import os
import sys
import zlib
from collections.abc import Callable, Iterator

import fresh
import pytest
import sample

Processes = Callable[..., fresh.Process]
GIL = getattr(sys, "_is_gil_enabled", lambda: True)()
REQUIRED = os.environ.get("LAMBDAPKL_REQUIRE_EXTENSION") == "1"


def _backends() -> list[str]:
    if os.environ.get("LAMBDAPKL_PURE") == "1":
        return ["pure"]
    if REQUIRED or importlib.util.find_spec("lambdapkl._fast") is not None:
        return ["compiled", "pure"]
    return ["pure"]


# The backends that this installation has, and the tests are to run on.
BACKENDS = _backends()


@pytest.fixture(scope="session")
def processes() -> Iterator[Processes]:
    """Return a function ``(backend, hash_seed=0, imports=())`` that gives the `fresh.Process` of a backend, made once a session.

    For the compiled backend it skips the test where the extension is not built, or ``LAMBDAPKL_PURE=1`` is set; that it is
    not built is an error where ``LAMBDAPKL_REQUIRE_EXTENSION=1`` is set.
    """
    made: dict[tuple[str, int, tuple[str, ...]], fresh.Process] = {}

    def get(backend: str, hash_seed: int = 0, imports: tuple[str, ...] = ()) -> fresh.Process:
        if backend not in BACKENDS:
            pytest.skip(f"no {backend} backend here, or not asked for")
        key = backend, hash_seed, imports
        if key not in made:
            made[key] = fresh.Process(pure=backend == "pure", hash_seed=hash_seed, imports=imports)
        process = made[key]
        if backend == "compiled" and not process.compiled:
            raise RuntimeError("the extension lambdapkl._fast is not built, or cannot be imported")
        if backend == "pure":
            assert not process.compiled, "LAMBDAPKL_PURE=1 did not choose the pure backend"
        return process

    yield get
    for process in made.values():
        process.close()


@pytest.fixture(params=["compiled", "pure"])
def backend(request: pytest.FixtureRequest, processes: Processes) -> fresh.Process:
    """Give the test a `fresh.Process` of each backend in turn: see `fresh` for what it can do.

    ``backend.run(define, check)``, ``backend.refuses(define, match)`` and ``backend.execute(source)`` are the common
    ones.
    """
    return processes(request.param)


# Of the files with most cases, a sample runs half: consecutive versions of Python together run all.
HALVED = frozenset(("test_corpus", "test_pickletester", "test_guard_memory", "test_hostile_objects", "test_hash_seeds"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave tests out of a sample (`sample.EVERY`).

    A sample has one in four of the tests marked as slow and of those that run on the pure backend alone, unless that is the
    only one here.  Of the files in `HALVED` it has half.
    """
    if sample.EVERY == 1:
        return
    kept: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for item in items:
        number = zlib.crc32(item.nodeid.encode()) + sys.version_info.minor
        (left_out if number % _one_in(item) else kept).append(item)
    config.hook.pytest_deselected(items=left_out)
    items[:] = kept


def _one_in(item: pytest.Item) -> int:
    """Return how many versions of Python share the test `item` in a sample."""
    if item.get_closest_marker("slow") is not None:
        return 4
    call = getattr(item, "callspec", None)
    if call is None:
        return 1
    params = {each for each in call.params.values() if type(each) is str}
    if len(BACKENDS) > 1 and "pure" in params and "compiled" not in params:
        return 4
    return 2 if item.path.stem in HALVED else 1
