"""concurrent.futures with spawned processes: python bench/engines/multiprocessing.py

cloudpickle has no context of its own: its users wrap each call, which is what the candidate "cloudpickle" does here.
"""

from __future__ import annotations

import pickle
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path[0] = str(Path(__file__).parents[1])  # not this folder, where `multiprocessing` is this file

from engines.common import main


def call(payload: bytes) -> Any:
    function, args = pickle.loads(payload)
    return function(*args)


class Wrapping:
    """Submits calls as users of cloudpickle do."""

    def __init__(self, executor: Any) -> None:
        self.executor = executor

    def submit(self, function: Callable[..., Any], *args: Any) -> Any:
        import cloudpickle

        return self.executor.submit(call, cloudpickle.dumps((function, args)))


@contextmanager
def start() -> Iterator[Any]:
    if "lambdapkl" in sys.modules:
        from lambdapkl.engines.multiprocessing import ProcessPoolExecutor

        with ProcessPoolExecutor(2, "spawn") as executor:
            yield executor
    else:
        from concurrent import futures
        from multiprocessing import get_context

        with futures.ProcessPoolExecutor(2, get_context("spawn")) as plain:
            yield Wrapping(plain)


def tasks(executor: Any) -> int:
    offset = 10
    for future in [executor.submit(lambda x: x + offset, i) for i in range(3000)]:
        future.result()
    return 3000


def job(executor: Any) -> None:
    """Estimate the error of a median by bootstrap: 200 resamples of 1,000 values."""
    values = [random.Random(0).gauss(0, 1) for _ in range(1000)]

    def median_of_resample(seed: int) -> float:
        return sorted(random.Random(seed).choices(values, k=len(values)))[len(values) // 2]

    for future in [executor.submit(median_of_resample, seed) for seed in range(200)]:
        future.result()


if __name__ == "__main__":
    main("concurrent.futures", start, tasks, job)
