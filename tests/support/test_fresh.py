"""The runner of fresh processes notices what goes wrong in them."""

from __future__ import annotations

from collections.abc import Iterator

import fresh
import pytest


@pytest.fixture(params=[True, False], ids=["fork", "spawn"])
def process(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[fresh.Process]:
    """Give a process with the standard library's pickler, forked and, as where there is no fork, started anew."""
    if request.param and not fresh.FORK:
        pytest.skip("no os.fork here")
    monkeypatch.setattr(fresh, "FORK", request.param)
    process = fresh.Process("pickle")
    yield process
    process.close()


def test_a_true_check_passes(process: fresh.Process) -> None:
    assert process.run("o = [1]", "assert o == [1] and payload == pickler.dumps(o)") == process.dumps("o = [1]")


def test_a_failing_check_shows_its_line_and_what_was_printed(process: fresh.Process) -> None:
    with pytest.raises(fresh.Failed) as caught:
        process.run("o = 1", "print('so far', flush=True)\nassert o == 2, 'not two'")
    assert caught.value.outcome.phase == "check"
    assert "assert o == 2" in str(caught.value) and "not two" in str(caught.value)
    if fresh.FORK:
        assert "so far" in str(caught.value)


def test_a_name_of_the_dumping_main_is_unknown_to_the_loading_one(process: fresh.Process) -> None:
    with pytest.raises(fresh.Failed) as caught:
        process.run("def o(): pass", "")
    assert caught.value.outcome.phase == "load"


def test_a_failing_dump_is_told_from_failing_code_before_it(process: fresh.Process) -> None:
    assert process.dump("o = lambda: 1").phase == "dump"
    assert process.dump("1 / 0").phase == "define"


def test_a_process_that_hangs_is_killed(process: fresh.Process) -> None:
    outcome = process.dump("import threading\nlock = threading.Lock(); lock.acquire(); lock.acquire()", seconds=1)
    assert outcome.phase == "hung" and not outcome.ok


def test_a_process_that_dies_takes_no_other_with_it(process: fresh.Process) -> None:
    outcome = process.dump("import os\nos.abort()")
    assert outcome.phase == "died" and not outcome.ok
    assert process.dumps("o = 1")


def test_nothing_is_left_of_the_request_before(process: fresh.Process) -> None:
    process.execute("import sys, pickle\nsys.marked = pickle.marked = True")
    assert process.execute("import sys, pickle\nresult = hasattr(sys, 'marked') or hasattr(pickle, 'marked')") is False


def test_variables_go_in_and_the_result_comes_out(process: fresh.Process) -> None:
    assert process.execute("result = {'sum': a + b}", a=1, b=2) == {"sum": 3}


def test_modules_can_be_imported(process: fresh.Process) -> None:
    process.run("import pkg.mod\no = pkg.mod.f", "assert o() == 4", modules={"pkg/mod.py": "def f(): return 4"})


def test_refuses_wants_a_refusal_with_the_right_text(process: fresh.Process) -> None:
    assert "lock" in process.refuses("import threading\no = threading.Lock()", "(?i)pickle")
    with pytest.raises(AssertionError, match="pickled, where it should be refused"):
        process.refuses("o = 1")
    with pytest.raises(AssertionError, match="does not say"):
        process.refuses("import threading\no = threading.Lock()", "say this")
    with pytest.raises(AssertionError, match="neither PicklingError nor TypeError"):
        process.refuses("class C:\n    def __reduce__(self): raise KeyError\no = C()")


def test_the_hash_seed_is_the_one_asked_for() -> None:
    hashes = {fresh.Process("pickle", hash_seed=seed).execute("result = hash('text')") for seed in (0, 0, 1)}
    assert len(hashes) == 2
