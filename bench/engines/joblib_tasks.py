"""joblib: lambdas in two worker processes of loky.

python bench/engines/joblib_tasks.py
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
    from joblib import Parallel, delayed

    def run(tasks: list[Callable[[], Any]], **options: Any) -> None:
        assert len(Parallel(2, **options)(delayed(task)() for task in tasks)) == len(tasks)

    small, job = 2000, make_tasks(500)
    rate = small / rounds.best(lambda: run([lambda n=n: n for n in range(small)], batch_size=1))
    batched = small / rounds.best(lambda: run([lambda n=n: n for n in range(small)], batch_size=50))
    return {
        "small lambdas/s": rate,
        "small lambdas, 50 in a batch/s": batched,
        "500 tasks with a model each, s": rounds.best(lambda: run(job, batch_size=10)),
    }


if __name__ == "__main__":
    rounds.main(measure, "joblib")
