"""RQ: jobs that are lambdas, on a Redis server of its own, with one worker that does not fork.

python bench/engines/rq_jobs.py
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import rounds
from workload import make_tasks

sys.path.append(str(Path(__file__).resolve().parents[2] / "tests" / "engines"))

import programs
from redis_server import redis_server

SERIALIZERS = {"lambdapkl": "lambdapkl.engines.rq.Serializer", "cloudpickle": "cloudpickle.cloudpickle"}


def measure(pickler: str) -> dict[str, float]:
    """Return tasks per second of small lambdas, and the seconds of a job."""
    from redis import Redis
    from rq import Queue

    with tempfile.TemporaryDirectory() as name, redis_server(Path(name)) as url:
        options = ["--serializer", SERIALIZERS[pickler], "--worker-class", "rq.worker.SimpleWorker", "--quiet", "--url", url]
        with programs.worker(["rq.cli", "worker", *options], Path(name), "", seconds=30):
            queue = Queue(connection=Redis.from_url(url), serializer=SERIALIZERS[pickler])

            def run(tasks: list[Callable[[], Any]]) -> None:
                for job in [queue.enqueue(partial(task)) for task in tasks]:
                    assert job.latest_result(timeout=60).return_value is not None

            run([lambda: 1])
            small = 200
            rate = small / rounds.best(lambda: run([lambda n=n: n for n in range(small)]))
            job = make_tasks(200)
            return {"small lambdas/s": rate, "200 jobs with a model each, s": rounds.best(lambda: run(job))}


if __name__ == "__main__":
    rounds.main(measure, "rq", "redis")
