"""`trace`: lines in the order in which objects are pickled, with their sizes."""

from __future__ import annotations

import io
import re
import threading
from pathlib import Path

import pytest

import lambdapkl

PROGRAMS = Path(__file__).with_name("programs")


def traced(obj, **options):
    file = io.StringIO()
    lambdapkl.trace(obj, file=file, **options)
    return file.getvalue()


class Part:
    def __init__(self, data):
        self.data = data


def make():
    model = {"weights": b"w" * 50_000, "parts": [Part(1), Part(2)]}

    def train(step=Part(3)):
        return model["weights"], threading.current_thread, step

    return train


def test_a_tree_with_sizes():
    train = make()
    text = traced(train)
    lines = text.splitlines()
    assert lines[0] == "function make.<locals>.train, by value"
    assert re.search(r"^│ global 'threading': module threading, by reference, \d+ B$", text, re.MULTILINE)
    assert "│ closure cell 'model': dict of 2\n│ │ item 'weights': bytes of 50,000, 50.0 kB\n" in text
    assert re.search(r"^│ │ │ item 0: .*Part", text, re.MULTILINE)
    assert "by reference" in text and "│ default of 'step'" in text
    assert re.fullmatch(r"all of it, 50\.\d kB", lines[-1])


@pytest.mark.parametrize(
    "obj",
    [make(), [make()], 3, "text", [b"x" * 200_000], Part(None), make],
    ids=["function", "list", "int", "str", "large", "instance", "closure"],
)
def test_the_size_is_that_of_dumps(obj):
    total = re.search(r"([\d.]+) (B|kB|MB)\n\Z", traced(obj))
    size = float(total[1]) * {"B": 1, "kB": 1e3, "MB": 1e6}[total[2]]
    assert size == pytest.approx(len(lambdapkl.dumps(obj)), rel=0.01, abs=60)


def test_object_pickled_twice_has_one_line():
    part, other = Part("x"), Part("y")
    assert traced([part, part]).count(": test_tracing.Part") == 1
    assert traced([part, other]).count(": test_tracing.Part") == 2


def test_many_objects_are_summed_up():
    text = traced([Part(each) for each in range(1000)], limit=5)
    assert len(text.splitlines()) < 20
    assert re.search(r"^│ 995 more, [\d.]+ kB$", text, re.MULTILINE)
    assert "item 5" not in text


def test_depth():
    nested = []
    for _ in range(30):
        nested = [Part(nested)]
    assert len(traced(nested).splitlines()) > len(traced(nested, depth=3).splitlines())
    assert "│ │ │ │ │" not in traced(nested, depth=3)


def test_last_line_shows_where_pickling_failed():
    lock = threading.Lock()
    file = io.StringIO()
    with lock, pytest.raises(Exception, match="lock") as caught:
        lambdapkl.trace({"parts": [1, lock]}, file=file)
    assert file.getvalue().endswith("│ item 'parts': list of 2\n│ │ item 1: _thread.lock\n│ │ │ failed: NotPicklableError\n")
    # Since 3.14 `pickle` adds its own notes before the path.
    assert caught.value.__notes__[-1] == "path: dict -> item 'parts' -> item 1 (_thread.lock)"


def test_to_stderr(capsys):
    lambdapkl.trace(1)
    assert capsys.readouterr() == ("", "int, 2 B\n")


def test_protocols():
    assert "all of it" in traced(make(), protocol=2)


def test_trace_while_dill_patches_pickle(backend):
    """`import dill` registers its reducers with the pure-Python pickler that `trace` is based on."""
    backend.execute(PROGRAMS / "a_peer_that_changes_pickle.py")
