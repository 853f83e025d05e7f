"""What is measured in whole processes: the import, the peak of memory, and tasks of joblib."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

from candidates import OURS
from scale import MAKERS, SIZES, label

IMPORT, PEAK, PEAK_AT_SCALE, TASKS = "import", "peak", "peak at scale", "tasks"
# What was measured of what -> candidate -> figure.
Costs = dict[str, dict[str, dict[str, float]]]

_PEAK = """
import sys, tracemalloc
from importlib import import_module
module = import_module(sys.argv[1])
data = {data}
tracemalloc.start()
module.dumps(data, protocol=5)
print(tracemalloc.get_traced_memory()[1])
"""
_DATA = {
    "100 MB of bytes": "bytes(100_000_000)",
    "a string of 100 MB": "'x' * 100_000_000",
    "1,000 pieces of 100 kB": "[bytes([i % 256]) * 100_000 for i in range(1000)]",
}

_TASKS = """
import sys, time
import joblib
from joblib.externals.loky import set_loky_pickler
set_loky_pickler(sys.argv[1])
def tasks(n):
    return (joblib.delayed(lambda x, k=k: x * k)(k) for k in range(n))
with joblib.Parallel(n_jobs=2, batch_size={batch}) as parallel:
    parallel(tasks(50))
    start = time.perf_counter()
    assert list(parallel(tasks(2000)))[:4] == [0, 1, 4, 9]
    print(2000 / (time.perf_counter() - start))
"""


def measure(quick: bool) -> Costs:
    """Return the figures; the largest are left out of a quick run."""
    costs = {IMPORT: {"a whole process, ms": _imports(5 if quick else 25)}}
    if not quick:
        costs[PEAK] = {what: _figures(_PEAK.format(data=data), ("pickle", OURS)) for what, data in _DATA.items()}
        costs[PEAK_AT_SCALE] = {
            label(kind, count): _figures(_PEAK.format(data=f"MAKERS[{kind!r}]({count})"), ("cloudpickle", OURS), _SCALE)
            for kind in MAKERS
            for count in SIZES
        }
        costs[TASKS] = {
            f"tasks a second, {batch} at a time": _figures(_TASKS.format(batch=batch), ("cloudpickle", OURS), best_of=3)
            for batch in (1, 50)
            if find_spec("joblib")
        }
    return costs


def lines(costs: Costs) -> str:
    """Return the figures as a list."""
    return "\n".join(
        f"- {kind}, {what}: " + ", ".join(f"{name} {figure:,.4g}" for name, figure in figures.items())
        for kind, found in costs.items()
        for what, figures in found.items()
    )


_SCALE = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\nfrom scale import MAKERS\n"


def _figures(source: str, names: tuple[str, ...], before: str = "", best_of: int = 1) -> dict[str, float]:
    """Return for each library that is there what a process prints that runs `source` with its name, at best."""
    best: dict[str, float] = {}
    for _ in range(best_of):
        for name in names:
            if find_spec(name):
                command = [sys.executable, "-c", before + source, name]
                done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
                best[name] = max(best.get(name, 0), float(done.stdout))
    return best


def _imports(rounds: int) -> dict[str, float]:
    best: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        # As for an installed package, whose modules are compiled once: also where this is told to write no bytecode.
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": folder}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        for _ in range(rounds + 1):
            for name in ("pickle", "cloudpickle", "dill", "pyfory", OURS):
                if find_spec(name):
                    start = time.perf_counter()
                    subprocess.run([sys.executable, "-c", f"import {name}"], check=True, env=environment)
                    best[name] = min(best.get(name, math.inf), (time.perf_counter() - start) * 1e3)
    return best
