"""Ray: tasks whose argument is a lambda, on two cores.

python bench/engines/ray_tasks.py
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import rounds
from workload import make_tasks


def measure(pickler: str) -> dict[str, float]:
    """Return tasks per second of small lambdas and of remote functions, and the seconds of a job."""
    import ray

    import lambdapkl

    # The hook makes workers start later, and is there for both: what differs is the pickler.
    hook = lambdapkl.install if pickler == "lambdapkl" else lambdapkl.uninstall
    hook()
    ray.init(
        num_cpus=2,
        include_dashboard=False,
        object_store_memory=200 * 2**20,
        logging_level="ERROR",
        runtime_env={"worker_process_setup_hook": f"lambdapkl.{hook.__name__}"},
    )
    call = ray.remote(lambda function: function())

    def run(tasks: list[Callable[[], Any]]) -> None:
        ray.get([call.remote(task) for task in tasks])

    def define() -> None:
        ray.get([ray.remote(lambda n=n: n).remote() for n in range(100)])

    small = 1000
    rate = small / rounds.best(lambda: run([lambda n=n: n for n in range(small)]))
    functions = 100 / rounds.best(define)
    job = make_tasks(500)
    whole = rounds.best(lambda: run(job))
    ray.shutdown()
    return {"small lambdas/s": rate, "new remote functions/s": functions, "500 tasks with a model each, s": whole}


if __name__ == "__main__":
    rounds.main(measure, "ray")
