"""`lambdapkl.explain`: every object that cannot be pickled, its path, and what is pickled by value."""

from __future__ import annotations

from pathlib import Path

import fresh
import pytest
import sample
from conftest import Processes
from corpus import _run, all_cases

PROGRAMS = Path(__file__).with_name("programs")

# How deep it can go is tried by itself, below: it takes longer than all of these.
CASES = [case for case in all_cases() if not case.by_value and not case.modules and not case.name.startswith("deep nest of")]
# A third of those that are pickled shows as much as all of them.
CASES = [case for case in CASES if case.refused is not None] + [case for case in CASES if case.refused is None][::3]

SETUP = fresh.dedent(PROGRAMS / "explain_setup.py")


def test_every_culprit_with_path_reason_and_remedy(backend: fresh.Process) -> None:
    backend.execute(SETUP + fresh.dedent(PROGRAMS / "every_culprit.py"))


def test_by_value_and_by_reference(backend: fresh.Process) -> None:
    backend.execute(SETUP + fresh.dedent(PROGRAMS / "what_is_pickled.py"))


def test_user_hooks_decide(backend: fresh.Process) -> None:
    backend.execute(SETUP + fresh.dedent(PROGRAMS / "user_hooks_decide.py"))


@pytest.mark.slow
def test_cycles_depth_and_size(backend: fresh.Process) -> None:
    backend.execute(
        SETUP + fresh.dedent(PROGRAMS / "cycles_depth_and_size.py"),
        seconds=120,
    )


def test_plain_data_and_many_alike(backend: fresh.Process) -> None:
    backend.execute(
        SETUP
        + """
import json
from lambdapkl import explain
def lock():
    one = threading.Lock(); one.acquire(); return one
answer = explain([lock() for _ in range(500)])
assert len(answer.culprits) == 500
assert "500 culprits" in str(answer) and "and 497 more" in str(answer)
assert len(str(answer).splitlines()) < 100
data = json.loads(json.dumps(explain(lambda: held).to_dict()))
assert data["ok"] is False and data["culprits"][0]["path"][1].startswith("global 'held'")
assert data["tree"]["children"][0]["note"].startswith("CANNOT BE PICKLED")
assert "1 culprit" in repr(explain(held))
"""
    )


@pytest.mark.parametrize("part", range(4))
@pytest.mark.parametrize("name", ["compiled", "pure"])
def test_it_decides_as_the_pickler_does(processes: Processes, name: str, part: int) -> None:
    """For each case of the corpus, `explain` finds no culprit if a dump succeeds, else the one in the error."""
    # Imported once, as the import takes much longer than a case.
    process = processes(name, imports=("lambdapkl.answers.explain",))
    wrong = []
    for case in sample.part(CASES)[part::4]:
        if case.skip_reason():
            continue
        check = """
import lambdapkl, pickle
_again = globals()["o"]
try: lambdapkl.dumps(_again)
except Exception as _error: _failed = _error
else: _failed = None
_answer = lambdapkl.explain(_again)
assert _answer.ok is (_failed is None), (_failed, str(_answer))
str(_answer), _answer.to_dict()
if _failed is not None and getattr(_failed, "__notes__", None):
    assert "path: " + " -> ".join(_answer.culprits[0].path) in _failed.__notes__, (_failed.__notes__, _answer.culprits)
"""
        home, directory = _run._prepare(case, {})
        try:
            process.execute(fresh.dedent(case.define) + check, directory=directory, home=home, seconds=240)
        except fresh.Failed as failed:
            wrong.append(f"{case}: {failed}")
    assert not wrong, "\n".join(wrong)
