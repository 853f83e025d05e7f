"""Compare picklers for ``lambdapkl demo`` and ``lambdapkl bench``: objects, sizes and times."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple

from . import fresh_processes

PICKLERS = ("pickle", "cloudpickle", "dill", "lambdapkl")
# Starting a process takes long, so there is one process for this many timing rounds.
ROUNDS_A_PROCESS = 15
# The attempt with dill's option if its default fails for an object.
RECURSE = "dill recurse=True"

# The program runs as `__main__`, so a reader cannot import what it defines. For the time of the first load, the reader has
# imported the same modules.
IMPORTS = """
from argparse import Namespace
from dataclasses import dataclass, field
"""
IMPORT_NUMPY = "import numpy as np\n"
DEFINITIONS = """
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

# Name, expression for the object, expression that uses the object `o`. Here and in the reader, it must have the same value.
OBJECTS = [
    ("a lambda", "lambda x: x + 1", "o(41)"),
    ("a lambda with a global", "lambda price: price * (1 + RATE)", "o(80)"),
    ("a recursive closure", "make_counter(10)", "o(5)"),
    ("a local class with super()", "make_class()", "o(3).describe()"),
    ("a dataclass", "Order", "o('tea', 4.0).total()"),
    ("100 dataclass instances", "[Order(str(i), float(i), [i]) for i in range(100)]", "sum(x.total() for x in o), o[7]"),
    (
        "100 instances of an importable class",
        "[Namespace(item=str(i), price=float(i), tags=[i]) for i in range(100)]",
        "sum(x.price for x in o), o[7]",
    ),
]
WITH_NUMPY = ("a function that uses numpy", "lambda rows: float(np.linalg.norm(np.array(rows)))", "o([3.0, 4.0])")


class Pickler(NamedTuple):
    """A module with `dumps` and `loads`, and keyword arguments for its `dumps`."""

    module: Any
    keywords: dict[str, Any] = {}

    def dumps(self, obj: Any) -> bytes:
        """Return `obj` as pickled by this pickler."""
        return bytes(self.module.dumps(obj, **self.keywords))

    @property
    def name(self) -> str:
        """The module's name."""
        return str(self.module.__name__)

    @property
    def reader(self) -> str:
        """The module whose `loads` a reader calls."""
        return "dill" if self.name == "dill" else "pickle"


@dataclass
class Result:
    """The result of one pickler for one object.

    Attributes
    ----------
    size
        Size of the payload in bytes; None if the object was refused.
    dumps, loads
        Best times of repeated calls, in microseconds; None if the call failed.
    first_dumps, first_loads
        Best times of the first call in a fresh process, in microseconds, without the import of the pickler.
    right
        Whether the object behaves in a fresh process as it does here.
    problem
        The error or the wrong result.
    """

    pickler: str
    size: int | None = None
    dumps: float | None = None
    loads: float | None = None
    first_dumps: float | None = None
    first_loads: float | None = None
    right: bool = False
    problem: str = ""


# A result, the attribute that gets the time, and the call.
Timed = tuple[Result, str, Callable[[], Any]]


@dataclass
class Row:
    """One object, and the result of each pickler."""

    name: str
    results: list[Result] = field(default_factory=list)


def installed() -> dict[str, Pickler]:
    """Return the picklers that can be imported, by name."""
    picklers = {}
    for name in PICKLERS:
        # An installed one may fail: cloudpickle 3.1.3 cannot be imported on PyPy 8.
        with suppress(Exception):
            picklers[name] = Pickler(import_module(name))
    return picklers


def processes(rounds: int) -> int:
    """Return in how many fresh processes the first call is timed."""
    return max(1, rounds // ROUNDS_A_PROCESS)


def compare(picklers: dict[str, Pickler], rounds: int) -> list[Row]:
    """Pickle each object with each pickler, use it in a fresh process, and take all times."""
    namespace = as_main(IMPORTS + DEFINITIONS)
    objects = list(OBJECTS)
    if find_spec("numpy") is not None:
        objects.append(WITH_NUMPY)
        as_main(IMPORT_NUMPY)
    attempts = list(picklers.items())
    if "dill" in picklers:
        # After dill's default, and only if that fails.
        place = attempts.index(("dill", picklers["dill"])) + 1
        attempts.insert(place, (RECURSE, Pickler(picklers["dill"].module, {"recurse": True})))
    fresh_rounds = processes(rounds)
    rows: list[Row] = []
    loading: list[Timed] = []
    for name, make, use in objects:
        row = Row(name)
        rows.append(row)
        obj = eval(make, namespace)
        expected = repr(eval(use, {**namespace, "o": obj}))
        imports = IMPORTS + IMPORT_NUMPY if name == WITH_NUMPY[0] else IMPORTS
        dumping: list[Timed] = []
        for attempt, library in attempts:
            if attempt == RECURSE and row.results[-1].right:
                continue
            result = Result(attempt)
            row.results.append(result)
            payload = dumped(result, library, obj)
            if payload is None:
                continue
            dumping.append((result, "dumps", partial(library.dumps, obj)))
            answer = fresh_processes.answer(library.reader, payload, use)
            if answer != expected:
                result.problem = answer
                continue
            result.right = True
            program = imports + DEFINITIONS
            result.first_dumps = fresh_processes.first_dumps(fresh_rounds, library.name, library.keywords, program, make)
            result.first_loads = fresh_processes.first_loads(fresh_rounds, library.name, library.reader, imports, payload)
            loading.append((result, "loads", partial(library.module.loads, payload)))
        time_all(dumping, rounds)
    # Last: loading a class where it was defined may change it (cloudpickle sets its attributes again, with copies).
    time_all(loading, rounds)
    return rows


def as_data(rows: list[Row]) -> list[dict[str, Any]]:
    """Return the rows as plain data, for JSON."""
    return [{"object": row.name, "results": [vars(result) for result in row.results]} for row in rows]


def as_main(program: str) -> dict[str, Any]:
    """Run `program` in the namespace of ``__main__``, and return the namespace."""
    namespace = vars(sys.modules["__main__"])
    exec(compile(program, "<demo>", "exec"), namespace)
    return namespace


def dumped(result: Result, library: Pickler, obj: Any) -> bytes | None:
    """Return `obj` as pickled by `library`, or None if it is refused; put the size or the error into `result`."""
    # Other libraries may raise any error.
    try:
        payload = library.dumps(obj)
    except Exception as error:
        result.problem = f"{type(error).__name__}: {error}"
        return None
    result.size = len(payload)
    return payload


def time_all(timed: list[Timed], rounds: int) -> None:
    """Time all calls in each round, so that a slow moment of the machine affects them equally."""
    for _ in range(rounds):
        for result, attribute, call in timed:
            best = getattr(result, attribute)
            taken = _time(call)
            setattr(result, attribute, taken if best is None else min(best, taken))


def _time(call: Callable[[], Any]) -> float:
    """Return the microseconds of one call, averaged over two milliseconds."""
    start = time.perf_counter()
    call()
    once = time.perf_counter() - start
    count = max(1, min(500, int(0.002 / max(once, 1e-7))))
    start = time.perf_counter()
    for _ in range(count):
        call()
    return (time.perf_counter() - start) / count * 1e6
