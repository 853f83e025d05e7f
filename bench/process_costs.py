"""What is measured in whole processes: the import, the peak of memory, and tasks of joblib."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec

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
with joblib.Parallel(n_jobs=2, batch_size=1) as parallel:
    parallel(tasks(50))
    start = time.perf_counter()
    assert list(parallel(tasks(2000)))[:4] == [0, 1, 4, 9]
    print(2000 / (time.perf_counter() - start))
"""


def summary(quick: bool) -> str:
    """Return the lines about whole processes; the largest are left out of a quick run."""
    lines = [_imports(5 if quick else 25)]
    if not quick:
        lines += [_peaks(), _tasks()]
    return "\n".join(f"- {line}" for line in lines)


def _imports(rounds: int) -> str:
    best: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        # As for an installed package, whose modules are compiled once: also where this is told to write no bytecode.
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": folder}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        for _ in range(rounds + 1):
            for name in ("pickle", "cloudpickle", "lambdapkl"):
                if find_spec(name):
                    start = time.perf_counter()
                    subprocess.run([sys.executable, "-c", f"import {name}"], check=True, env=environment)
                    best[name] = min(best.get(name, math.inf), time.perf_counter() - start)
    return "import, a whole process: " + ", ".join(f"{name} {seconds * 1e3:.1f} ms" for name, seconds in best.items())


def _peaks() -> str:
    found = []
    for what, data in _DATA.items():
        command = [sys.executable, "-c", _PEAK.format(data=data)]
        ours, theirs = (
            int(subprocess.run([*command, name], check=True, capture_output=True).stdout) for name in ("lambdapkl", "pickle")
        )
        found.append(f"{what} {ours / theirs:.2f}")
    return "peak memory of dumps, times that of pickle: " + ", ".join(found)


def _tasks() -> str:
    if not find_spec("joblib"):
        return "joblib is not installed"
    best: dict[str, float] = {}
    for _ in range(3):
        for name in ("cloudpickle", "lambdapkl"):
            done = subprocess.run([sys.executable, "-c", _TASKS, name], check=False, capture_output=True, text=True)
            if done.returncode:
                return f"joblib with {name} failed: {done.stderr.strip().splitlines()[-1]}"
            best[name] = max(best.get(name, 0), float(done.stdout))
    return "joblib, lambdas a second: " + ", ".join(f"{name} {count:,.0f}" for name, count in best.items())
