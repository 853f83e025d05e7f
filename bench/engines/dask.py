"""dask.distributed with a LocalCluster of two processes: python bench/engines/dask.py"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path[0] = str(Path(__file__).parents[1])  # not this folder, where `dask` is this file

from engines.common import main


@contextmanager
def start() -> Iterator[Any]:
    from distributed import Client, LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        yield client


def tasks(client: Any) -> int:
    offset = 10
    client.gather([client.submit(lambda x: x + offset, i, pure=False) for i in range(500)])
    return 500


def job(client: Any) -> None:
    """Estimate the error of a median by bootstrap: 100 resamples of 1,000 values."""
    values = [random.Random(0).gauss(0, 1) for _ in range(1000)]

    def median_of_resample(seed: int) -> float:
        return sorted(random.Random(seed).choices(values, k=len(values)))[len(values) // 2]

    client.gather(client.map(median_of_resample, range(100), pure=False))


if __name__ == "__main__":
    main("dask.distributed", start, tasks, job)
