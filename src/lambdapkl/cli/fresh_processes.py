"""Pickle or load an object in new Python processes."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from typing import Any

_READER = """
import base64, importlib, json, sys
module, payload, use = json.load(sys.stdin)
try:
    o = importlib.import_module(module).loads(base64.b64decode(payload))
    answer = repr(eval(use, {"o": o}))
except Exception as error:
    answer = f"{type(error).__name__}: {error}"
print(json.dumps(answer))
"""

# It leaves no names of its own in `__main__` before the object is pickled.
_FIRST_DUMPS = """
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

_FIRST_LOADS = """
import base64, importlib, json, sys, time
module, reader, imports, payload = json.load(sys.stdin)
exec(imports)
importlib.import_module(module)
loads, payload = importlib.import_module(reader).loads, base64.b64decode(payload)
start = time.perf_counter()
loads(payload)
print(time.perf_counter() - start)
"""

_IMPORT = """
import sys, time
start = time.perf_counter()
__import__(sys.argv[1])
print(time.perf_counter() - start)
"""


def answer(reader: str, payload: bytes, use: str) -> str:
    """Load `payload` with module `reader`, evaluate `use`, and return the repr of its value, or the error."""
    try:
        return str(_run(_READER, [reader, _text(payload), use]))
    except RuntimeError as error:
        return str(error)


def first_dumps(rounds: int, module: str, keywords: dict[str, Any], program: str, make: str) -> float:
    """Return the microseconds of the first `dumps` of the value of `make` in `program`."""
    return _best(rounds, _FIRST_DUMPS, [module, keywords, program, make])


def first_loads(rounds: int, module: str, reader: str, imports: str, payload: bytes) -> float:
    """Return the microseconds of the first `loads` after `imports` and the import of the pickler."""
    return _best(rounds, _FIRST_LOADS, [module, reader, imports, _text(payload)])


def import_time(rounds: int, module: str) -> float:
    """Return the microseconds of ``import module``."""
    return _best(rounds, _IMPORT, None, module)


def _best(rounds: int, program: str, request: Any, *arguments: str) -> float:
    return 1e6 * float(min(_run(program, request, *arguments) for _ in range(rounds)))


def _text(payload: bytes) -> str:
    return base64.b64encode(payload).decode()


def _run(program: str, request: Any, *arguments: str) -> Any:
    """Run `program` in a new process and return what it printed; raise RuntimeError if it fails."""
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(command, input=json.dumps(request), capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        raise RuntimeError(f"the process ended with status {done.returncode}: {done.stderr.strip()[-200:]}")
    return json.loads(done.stdout)
