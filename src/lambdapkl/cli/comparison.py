"""What ``lambdapkl demo`` and ``lambdapkl bench`` compare: objects, picklers, sizes and times."""

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
# Starting a process takes long: for so many timing rounds, each first call is timed in one process.
ROUNDS_A_PROCESS = 15
# How dill is called for an object for which its default fails.
RECURSE = "dill recurse=True"

# The program runs as `__main__`, so that a reader can import nothing that it defines.  A reader whose first load is timed
# has imported the same modules.
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

# Name, expression in the program, expression over the loaded object `o`; both have to give the same.
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
        payload: bytes = self.module.dumps(obj, **self.keywords)
        return payload

    @property
    def name(self) -> str:
        """The module's name."""
        name: str = self.module.__name__
        return name

    @property
    def reader(self) -> str:
        """The module whose `loads` a reader calls."""
        return "dill" if self.name == "dill" else "pickle"


@dataclass
class Result:
    """What one pickler made of one object.

    Attributes
    ----------
    size
        Of the payload, in bytes; None where the object was refused.
    dumps, loads
        Best times of repeated calls, in microseconds; None where the call failed.
    first_dumps, first_loads
        Best times of the first call in a fresh process, in microseconds, without the import of the pickler.
    right
        Whether the object did in a fresh process what it does here.
    problem
        What went wrong, if anything.
    """

    pickler: str
    size: int | None = None
    dumps: float | None = None
    loads: float | None = None
    first_dumps: float | None = None
    first_loads: float | None = None
    right: bool = False
    problem: str = ""


class _Example(NamedTuple):
    """An object, what it answers when it is used, and the code that imports, makes and uses it."""

    obj: Any
    expected: str
    imports: str
    make: str
    use: str


# Whose time, which one, and the call.
Timed = tuple[Result, str, Callable[[], Any]]


@dataclass
class Row:
    """One object, and what each pickler made of it."""

    name: str
    results: list[Result] = field(default_factory=list)


def installed() -> dict[str, Pickler]:
    """Return the picklers to compare, by name, as far as they are here."""
    picklers = {}
    for name in PICKLERS:
        # Installed is not enough: cloudpickle 3.1.3 cannot be imported on PyPy 8.
        with suppress(Exception):
            picklers[name] = Pickler(import_module(name))
    return picklers


def processes(rounds: int) -> int:
    """Return from how many fresh processes the best first time is taken."""
    return max(1, rounds // ROUNDS_A_PROCESS)


def compare(picklers: dict[str, Pickler], rounds: int) -> list[Row]:
    """Pickle each object with each pickler, use it in a fresh process, and take all times."""
    namespace = as_main(IMPORTS + DEFINITIONS)
    objects = list(OBJECTS)
    if find_spec("numpy") is not None:
        objects.append(WITH_NUMPY)
        as_main(IMPORT_NUMPY)
    fresh_rounds = processes(rounds)
    rows: list[Row] = []
    loading: list[Timed] = []
    for name, make, use in objects:
        row = Row(name)
        rows.append(row)
        obj = eval(make, namespace)
        imports = IMPORTS + IMPORT_NUMPY if name == WITH_NUMPY[0] else IMPORTS
        example = _Example(obj, repr(eval(use, {**namespace, "o": obj})), imports, make, use)
        dumping: list[Timed] = []
        for pickler, library in picklers.items():
            results = [_measure(pickler, library, example, fresh_rounds)]
            if pickler == "dill" and not results[0][0].right:
                results.append(_measure(RECURSE, Pickler(library.module, {"recurse": True}), example, fresh_rounds))
            for result, dumps, loads in results:
                row.results.append(result)
                dumping += dumps
                loading += loads
        time_all(dumping, rounds)
    # Last: loading a class where it was defined may change it (cloudpickle sets its attributes again, with copies).
    time_all(loading, rounds)
    return rows


def _measure(pickler: str, library: Pickler, example: _Example, fresh_rounds: int) -> tuple[Result, list[Timed], list[Timed]]:
    """Pickle one object with one pickler and use it in a fresh process; return the dumps and loads that are to be timed."""
    result = Result(pickler)
    payload = dumped(result, library, example.obj)
    if payload is None:
        return result, [], []
    dumping: list[Timed] = [(result, "dumps", partial(library.dumps, example.obj))]
    answer = fresh_processes.answer(library.reader, payload, example.use)
    if answer != example.expected:
        result.problem = answer
        return result, dumping, []
    result.right = True
    program = example.imports + DEFINITIONS
    result.first_dumps = fresh_processes.first_dumps(fresh_rounds, library.name, library.keywords, program, example.make)
    result.first_loads = fresh_processes.first_loads(fresh_rounds, library.name, library.reader, example.imports, payload)
    return result, dumping, [(result, "loads", partial(library.module.loads, payload))]


def as_data(rows: list[Row]) -> list[dict[str, Any]]:
    """Return the rows as JSON can hold them."""
    return [{"object": row.name, "results": [vars(result) for result in row.results]} for row in rows]


def as_main(program: str) -> dict[str, Any]:
    """Run `program` in the namespace of ``__main__`` and return that."""
    namespace = vars(sys.modules["__main__"])
    exec(compile(program, "<demo>", "exec"), namespace)
    return namespace


def dumped(result: Result, library: Pickler, obj: Any) -> bytes | None:
    """Return `obj` as pickled by `library`, and put its size or error into `result`; None where it was refused."""
    # A peer may refuse it in any way.
    try:
        payload = library.dumps(obj)
    except Exception as error:
        result.problem = f"{type(error).__name__}: {error}"
        return None
    result.size = len(payload)
    return payload


def time_all(timed: list[Timed], rounds: int) -> None:
    """Time each call, one after the other in each round: a slow moment of the machine hits all alike."""
    for _ in range(rounds):
        for result, attribute, call in timed:
            best = getattr(result, attribute)
            taken = _time(call)
            setattr(result, attribute, taken if best is None else min(best, taken))


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
