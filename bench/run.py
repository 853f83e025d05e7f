"""Measure lambdapkl against its peers: ``python bench/run.py [--quick] [--store]``.

Prints a table, what came of each target and what is slower than in the stored run; writes the results as JSON and draws
charts.  Needs pytest and pytest-benchmark; peers that are not installed are left out (``pip install ".[bench]"``).
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import charts
import process_costs
import report

HERE = Path(__file__).parent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, and not the largest workloads")
    parser.add_argument("--store", action="store_true", help="keep the ratios of this run for later ones to be compared with")
    parser.add_argument("--json", type=Path, default=Path("bench-results.json"), help="where to write the results")
    parser.add_argument("--charts", type=Path, help="a folder to draw the charts into")
    options = parser.parse_args()
    command = [sys.executable, "-m", "pytest", str(HERE), "-q", "-p", "no:cacheprovider", "--benchmark-columns=min,median"]
    command += ["--benchmark-disable-gc"]
    command += [f"--benchmark-json={options.json}", *(["--quick"] if options.quick else [])]
    failed = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True)
    if failed.returncode:
        print(failed.stdout)
        return failed.returncode
    results = json.loads(options.json.read_text())
    rows = report.rows_of(results)
    about = results["lambdapkl"]
    python = f"{platform.python_implementation()} {platform.python_version()}"
    versions = ", ".join(f"{name} {version}" for name, version in about["versions"].items())
    print(f"lambdapkl {about['version']} ({'compiled' if about['compiled'] else 'pure'}), {python}; {versions}\n")
    print("Columns of the others: how many times lambdapkl's best time theirs is.\n")
    print(report.table(rows), "\n")
    costs = process_costs.measure(options.quick)
    print(report.summary(rows, costs), "\n")
    print(process_costs.lines(costs), "\n")
    options.json.write_text(json.dumps({**results, "processes": costs}, indent=1))
    stored = HERE / f"baseline-{platform.python_implementation().lower()}{sys.version_info[0]}.{sys.version_info[1]}.json"
    print(report.compare(rows, stored))
    if options.store:
        stored.write_text(json.dumps(report.reference_ratios(rows), indent=1) + "\n")
    if options.charts is not None:
        if find_spec("matplotlib") is None:
            print("No charts: matplotlib is not installed.")
        else:
            print("Charts:", *charts.draw(rows, options.charts))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
