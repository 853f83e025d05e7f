"""``lambdapkl demo``: objects that `pickle` refuses, sent to a fresh process and run there, with sizes and times."""

from __future__ import annotations

import base64
import json
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from .. import COMPILED, __version__

_PICKLERS = ("pickle", "cloudpickle", "dill", "lambdapkl")

# The program whose objects travel.  It runs as `__main__`, so that nothing in it can be imported by the reader.
PROGRAM = """
from dataclasses import dataclass, field

RATE = 0.25

def make_counter(start):
    def count(steps):
        return start if steps == 0 else 1 + count(steps - 1)
    return count

def make_class():
    class Shape:
        def __init__(self, name):
            self.name = name
        def area(self):
            return 0
        def describe(self):
            return f"{self.name} of {self.area()}"
    class Square(Shape):
        def __init__(self, side):
            super().__init__("square")
            self.side = side
        def area(self):
            return super().area() + self.side ** 2
    return Square

@dataclass(frozen=True)
class Order:
    item: str
    price: float
    tags: list = field(default_factory=list)
    def total(self):
        return self.price * (1 + RATE)
"""

# Name, expression in the program, expression over the loaded object `o`; both have to give the same.
OBJECTS = [
    ("a lambda", "lambda x: x + 1", "o(41)"),
    ("a lambda with a global", "lambda price: price * (1 + RATE)", "o(80)"),
    ("a recursive closure", "make_counter(10)", "o(5)"),
    ("a local class with super()", "make_class()", "o(3).describe()"),
    ("a dataclass", "Order", "o('tea', 4.0).total()"),
    ("100 dataclass instances", "[Order(str(i), float(i), [i]) for i in range(100)]", "sum(x.total() for x in o), o[7]"),
]
_WITH_NUMPY = ("a function that uses numpy", "lambda rows: float(np.linalg.norm(np.array(rows)))", "o([3.0, 4.0])")

_READER = """
import base64, importlib, json, sys
for line in sys.stdin:
    module, payload, use = json.loads(line)
    try:
        o = importlib.import_module(module).loads(base64.b64decode(payload))
        answer = repr(eval(use, {"o": o}))
    except Exception as error:
        answer = f"{type(error).__name__}: {error}"
    print(json.dumps(answer), flush=True)
"""


@dataclass
class Result:
    """What one pickler made of one object.

    Attributes
    ----------
    size
        Of the payload, in bytes; None where the object was refused.
    dumps, loads
        Best times, in microseconds; None where it did not come to that.
    right
        Whether the object did in the fresh process what it does here.
    problem
        What went wrong, if anything.
    """

    pickler: str
    size: int | None = None
    dumps: float | None = None
    loads: float | None = None
    right: bool = False
    problem: str = ""


# Whose time, which one, and the call.
Timed = tuple[Result, str, Callable[[], Any]]


@dataclass
class Row:
    """One object, and what each pickler made of it."""

    name: str
    results: list[Result] = field(default_factory=list)


def run(rounds: int = 15, as_json: bool = False) -> int:
    """Run the demo, print its table, and return 1 if a result of lambdapkl's was wrong."""
    picklers = installed()
    objects = list(OBJECTS)
    program = PROGRAM
    if find_spec("numpy") is not None:
        objects.append(_WITH_NUMPY)
        program = "import numpy as np\n" + program
    namespace = as_main(program)
    rows: list[Row] = []
    loading: list[Timed] = []
    for name, make, use in objects:
        row, loads = _measure(name, make, use, namespace, picklers, rounds)
        rows.append(row)
        loading += loads
    # Last: loading a class where it was defined may change it (cloudpickle sets its attributes again, with copies).
    time_all(loading, rounds)
    if as_json:
        print(json.dumps([{"object": row.name, "results": [vars(result) for result in row.results]} for row in rows], indent=1))
    else:
        _print(rows, list(picklers))
    ours = [result for row in rows for result in row.results if result.pickler == "lambdapkl"]
    return 0 if all(result.right for result in ours) else 1


def installed() -> dict[str, Any]:
    """Return the picklers to compare, by name, as far as they are here."""
    picklers = {}
    for name in _PICKLERS:
        # Installed is not enough: cloudpickle 3.1.2 cannot be imported on PyPy 8.
        with suppress(Exception):
            picklers[name] = import_module(name)
    return picklers


def as_main(program: str) -> dict[str, Any]:
    """Run `program` in the namespace of ``__main__`` and return that."""
    namespace = vars(sys.modules["__main__"])
    exec(compile(program, "<demo>", "exec"), namespace)
    return namespace


def dumped(result: Result, module: Any, obj: Any) -> bytes | None:
    """Return `obj` as pickled by `module`, whose size or error goes into `result`; None where it was refused."""
    # A peer may refuse it in any way.
    try:
        payload: bytes = module.dumps(obj)
    except Exception as error:
        result.problem = f"{type(error).__name__}: {error}"
        return None
    result.size = len(payload)
    return payload


def _measure(
    name: str, make: str, use: str, namespace: dict[str, Any], picklers: dict[str, Any], rounds: int
) -> tuple[Row, list[Timed]]:
    """Pickle one object with each pickler and use it in a fresh process; return the loads that are to be timed."""
    obj = eval(make, namespace)
    expected = repr(eval(use, {**namespace, "o": obj}))
    row = Row(name, [Result(pickler) for pickler in picklers])
    dumping: list[Timed] = []
    loading: list[Timed] = []
    for result in row.results:
        module = picklers[result.pickler]
        payload = dumped(result, module, obj)
        if payload is None:
            continue
        answer = _in_fresh_process("pickle" if result.pickler == "lambdapkl" else result.pickler, payload, use)
        result.right = answer == expected
        result.problem = "" if result.right else answer
        dumping.append((result, "dumps", partial(module.dumps, obj)))
        if result.right:
            loading.append((result, "loads", partial(module.loads, payload)))
    time_all(dumping, rounds)
    return row, loading


def time_all(timed: list[Timed], rounds: int) -> None:
    """Time each call, one after the other in each round: a slow moment of the machine hits all alike."""
    for _ in range(rounds):
        for result, attribute, call in timed:
            best = getattr(result, attribute)
            taken = _time(call)
            setattr(result, attribute, taken if best is None else min(best, taken))


def _in_fresh_process(module: str, payload: bytes, use: str) -> str:
    """Load `payload` in a new Python process, evaluate `use` there, and return what that prints."""
    request = json.dumps([module, base64.b64encode(payload).decode(), use])
    done = subprocess.run(
        [sys.executable, "-c", _READER], input=request + "\n", capture_output=True, text=True, timeout=60, check=False
    )
    if done.returncode:
        return f"the process died with status {done.returncode}: {done.stderr.strip()[-200:]}"
    answer: str = json.loads(done.stdout)
    return answer


def _time(call: Callable[[], Any]) -> float:
    """Microseconds of one call, over as many as take two milliseconds."""
    start = time.perf_counter()
    call()
    once = time.perf_counter() - start
    count = max(1, min(500, int(0.002 / max(once, 1e-7))))
    start = time.perf_counter()
    for _ in range(count):
        call()
    return (time.perf_counter() - start) / count * 1e6


def _print(rows: list[Row], picklers: list[str]) -> None:
    backend = "compiled" if COMPILED else "pure Python"
    print(f"lambdapkl {__version__}, {backend} backend, {platform.python_implementation()} {platform.python_version()}")
    print("Each object is pickled here, loaded in a fresh process and used there.  Times are the best, in microseconds.\n")
    width = max(len(row.name) for row in rows)
    print(f"{'object':{width}}  {'pickler':11}  {'bytes':>7}  {'dumps':>9}  {'loads':>9}  result")
    for row in rows:
        for position, result in enumerate(row.results):
            name = row.name if position == 0 else ""
            cells = [_cell(result.size, 7, 0), _cell(result.dumps, 9, 1), _cell(result.loads, 9, 1)]
            print(f"{name:{width}}  {result.pickler:11}  {'  '.join(cells)}  {_verdict(result)}".rstrip())
        print()
    missing = [name for name in _PICKLERS if name not in picklers]
    if missing:
        print(f"Not installed, or not for this interpreter, and so not compared: {', '.join(missing)}.")


def _cell(value: float | None, width: int, digits: int) -> str:
    return f"{'-':>{width}}" if value is None else f"{value:>{width},.{digits}f}"


def _verdict(result: Result) -> str:
    if result.right:
        return "right"
    what = "refused" if result.size is None else "WRONG"
    return f"{what}: {result.problem.splitlines()[0][:60]}" if result.problem else what
