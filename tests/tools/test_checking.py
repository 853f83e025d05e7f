"""`copy`, `pickles`, `check`."""

from __future__ import annotations

import os
import pickle
import socket
import sys
import time
import traceback

import pytest

import lambdapkl


def make(rate, history):
    class Model:
        def __init__(self, parts):
            self.parts = parts

        def price(self, amount):
            history.append(amount)
            return amount * rate

    return Model


def test_copy_is_deep_and_keeps_classes():
    history: list[int] = []
    cls = make(2, history)
    original = cls([1, 2])
    copied = lambdapkl.copy([original, original])
    assert copied[0] is copied[1] is not original
    assert type(copied[0]) is cls and copied[0].parts == [1, 2] and copied[0].parts is not original.parts
    function = lambdapkl.copy(lambda x: history.append(x))
    function(3)
    assert history == []


def test_copy_of_an_unpicklable_object_raises():
    with socket.socket() as connection:
        with pytest.raises(pickle.PicklingError, match="socket") as caught:
            lambdapkl.copy({"connection": connection})
    assert "item 'connection'" in caught.value.__notes__[0]


class Unloadable:
    def __setstate__(self, state):
        raise RuntimeError("no")

    def __getstate__(self):
        return {"some": "state"}


def test_pickles():
    assert lambdapkl.pickles(lambda: 1) is True
    assert lambdapkl.pickles(Unloadable()) is False
    with socket.socket() as connection:
        assert lambdapkl.pickles([connection]) is False


def test_check_reports():
    local = {"rate": 3}

    def price(amount):
        print("called")
        return amount * local["rate"]

    report = lambdapkl.check(price, lambda loaded: (loaded(2), loaded is price))
    assert report.result == (6, False)
    assert report.size == len(lambdapkl.dumps(price)) and report.output == "called\n"
    assert 0 < report.load_seconds < 60 and 0 < report.dump_seconds < 60
    assert f"{report.size:,} bytes" in repr(report) and "(6, False)" in repr(report)
    assert lambdapkl.check(price).result is None


def test_check_is_another_process():
    assert lambdapkl.check(None, lambda _: os.getpid()).result != os.getpid()


def test_check_raises_what_the_test_raised():
    def strict(loaded):
        assert loaded == 2, "not two"

    with pytest.raises(lambdapkl.CheckError, match="the test failed: AssertionError: not two") as caught:
        lambdapkl.check(1, strict)
    assert caught.value.phase == "test"
    cause = caught.value.__cause__
    assert type(cause) is AssertionError
    assert "in strict" in "".join(traceback.format_exception(cause))


def test_check_of_an_object_that_cannot_be_loaded(tmp_path, monkeypatch):
    (tmp_path / "only_here.py").write_text("def f():\n    return 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    import only_here

    assert lambdapkl.check(only_here.f, lambda loaded: loaded()).result == 1
    with pytest.raises(
        lambdapkl.CheckError, match=r"cannot be loaded in a fresh process: ModuleNotFoundError.*only_here"
    ) as caught:
        lambdapkl.check(only_here.f, same_path=False, env=_environment())
    assert caught.value.phase == "load" and isinstance(caught.value.__cause__, ModuleNotFoundError)
    lambdapkl.register_pickle_by_value(only_here)
    try:
        assert lambdapkl.check(only_here.f, lambda loaded: loaded(), same_path=False, env=_environment()).result == 1
    finally:
        lambdapkl.unregister_pickle_by_value(only_here)


def _environment():
    """The environment of a process that finds lambdapkl but nothing else on this process's path."""
    source = os.path.dirname(os.path.dirname(lambdapkl.__file__))
    return {**os.environ, "PYTHONPATH": source}


def test_check_runs_where_it_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    here = lambdapkl.check(
        None, lambda _: (os.getcwd(), os.listdir("."), os.environ.get("MARK")), env={**os.environ, "MARK": "1"}
    )
    assert here.result == (os.path.realpath(tmp_path), [], "1")
    away = lambdapkl.check(None, lambda _: (os.getcwd(), os.listdir(".")), same_path=False, env=_environment())
    assert away.result[0] != here.result[0] and away.result[1] == []


def test_check_kills_the_process_on_timeout():
    def forever(_):
        import subprocess
        import sys

        # A grandchild keeps inherited file descriptors open.
        subprocess.run([sys.executable, "-c", "import time; time.sleep(300)"])

    started = time.monotonic()
    with pytest.raises(lambdapkl.CheckError, match="killed after 3 s") as caught:
        lambdapkl.check(None, forever, timeout=3)
    assert caught.value.phase == "timeout" and time.monotonic() - started < 60


def test_check_of_a_process_that_dies():
    with pytest.raises(lambdapkl.CheckError, match="exit code 7") as caught:
        lambdapkl.check("text", lambda loaded: (print("last words", flush=True), os._exit(7)))
    assert caught.value.phase == "died" and caught.value.output == "last words\n"
    with pytest.raises(lambdapkl.CheckError, match="the test failed: SystemExit: 3"):
        lambdapkl.check("text", lambda loaded: sys.exit(3))


def test_check_when_the_result_does_not_pickle():
    def connect(_):
        import socket

        return socket.socket()

    with pytest.raises(lambdapkl.CheckError, match="its result cannot be pickled") as caught:
        lambdapkl.check(None, connect)
    assert caught.value.phase == "return"


def test_check_without_lambdapkl(tmp_path):
    (tmp_path / "lambdapkl.py").write_text("raise ImportError('not the real one')")
    with pytest.raises(lambdapkl.CheckError, match="could not start") as caught:
        lambdapkl.check(1, same_path=False, env={**os.environ, "PYTHONPATH": str(tmp_path)})
    assert caught.value.phase == "start" and "not the real one" in caught.value.output


def test_check_of_an_unpicklable_object_raises():
    with socket.socket() as connection, pytest.raises(pickle.PicklingError, match="socket"):
        lambdapkl.check(connection)
