"""Memory runs out at each allocation in turn: an exception each time, never a crash, and the next call works."""

from __future__ import annotations

import sys
from pathlib import Path

import fresh
import pytest
from conftest import GIL

PROGRAMS = Path(__file__).with_name("programs")

if sys.implementation.name != "cpython":
    pytest.skip("nothing here lets memory run out", allow_module_level=True)  # PyPy would compile its `_testcapi`
pytest.importorskip("_testcapi", reason="not every build has it")

OBJECTS = {
    "function": "lambda x: x + k",
    "recursive function": "recursive",
    "class": "A",
    "instance": "A()",
    "method": "A().f",
    "partial": "functools.partial(recursive, 1)",
    "enumeration": "E",
    "member": "E.R",
    "iterator": "iter([1, 2])",
    "dataclass": "D",
    "named tuple": "N(1, 2)",
    "generator": "started",
    "sets": "[{'a', 'b', 'c'}, frozenset(map(str, range(300))), lambda x: x in {k}, b'x' * 70000, {'a', 'x' * 70000}]",
    "all": "[A, D, E, N, recursive, started]",
}
# The interpreter itself frees the code of a generator expression twice then: `def f(a): return tuple(x for x in a)` is enough;
# and on debug builds of 3.14 and 3.15 the same function fails an assertion of it.
if (3, 12) <= sys.version_info < (3, 14):
    SPOILT = {"dataclass", "named tuple", "generator", "all"}
else:
    SPOILT = {"generator", "all"} if hasattr(sys, "gettotalrefcount") else set()


# Without the GIL, 3.13's `PyList_New` frees a list that it has not filled; a debugger showed that of one called by `_pickle`.
@pytest.mark.skipif(not GIL, reason="CPython 3.13t crashes in PyList_New")
@pytest.mark.parametrize("backend", ["compiled"], indirect=True)
@pytest.mark.parametrize("name", [name for name in OBJECTS if name not in SPOILT])
def test_memory_runs_out(name: str, backend: fresh.Process) -> None:
    failures = backend.execute(PROGRAMS / "memory_runs_out.py", expression=OBJECTS[name])
    assert min(failures) > 5
