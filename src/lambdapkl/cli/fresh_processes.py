"""Programs for ``lambdapkl demo`` that pickle or load an object in new Python processes."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

__all__ = ["DUMPS", "IMPORT", "LOADS", "run"]

# Each program prints JSON; times are in seconds.
# The pickler is called first in its process. `main` leaves no names of its own in `__main__`.
DUMPS = """
def main():
    import importlib, json, sys, time
    module, keywords, program, make = json.load(sys.stdin)
    exec(compile(program, "<demo>", "exec"), globals())
    obj = eval(make, globals())
    dumps = importlib.import_module(module).dumps
    start = time.perf_counter()
    dumps(obj, **keywords)
    print(time.perf_counter() - start)
main()
"""

# Prints the repr of what `use` evaluates to with the loaded object, or the error, and the time.
LOADS = """
import base64, importlib, json, sys, time
module, reader, imports, payload, use = json.load(sys.stdin)
exec(imports, {})
importlib.import_module(module)
loads, payload = importlib.import_module(reader).loads, base64.b64decode(payload)
start = time.perf_counter()
try:
    o = loads(payload)
    taken = time.perf_counter() - start
    print(json.dumps([repr(eval(use, {"o": o})), taken]))
except Exception as error:
    print(json.dumps([f"{type(error).__name__}: {error}", 0.0]))
"""

# It imports little itself: `json` would import modules that picklers need as well. The input is `["module"]`.
IMPORT = """
import sys, time
module = sys.stdin.read()[2:-2]
start = time.perf_counter()
__import__(module)
print(time.perf_counter() - start)
"""


def run(program: str, *request: Any) -> Any:
    """Run `program` in a new process with `request` as JSON, and return what it printed.

    Raises
    ------
    RuntimeError
        The process failed.
    """
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, input=json.dumps(request), capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        raise RuntimeError(f"the process ended with status {done.returncode}: {done.stderr.strip()[-200:]}")
    return json.loads(done.stdout)
