"""dask.distributed: a LocalCluster of processes."""

from __future__ import annotations

from pathlib import Path

import pytest
from programs import SCRIPTS, run, run_source

pytest.importorskip("distributed")

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_tasks_futures_actors_and_buffers(tmp_path: Path) -> None:
    assert "done" in run_source(tmp_path, SCRIPTS / "dask_tasks.py")


def test_tokens_do_not_depend_on_the_process(tmp_path: Path) -> None:
    text = """
import lambdapkl
lambdapkl.install()
from dask.base import tokenize
offset = 10
names = {"b", "a", "c", "dd", "ee"}
class Local:
    def __init__(self, x): self.x = x
    def double(self): return self.x * 2
def outer(x):
    return lambda y: x + y + offset
print(*[tokenize(each, ensure_deterministic=True) for each in
    (lambda x: x + offset, outer(3), Local, Local(4), lambda x: x in {"b", "a", "c", "dd"}, lambda: Local(1).double())])
"""
    tokens = [run_source(tmp_path, text, PYTHONHASHSEED=seed).split() for seed in ("1", "2", "3")]
    assert tokens[0] == tokens[1] == tokens[2] and len(set(tokens[0])) == 6


def test_example() -> None:
    assert run(EXAMPLES / "dask_lambdas.py").strip() == "[10, 11, 14, 19, 26]"
