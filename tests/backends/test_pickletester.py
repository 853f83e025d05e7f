"""CPython's own tests of `pickle`, run against lambdapkl on each backend, in a process of their own: see `cpython_tests`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import cpython_tests
import pytest
from conftest import BACKENDS
from cpython_tests import MISSING, TESTS, Outcome

Results = dict[str, dict[str, Outcome]]


@pytest.fixture(scope="module")
def results(request: pytest.FixtureRequest) -> Results:
    """Return the outcomes of all tests that this session has selected: backend -> test -> outcome."""
    selected: dict[str, list[str]] = {backend: [] for backend in BACKENDS}
    for item in request.session.items:
        if isinstance(item, pytest.Function) and item.originalname == "test_cpython":
            selected[item.callspec.params["backend_name"]].append(item.callspec.params["test"])
    return {backend: _run_apart(backend, tests) for backend, tests in selected.items() if tests}


def _run_apart(backend: str, tests: list[str]) -> dict[str, Outcome]:
    env = {**os.environ, "LAMBDAPKL_PURE": "1" if backend == "pure" else "0"}
    command = [sys.executable, cpython_tests.__file__, "--json", *tests]
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, text=True, timeout=300, check=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    assert answer["compiled"] == (backend == "compiled")
    return {test: (outcome, text) for test, (outcome, text) in answer["outcomes"].items()}


@pytest.mark.skipif(bool(MISSING), reason=MISSING or "-")
@pytest.mark.parametrize("backend_name", BACKENDS)
@pytest.mark.parametrize("test", TESTS)
def test_cpython(test: str, backend_name: str, results: Results) -> None:
    outcome, text = results[backend_name][test]
    if outcome == "failed":
        pytest.fail(text, pytrace=False)
    if outcome == "listed":
        pytest.xfail(text)
    if outcome == "skipped":
        pytest.skip(text)
