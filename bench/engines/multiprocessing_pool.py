"""multiprocessing: lambdas in a pool of two processes, started by spawn.

With cloudpickle, `multiprocessing` itself pickles nothing but bytes: what programs do who have no other engine.

python bench/engines/multiprocessing_pool.py
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from typing import Any

import rounds
from workload import make_tasks


def call(task: Callable[[], Any]) -> Any:
    """Run a task."""
    return task()


def call_payload(payload: bytes) -> bytes:
    """Run a task that cloudpickle pickled, and pickle its result."""
    import cloudpickle

    return cloudpickle.dumps(cloudpickle.loads(payload)())


def measure(pickler: str) -> dict[str, float]:
    """Return tasks per second of small lambdas, and the seconds of a job."""
    if pickler == "lambdapkl":
        from lambdapkl.engines.multiprocessing import get_context

        context: Any = get_context("spawn")
    else:
        import cloudpickle

        context = multiprocessing.get_context("spawn")

    with context.Pool(2) as pool:

        def run(tasks: list[Callable[[], Any]]) -> None:
            if pickler == "lambdapkl":
                results = pool.map(call, tasks, chunksize=1)
            else:
                payloads = pool.map(call_payload, [cloudpickle.dumps(task) for task in tasks], chunksize=1)
                results = [cloudpickle.loads(payload) for payload in payloads]
            assert len(results) == len(tasks)

        small, job = 2000, make_tasks(500)
        rate = small / rounds.best(lambda: run([lambda n=n: n for n in range(small)]))
        return {"small lambdas/s": rate, "500 tasks with a model each, s": rounds.best(lambda: run(job))}


if __name__ == "__main__":
    rounds.main(measure)
