"""joblib with loky's processes: python bench/engines/joblib.py"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path[0] = str(Path(__file__).parents[1])  # not this folder, where `joblib` is this file

from engines.common import main


@contextmanager
def start() -> Iterator[Any]:
    from joblib import Parallel

    with Parallel(n_jobs=2, batch_size=1) as parallel:
        yield parallel


def tasks(parallel: Any) -> int:
    from joblib import delayed

    offset = 10
    parallel(delayed(lambda x: x + offset)(i) for i in range(2000))
    return 2000


def job(parallel: Any) -> None:
    """Estimate the error of a median by bootstrap: 200 resamples of 1,000 values."""
    from joblib import delayed

    values = [random.Random(0).gauss(0, 1) for _ in range(1000)]

    def median_of_resample(seed: int) -> float:
        return sorted(random.Random(seed).choices(values, k=len(values)))[len(values) // 2]

    parallel(delayed(median_of_resample)(seed) for seed in range(200))


if __name__ == "__main__":
    main("joblib", start, tasks, job)
