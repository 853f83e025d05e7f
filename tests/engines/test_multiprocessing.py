"""multiprocessing and concurrent.futures, with every start method that there is."""

from __future__ import annotations

import multiprocessing
import sys
from pathlib import Path

import pytest
from programs import SCRIPTS, run, run_source

METHODS = multiprocessing.get_all_start_methods()


@pytest.mark.parametrize("method", METHODS)
def test_everything(method: str, tmp_path: Path) -> None:
    assert "all done" in run_source(tmp_path, SCRIPTS / "multiprocessing_everything.py", method)


def test_unknown_method() -> None:
    from lambdapkl.engines import multiprocessing as engine

    with pytest.raises(ValueError, match=r"use one of .*spawn"):
        engine.get_context("teleport")


def test_plain_multiprocessing_is_left_alone(tmp_path: Path) -> None:
    text = """
import multiprocessing, pickle
import lambdapkl.engines.multiprocessing
if __name__ == "__main__":
    left, right = multiprocessing.get_context("spawn").Pipe()
    try:
        left.send(lambda: 1)
    except (pickle.PicklingError, AttributeError):
        print("refused")
"""
    assert "refused" in run_source(tmp_path, text)


@pytest.mark.skipif(sys.version_info < (3, 14) or sys.implementation.name != "cpython", reason="interpreters are new in 3.14")
def test_interpreters(tmp_path: Path) -> None:
    assert "all done" in run_source(tmp_path, SCRIPTS / "multiprocessing_interpreters.py")


def test_example() -> None:
    example = Path(__file__).parents[2] / "examples" / "multiprocessing_lambdas.py"
    assert run(example).strip() == "[10, 11, 14, 19, 26]"
