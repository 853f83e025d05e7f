"""Compare lambdapkl with pickle, cloudpickle and dill: ``python bench/run.py [--quick] [--json FILE]``.

The candidates take turns within each round, so that a slow moment of the machine hits all alike; the best round counts.
Read the ratios, not the times: they are what stays the same on another machine.
"""

from __future__ import annotations

import argparse
import json
import math
import platform
import sys
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

CANDIDATES = ("pickle", "cloudpickle", "dill", "lambdapkl")
Row = dict[str, dict[str, float]]


def best_times(calls: dict[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """Return the best time of each call, in microseconds."""
    counts = {name: max(1, int(0.003 / max(_once(call), 1e-7))) for name, call in calls.items()}
    best = dict.fromkeys(calls, math.inf)
    for _ in range(rounds):
        for name, call in calls.items():
            count = counts[name]
            start = time.perf_counter()
            for _ in range(count):
                call()
            best[name] = min(best[name], (time.perf_counter() - start) / count * 1e6)
    return best


def _once(call: Callable[[], Any]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def measure(make: Callable[[], Any], modules: dict[str, Any], rounds: int) -> Row:
    """Return bytes, dumps and loads of one object for each module that accepts it."""
    obj = make()
    payloads: dict[str, bytes] = {}
    for name, module in modules.items():
        try:
            payloads[name] = module.dumps(obj)
        except Exception:
            if name == "lambdapkl":
                raise
    dumps = best_times({name: lambda name=name: modules[name].dumps(obj) for name in payloads}, rounds)  # type: ignore[misc]
    # Only now: where a class is known already, cloudpickle's loads sets its attributes again.
    for name in list(payloads):
        try:
            modules[name].loads(payloads[name])
        except Exception:
            del payloads[name]
    loads = best_times(
        {name: lambda name=name: modules[name].loads(payloads[name]) for name in payloads},  # type: ignore[misc]
        rounds,
    )
    return {name: {"bytes": len(payloads[name]), "dumps": dumps[name], "loads": loads[name]} for name in payloads}


def table(results: dict[str, Row]) -> str:
    """Return the results as text: lambdapkl's figures, and how many times the others' they are."""
    lines = [f"{'':27} {'lambdapkl':>30} {'cloudpickle':>26} {'dill':>26}"]
    head = f"{'bytes':>8} {'dumps us':>10} {'loads us':>10}"
    lines.append(f"{'':27} {head:>30} {'bytes':>8} {'dumps':>8} {'loads':>8} {'bytes':>8} {'dumps':>8} {'loads':>8}")
    for name, row in results.items():
        ours = row["lambdapkl"]
        cells = f"{ours['bytes']:>8.0f} {ours['dumps']:>10.2f} {ours['loads']:>10.2f}"
        for peer in ("cloudpickle", "dill"):
            for what in ("bytes", "dumps", "loads"):
                cells += f" {row[peer][what] / ours[what]:>7.1f}x" if peer in row else f" {'-':>8}"
        lines.append(f"{name:27} {cells}")
    return "\n".join(lines)


def geometric_mean(results: dict[str, Row], peer: str, what: str) -> float:
    """Return by how much lambdapkl is better than `peer`, over all that both accept."""
    ratios = [row[peer][what] / row["lambdapkl"][what] for row in results.values() if peer in row]
    return math.exp(sum(map(math.log, ratios)) / len(ratios))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--json", type=Path, help="write the results there, too")
    options = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).parent))
    from workloads import WORKLOADS

    import lambdapkl

    lambdapkl.register_pickle_by_value(sys.modules["workloads"])
    modules = {name: import_module(name) for name in CANDIDATES if find_spec(name)}
    if "cloudpickle" in modules:
        modules["cloudpickle"].register_pickle_by_value(sys.modules["workloads"])
    results = {name: measure(make, modules, 4 if options.quick else 20) for name, make in WORKLOADS.items()}
    backend = "compiled" if lambdapkl.COMPILED else "pure"
    print(f"lambdapkl {lambdapkl.__version__} ({backend}), {platform.python_implementation()} {platform.python_version()}")
    print("Columns of the peers: how many times as much as lambdapkl.\n")
    print(table(results))
    for peer in ("cloudpickle", "dill"):
        if peer in modules:
            means = ", ".join(f"{what} {geometric_mean(results, peer, what):.1f}x" for what in ("bytes", "dumps", "loads"))
            print(f"\ngeometric mean against {peer} {modules[peer].__version__}: {means}", end="")
    print()
    if options.json:
        options.json.write_text(json.dumps({"python": sys.version, "backend": backend, "results": results}, indent=1))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
