"""What travels by name to the workers of `lambdapkl.engines.multiprocessing`, and what by value; every way to send it."""

from __future__ import annotations

import json
import multiprocessing
import sys
from pathlib import Path

import programs
import pytest

pytestmark = pytest.mark.timeout(120)

METHODS = multiprocessing.get_all_start_methods()


def run(directory: Path, script: str, method: str) -> object:
    return json.loads(programs.run_source(directory, programs.SCRIPTS / script, method, seconds=100).splitlines()[-1])


@pytest.mark.parametrize("method", METHODS)
def test_pool(tmp_path: Path, method: str) -> None:
    found = run(tmp_path, "multiprocessing_pool.py", method)
    assert found == [True] * 12


@pytest.mark.parametrize("method", METHODS)
def test_messages(tmp_path: Path, method: str) -> None:
    assert run(tmp_path, "multiprocessing_messages.py", method) == [True] * 9


@pytest.mark.parametrize("method", METHODS)
def test_executor(tmp_path: Path, method: str) -> None:
    assert run(tmp_path, "multiprocessing_executor.py", method) == [True] * (8 if method == "fork" else 9)


@pytest.mark.skipif("fork" not in METHODS, reason="this platform does not fork")
def test_what_is_defined_after_a_fork(tmp_path: Path) -> None:
    assert run(tmp_path, "multiprocessing_after_a_fork.py", "fork") == [True, 2, "redefined"]


def test_a_program_without_a_file() -> None:
    text = """
import json
from lambdapkl.engines.multiprocessing import get_context
def f(x): return x + 1
class C: pass
with get_context("spawn").Pool(1) as pool:
    print(json.dumps([pool.apply(f, (1,)), isinstance(pool.apply(C), C), pool.apply(lambda: f(2))]))
"""
    done = programs.subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert programs.json.loads(done.stdout) == [2, True, 3]


@pytest.mark.skipif(sys.version_info < (3, 14) or sys.implementation.name != "cpython", reason="came with CPython 3.14")
def test_interpreters(tmp_path: Path) -> None:
    assert run(tmp_path, "multiprocessing_interpreter_executor.py", "") == [True] * 5


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="it is there")
def test_no_interpreters_before() -> None:
    import lambdapkl.engines.multiprocessing as engine

    with pytest.raises(ImportError, match=r"3\.14"):
        engine.InterpreterPoolExecutor


def test_large_global_variables_do_not_travel(tmp_path: Path) -> None:
    for method in METHODS:
        assert run(tmp_path, "multiprocessing_large_globals.py", method) == [1, True, True]
