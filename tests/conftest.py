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
    """Leave out of a sample three in four of the tests of the pure backend alone, and half of those of `HALVED`.

    Where there is only one backend, as on PyPy and with ``LAMBDAPKL_PURE=1``, all run.
    """
    if sample.EVERY == 1 or len(BACKENDS) == 1:
        return
    kept: list[pytest.Item] = []
    left: list[pytest.Item] = []
    for item in items:
        call = getattr(item, "callspec", None)
        given = set() if call is None else {each for each in call.params.values() if type(each) is str}
        number = zlib.crc32(item.nodeid.encode()) + sys.version_info.minor
        pure_alone = "pure" in given and "compiled" not in given
        elsewhere = bool(number % 4) if pure_alone else call is not None and item.path.stem in HALVED and bool(number % 2)
        (left if elsewhere else kept).append(item)
    config.hook.pytest_deselected(items=left)
    items[:] = kept
