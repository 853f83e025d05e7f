"""dask.distributed: lambdas on a cluster of two processes.

python bench/engines/dask_tasks.py
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import rounds
from workload import make_tasks


def measure(pickler: str) -> dict[str, float]:
    """Return tasks per second of small lambdas, and the seconds of a job."""
    if pickler == "lambdapkl":
        import lambdapkl

        lambdapkl.install()
    import dask
    from dask.distributed import Client, LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:

        def run(tasks: list[Callable[[], Any]]) -> None:
            client.gather([client.submit(task, pure=False) for task in tasks])

        small, job = 500, make_tasks(200)
        lambdas = [lambda n=n: n for n in range(small)]
        return {
            "small lambdas/s": small / rounds.best(lambda: run(lambdas)),
            "200 tasks with a model each, s": rounds.best(lambda: run(job)),
            "dask.base.tokenize of a lambda/s": small / rounds.best(lambda: [dask.base.tokenize(each) for each in lambdas]),
        }


if __name__ == "__main__":
    rounds.main(measure, "dask", "distributed")
