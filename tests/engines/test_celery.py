"""Celery and kombu with lambdapkl's serializer: real workers, on a broker of files and on Redis."""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("celery")

import programs
from redis_server import redis_server

pytestmark = pytest.mark.timeout(180)

APP = (programs.SCRIPTS / "celery_jobs.py").read_text(encoding="utf-8")

DRIVER = """
import json
from jobs import app, call, call_bound, total

def run(function, *args):
    return call.delay(function, *args).get(timeout=30)
"""

# Loading it leaves a file behind.
BOMB = """
class Bomb:
    def __reduce__(self):
        return open, (FILE, "w")
"""


def settings(directory: Path, broker: dict[str, Any], **more: Any) -> None:
    """Write the program of the worker and its settings."""
    lines = [f"{name} = {value!r}\n" for name, value in {**broker, "task_serializer": "lambdapkl", **more}.items()]
    (directory / "settings.py").write_text("".join(lines))
    (directory / "jobs.py").write_text(APP)


def files(directory: Path) -> dict[str, Any]:
    """Return settings for a broker and a result backend that are folders in `directory`."""
    for name in ("queue", "control", "results"):
        (directory / name).mkdir()
    options = {"data_folder_in": "queue", "data_folder_out": "queue", "control_folder": "control"}
    options = {key: str(directory / value) for key, value in options.items()}
    return {
        "broker_url": "filesystem://",
        "broker_transport_options": options,
        "result_backend": f"file://{directory / 'results'}",
    }


@contextlib.contextmanager
def celery_worker(directory: Path, *options: str) -> Iterator[Path]:
    command = ["celery", "-A", "jobs", "worker", "-c", "1", "-l", "INFO", "--without-gossip", "--without-mingle", *options]
    with programs.worker(command, directory, " ready.") as log:
        yield log


@pytest.fixture(scope="module", params=["files", "redis"])
def jobs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the program of a worker that is running."""
    directory = tmp_path_factory.mktemp("jobs")
    with contextlib.ExitStack() as stack:
        broker = files(directory)
        if request.param == "redis":
            url = stack.enter_context(redis_server(directory))
            broker = {"broker_url": url, "result_backend": url}
        settings(directory, broker)
        stack.enter_context(celery_worker(directory))
        yield directory


def drive(directory: Path, text: str) -> Any:
    return programs.run_text(directory, DRIVER + text)


def test_arguments_and_results(jobs: Path) -> None:
    got = drive(
        jobs,
        """
class Price:
    def __init__(self, amount):
        self.amount = amount
    def taxed(self, rate):
        return Price(self.amount * rate)

def adder(n):
    return lambda x: x + n

taxed = run(Price(10).taxed, 3)
print(json.dumps({
    "lambda": run(lambda x, y=2: x * y, 21),
    "closure": run(adder(3), 4),
    "closure back": run(adder, 5)(6),
    "local class": [taxed.amount, type(taxed) is Price],
    "bytes": list(run(lambda data: data[::-1], bytes(range(256)))) == list(range(255, -1, -1)),
}))
""",
    )
    assert got == {"lambda": 42, "closure": 7, "closure back": 11, "local class": [30, True], "bytes": True}


def test_canvas(jobs: Path) -> None:
    got = drive(
        jobs,
        """
from celery import chain, chord, group
chained = chain(call.s(lambda: 3), call.si(lambda x: x + 1, 4)).delay().get(timeout=30)
grouped = group(call.s(lambda x: x ** 2, n) for n in range(4)).delay().get(timeout=30)
summed = None
if app.conf.result_backend.startswith("redis"):
    summed = chord((call.s(lambda x: x ** 2, n) for n in range(4)), total.s()).delay().get(timeout=30)
print(json.dumps([chained, grouped, summed]))
""",
    )
    assert got[:2] == [5, [0, 1, 4, 9]] and got[2] in (None, 14)


def test_retries_custom_bases_and_delays(jobs: Path) -> None:
    got = drive(
        jobs,
        """
later = call.apply_async((lambda: "later",), countdown=0.5)
print(json.dumps([call_bound.delay(lambda x: x + 1, 1).get(timeout=30), later.get(timeout=30)]))
""",
    )
    assert got == [[2, 1, 2], "later"]


def test_exceptions(jobs: Path) -> None:
    """Celery sends them itself, as type, module and arguments: classes of a driver's own come back by name and message."""
    got = drive(
        jobs,
        """
class Refusal(Exception):
    pass

def refuse(error):
    raise error

answers = []
for error in (KeyError("no money", (1, 2)), Refusal("no money")):
    try:
        run(refuse, error)
    except Exception as error:
        answers.append([isinstance(error, KeyError), repr(error)])
print(json.dumps(answers))
""",
    )
    assert got[0] == [True, "KeyError('no money', (1, 2))"]
    assert not got[1][0] and "Refusal" in got[1][1] and "no money" in got[1][1]


def test_a_worker_that_accepts_json_does_not_load_it(tmp_path: Path) -> None:
    settings(tmp_path, files(tmp_path), task_serializer="json")
    with celery_worker(tmp_path, "-P", "solo") as log:
        loaded = tmp_path / "loaded"
        text = DRIVER + f"FILE = {str(loaded)!r}\n" + BOMB
        text += 'call.apply_async((Bomb(),), serializer="lambdapkl")\nprint(json.dumps(total.apply_async(([1, 2],), serializer="json").get(timeout=30)))\n'
        assert programs.run_text(tmp_path, text) == 3
        assert not loaded.exists()
        assert "Refusing to deserialize untrusted content of type lambdapkl" in log.read_text()


REGISTRY = """
import json
from kombu import serialization as s
from kombu.exceptions import ContentDisallowed
kind, encoding, data = s.dumps(lambda x: x + 1, "lambdapkl")
answers = [kind, encoding]
for options in ({}, {"accept": {"application/json"}}, {"accept": s.prepare_accept_content(["lambdapkl"])}, {"force": True}):
    try:
        answers.append(s.loads(data, kind, encoding, **options)(1))
    except ContentDisallowed as error:
        answers.append(str(error))
s.enable_insecure_serializers(["lambdapkl"])
answers.append(s.loads(data, kind, encoding)(1))
print(json.dumps(answers))
"""


@pytest.mark.parametrize("first", ["", "import lambdapkl.engines.kombu"])
def test_installing_it_opens_no_hole(first: str) -> None:
    """kombu disables its own dangerous serializers before it reads entry points, so ours has to disable itself."""
    try:
        importlib.metadata.distribution("lambdapkl")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("lambdapkl IS ON THE PATH BUT NOT INSTALLED: kombu cannot see its entry point")
    done = subprocess.run([sys.executable, "-c", first + REGISTRY], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [
        "application/x-lambdapkl",
        "binary",
        "Refusing to deserialize disabled content of type lambdapkl (application/x-lambdapkl)",
        "Refusing to deserialize untrusted content of type lambdapkl (application/x-lambdapkl)",
        2,
        2,
        2,
    ]


def test_example(tmp_path: Path) -> None:
    with redis_server(tmp_path) as url:
        env = {"CELERY_BROKER_URL": url, "CELERY_RESULT_BACKEND": url}
        (tmp_path / "celery_lambdas.py").write_text((programs.EXAMPLES / "celery_lambdas.py").read_text())
        command = ["celery", "-A", "celery_lambdas", "worker", "-c", "1", "-l", "INFO"]
        with programs.worker(command, tmp_path, " ready.", env=env):
            assert programs.run(tmp_path / "celery_lambdas.py", env=env).split() == ["12.0"]
