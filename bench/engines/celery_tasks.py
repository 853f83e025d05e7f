"""Celery: tasks whose argument is a lambda, on a Redis server of its own, with one worker of one process.

python bench/engines/celery_tasks.py
"""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import rounds
from workload import make_tasks

sys.path.append(str(Path(__file__).resolve().parents[2] / "tests" / "engines"))

import programs
from redis_server import redis_server

# With cloudpickle only a pool of threads, or one task at a time in the worker itself, takes lambdas (celery#9091).
APP = """
import cloudpickle
from celery import Celery
from kombu.serialization import register
from lambdapkl.engines.celery import setup

app = Celery("measured", broker={url!r}, backend={url!r})
if {pickler!r} == "lambdapkl":
    setup(app)
else:
    register("cloudpickle", cloudpickle.dumps, cloudpickle.loads, "application/x-cloudpickle", "binary")
    app.conf.update(task_serializer="cloudpickle", result_serializer="cloudpickle", accept_content=["cloudpickle", "json"])

@app.task
def call(function):
    return function()
"""


def measure(pickler: str) -> dict[str, float]:
    """Return tasks per second of small lambdas, and the seconds of a job."""
    with tempfile.TemporaryDirectory() as name, redis_server(Path(name)) as url:
        (Path(name) / "measured.py").write_text(APP.format(url=url, pickler=pickler))
        sys.path.insert(0, name)
        call: Any = importlib.import_module("measured").call
        command = ["celery", "-A", "measured", "worker", "-P", "solo", "-l", "INFO", "--without-gossip", "--without-mingle"]
        with programs.worker(command, Path(name), " ready.", env=dict(os.environ)):

            def run(tasks: list[Callable[[], Any]]) -> None:
                for answer in [call.delay(task) for task in tasks]:
                    assert answer.get(timeout=60) is not None

            small = 200
            rate = small / rounds.best(lambda: run([lambda n=n: n for n in range(small)]))
            job = make_tasks(200)
            return {"small lambdas/s": rate, "200 tasks with a model each, s": rounds.best(lambda: run(job))}


if __name__ == "__main__":
    rounds.main(measure, "celery", "kombu")
