"""Count the instructions of one call: ``python bench/instructions.py [WORKLOAD ...] [--loads]``.

Needs valgrind.  What the process does besides is the same in two runs that differ in their number of calls, and falls out
of the difference; the count repeats to a few parts in a thousand, whatever else the machine does.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

FEW, MANY = 200, 1200
_CALLS = """
import sys
sys.path.insert(0, sys.argv[1])
import lambdapkl, pickle
from workloads import load_all
obj = load_all()[sys.argv[2]].make()
call, argument = (pickle.loads, lambdapkl.dumps(obj)) if sys.argv[3] == "loads" else (lambdapkl.dumps, obj)
for _ in range(int(sys.argv[4])):
    call(argument)
"""


def instructions(workload: str, operation: str, calls: int) -> int:
    """Return how many instructions a process takes that makes so many calls."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "callgrind.out"
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", sys.executable, "-c", _CALLS]
        command += [str(Path(__file__).parent), workload, operation, str(calls)]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONHASHSEED": "0"})
        found = re.search(r"^(?:summary|totals): (\d+)", out.read_text(), re.MULTILINE)
    if found is None:
        raise RuntimeError("callgrind has not said how many")
    return int(found[1])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workload", nargs="*", default=["lambda", "class"])
    parser.add_argument("--loads", action="store_true", help="of loads, not of dumps")
    options = parser.parse_args()
    operation = "loads" if options.loads else "dumps"
    for workload in options.workload:
        few, many = (instructions(workload, operation, calls) for calls in (FEW, MANY))
        print(f"{workload}, {operation}: {(many - few) / (MANY - FEW):,.0f} instructions")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
