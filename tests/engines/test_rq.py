"""RQ with lambdapkl's serializer: a real worker on a real Redis server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("rq")

import programs
from redis_server import redis_server

pytestmark = pytest.mark.timeout(120)

SERIALIZER = "lambdapkl.engines.rq.Serializer"
CLIENT = """
    import json, os
    from functools import partial
    from redis import Redis
    from rq import Queue
    from lambdapkl.engines.rq import Serializer

    queue = Queue(connection=Redis.from_url(os.environ["RQ_REDIS_URL"]), serializer=Serializer)

    def run(function, *args, **kwargs):
        return queue.enqueue(partial(function), args=args, kwargs=kwargs).latest_result(timeout=30)
"""


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    with redis_server(tmp_path_factory.mktemp("redis")) as url:
        yield {"RQ_REDIS_URL": url}


@pytest.fixture(scope="module")
def rq_worker(redis: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    command = ["rq.cli", "worker", "--serializer", SERIALIZER]
    with programs.worker(command, tmp_path_factory.mktemp("worker"), "Listening on", env=redis) as log:
        yield log


def test_jobs_and_results(redis: dict[str, str], rq_worker: Path, tmp_path: Path) -> None:
    got = programs.run_text(tmp_path, programs.SCRIPTS / "rq_jobs_and_results.py", env=redis)
    assert got == {
        "lambda": 42,
        "recursive": 3,
        "argument": [1, 4, 9],
        "closure back": 7,
        "method of a local class": [30, True],
    }


def test_failures_and_metadata(redis: dict[str, str], rq_worker: Path, tmp_path: Path) -> None:
    got = programs.run_text(
        tmp_path,
        CLIENT
        + """
    class Refusal(Exception):
        pass

    def refuse(reason):
        raise Refusal(reason)

    failed = run(refuse, "no money")
    job = queue.enqueue(partial(lambda: 1), meta={"check": lambda x: x + 1})
    job.latest_result(timeout=30)
    kept = type(job).fetch(job.id, connection=queue.connection, serializer=Serializer)
    socket = run(lambda: __import__("socket").socket())
    print(json.dumps([failed.type.name, failed.exc_string, kept.meta["check"](1), socket.return_value]))
    """,
        env=redis,
    )
    kind, text, meta, refused = got
    assert kind == "FAILED" and "Refusal: no money" in text and meta == 2
    assert refused == "Unserializable return value"
    assert programs.run(programs.EXAMPLES / "rq_lambdas.py", env=redis).split() == ["12.0"]


def test_without_it_the_same_job_is_refused(redis: dict[str, str], tmp_path: Path) -> None:
    """What the tests above show is due to the serializer."""
    got = programs.run_text(
        tmp_path,
        CLIENT.replace(", serializer=Serializer", "")
        + """
    try:
        queue.enqueue(partial(lambda: 1))
    except Exception as error:
        print(json.dumps([type(error).__name__, str(error)]))
    """,
        env=redis,
    )
    assert "lambda" in got[1]
