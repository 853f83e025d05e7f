"""The command line and its demo, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec

import pytest
from conftest import BACKENDS


def run(*arguments: str, pure: bool) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LAMBDAPKL_PURE": "1" if pure else "0"}
    return subprocess.run(
        [sys.executable, "-m", "lambdapkl", *arguments], env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("backend", BACKENDS)
def test_demo_is_right_everywhere(backend: str) -> None:
    done = run("demo", "--json", "--rounds", "1", pure=backend == "pure")
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    assert len(rows) == 6 + (find_spec("numpy") is not None)
    for row in rows:
        ours = next(result for result in row["results"] if result["pickler"] == "lambdapkl")
        assert ours["right"] and ours["size"] > 0 and ours["dumps"] > 0 and ours["loads"] > 0, row
        stdlib = next(result for result in row["results"] if result["pickler"] == "pickle")
        assert not stdlib["right"] and stdlib["problem"], row


def test_demo_prints_a_table() -> None:
    done = run("demo", "--rounds", "1", pure=True)
    assert done.returncode == 0, done.stderr
    assert "pure Python backend" in done.stdout and "a recursive closure" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 150


def test_usage() -> None:
    assert run(pure=True).returncode == 2
    assert "demo" in run("--help", pure=True).stdout
    assert "lambdapkl 0." in run("--version", pure=True).stdout
