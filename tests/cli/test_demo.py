"""The demo, in a process of its own, and the tables of the README that come from it."""

from __future__ import annotations

import functools
import json
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from conftest import BACKENDS

from lambdapkl.cli import comparison

README = Path(__file__).resolve().parents[2] / "README.md"
IMPORTABLE = "100 instances of an importable class"
PICKLERS = [each.name for each in comparison.installed() if not each.keywords]
NAMES = [each.name for each in comparison.OBJECTS]


def run(*arguments: str, pure: bool) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LAMBDAPKL_PURE": "1" if pure else "0"}
    return subprocess.run(
        [sys.executable, "-m", "lambdapkl", *arguments], env=environment, capture_output=True, text=True, check=False
    )


@functools.cache
def measured(backend: str) -> list[dict[str, Any]]:
    done = run("demo", "--json", "--rounds", "1", pure=backend == "pure")
    assert done.returncode == 0, done.stderr
    rows: list[dict[str, Any]] = json.loads(done.stdout)
    return rows


def rows() -> list[comparison.Row]:
    return [
        comparison.Row(row["object"], [comparison.Result(**result) for result in row["results"]])
        for row in measured(BACKENDS[-1])
    ]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.slow
def test_demo_is_right_everywhere(backend: str) -> None:
    assert [row["object"] for row in measured(backend)] == NAMES[: len(NAMES) - (find_spec("numpy") is None)]
    for row in measured(backend):
        results = {result["pickler"]: result for result in row["results"]}
        ours, stdlib = results["lambdapkl"], results["pickle"]
        assert ours["right"] and ours["size"] > 0, row
        assert all(ours[time] > 0 for time in ("dumps", "loads", "first_dumps", "first_loads")), row
        assert stdlib["right"] == (row["object"] == IMPORTABLE) and bool(stdlib["problem"]) != stdlib["right"], row


@pytest.mark.slow
def test_dill_is_measured_in_another_way_where_its_default_fails() -> None:
    if "dill" not in PICKLERS:
        pytest.skip("dill cannot be imported here")
    for row in rows():
        results = {result.pickler: result for result in row.results}
        assert (comparison.RECURSE in results) == (not results["dill"].right)


@pytest.mark.slow
def test_demo_prints_a_table() -> None:
    done = run("demo", "--rounds", "1", pure=True)
    assert done.returncode == 0, done.stderr
    assert "pure Python backend" in done.stdout and all(row.name in done.stdout for row in rows())
    assert "1st dumps" in done.stdout and "Import in milliseconds" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 150


def tables(text: str) -> dict[str, list[str]]:
    """Return the title of each table of `text` and the names of its rows."""
    found = re.findall(r"^\*\*(.+)\*\*\n\n\| object \|.*\n\|--.*\n((?:\|.*\n)+)", text, re.MULTILINE)
    return {title: re.findall(r"^\| ([^|]+) \|", rows, re.MULTILINE) for title, rows in found}


def test_the_readme_has_every_row_of_the_demo() -> None:
    printed = tables(README.read_text(encoding="utf-8"))
    assert len(printed) == 3 and all(names == NAMES for names in printed.values())


def test_usage() -> None:
    assert run(pure=True).returncode == 2
    assert "demo" in run("--help", pure=True).stdout
    assert "lambdapkl 0." in run("--version", pure=True).stdout
