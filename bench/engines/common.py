"""Time an engine with cloudpickle and with lambdapkl.

A benchmark of an engine defines two functions of its own, `tasks` and `job`, that run in a fresh process, and calls `main`::

    def start(): ...                    # the engine, after the candidate was chosen; a context manager
    def tasks(engine) -> int: ...       # run many small lambdas; return how many
    def job(engine) -> None: ...        # run a small real job
    main("joblib", start, tasks, job)

Candidates are interleaved, each time in a fresh process, and the best of the rounds counts: what else runs on the machine
only ever adds time.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

CANDIDATES = ("cloudpickle", "lambdapkl")
SECONDS = 120


def measure(
    candidate: str, start: Callable[[], AbstractContextManager[Any]], tasks: Callable[[Any], int], job: Callable[[Any], object]
) -> dict[str, float]:
    """Return ``tasks_per_second`` and ``job_seconds`` of `candidate` in this process."""
    if candidate == "lambdapkl":
        import lambdapkl

        lambdapkl.install()
    with start() as engine:
        tasks(engine)  # workers start and import
        begin = time.perf_counter()
        count = tasks(engine)
        rate = count / (time.perf_counter() - begin)
        begin = time.perf_counter()
        job(engine)
        return {"tasks_per_second": rate, "job_seconds": time.perf_counter() - begin}


def main(
    name: str,
    start: Callable[[], AbstractContextManager[Any]],
    tasks: Callable[[Any], int],
    job: Callable[[Any], object],
    candidates: tuple[str, ...] = CANDIDATES,
) -> None:
    """Read the command line, measure, print a table and, with ``--json FILE``, write the figures."""
    parser = argparse.ArgumentParser(description=f"Time {name} with {' and '.join(candidates)}.")
    parser.add_argument("--rounds", type=int, default=3, help="fresh processes for each candidate (default: 3)")
    parser.add_argument("--json", metavar="FILE", help="write the figures of every round there")
    parser.add_argument("--one", choices=candidates, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print("\n" + json.dumps(measure(options.one, start, tasks, job)), flush=True)
        return
    rounds: dict[str, list[dict[str, float]]] = {candidate: [] for candidate in candidates}
    for _ in range(options.rounds):
        for candidate in candidates:
            command = [sys.executable, sys.argv[0], "--one", candidate]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=SECONDS, check=True)
            rounds[candidate].append(json.loads(done.stdout.splitlines()[-1]))
    print(f"{name}, Python {sys.version.split()[0]}, best of {options.rounds}")
    print(f"{'':14}{'tasks/s':>10}{'job, s':>10}")
    best = {
        candidate: (max(each["tasks_per_second"] for each in found), min(each["job_seconds"] for each in found))
        for candidate, found in rounds.items()
    }
    for candidate, (rate, seconds) in best.items():
        print(f"{candidate:14}{rate:10.0f}{seconds:10.3f}")
    (first_rate, first_seconds), (last_rate, last_seconds) = best[candidates[0]], best[candidates[-1]]
    print(f"{'ratio':14}{last_rate / first_rate:10.2f}{first_seconds / last_seconds:10.2f}")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"engine": name, "python": sys.version, "rounds": rounds}, file, indent=1)
