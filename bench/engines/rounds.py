"""What the measurements of the engines share: lambdapkl and cloudpickle take turns, each time in a process of its own.

A module of this folder calls ``main(measure)``; ``measure(pickler)`` returns what it measured, by name: names that end in
``/s`` are rates, all others seconds.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

PICKLERS = ("cloudpickle", "lambdapkl")


def main(measure: Callable[[str], dict[str, float]], *packages: str) -> None:
    """Measure both picklers as often as the command line says, and print the medians.

    Parameters
    ----------
    measure
        Measures one, in the process it is called in.
    packages
        Distributions whose versions are printed.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured, each time in a new process")
    parser.add_argument("--pickler", choices=PICKLERS, help="measure this one, here and once, and print JSON")
    parser.add_argument("--json", type=argparse.FileType("w"), metavar="FILE", help="write each round's figures there")
    chosen = parser.parse_args()
    if chosen.pickler:
        print(json.dumps(measure(chosen.pickler)), flush=True)
        return
    found: dict[str, list[dict[str, float]]] = {pickler: [] for pickler in PICKLERS}
    for number in range(chosen.rounds):
        for pickler in PICKLERS if number % 2 else PICKLERS[::-1]:
            found[pickler].append(_measure_elsewhere(pickler))
            print(f"round {number + 1}, {pickler}: {found[pickler][-1]}", file=sys.stderr)
    import lambdapkl  # which may be in no more than PYTHONPATH

    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in (*packages, "cloudpickle"))
    versions += f", lambdapkl {lambdapkl.__version__}"
    if chosen.json:
        json.dump({"python": platform.python_version(), "versions": versions, "rounds": found}, chosen.json, indent=1)
    print(f"CPython {platform.python_version()}, {os.cpu_count()} cores, {versions}; median of {chosen.rounds}\n")
    print("| | cloudpickle | lambdapkl | ratio |\n|---|---|---|---|")
    for name in found["lambdapkl"][0]:
        theirs, ours = (statistics.median(each[name] for each in found[pickler]) for pickler in PICKLERS)
        ratio = ours / theirs if name.endswith("/s") else theirs / ours
        print(f"| {name} | {theirs:,.3g} | {ours:,.3g} | {ratio:.2f} |")


def _measure_elsewhere(pickler: str) -> dict[str, float]:
    command = [sys.executable, sys.argv[0], "--pickler", pickler]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=300, check=True)
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return answer


def seconds(run: Callable[[], object]) -> float:
    """Return how long a call takes."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def best(run: Callable[[], object], times: int = 3) -> float:
    """Return how long a call takes, the shortest of some, after one that does not count."""
    run()
    return min(seconds(run) for _ in range(times))
