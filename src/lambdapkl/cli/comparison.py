"""Compare picklers for ``lambdapkl demo`` and ``lambdapkl bench``: objects, sizes and times."""

from __future__ import annotations

import base64
import json
import platform
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple

from .. import __version__
from . import fresh_processes
from .common import BACKEND

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


class Object(NamedTuple):
    """An object of the demo.

    Attributes
    ----------
    make
        An expression for the object.
    use
        An expression that uses the object `o`. Here and in the reader, it must have the same value.
    """

    name: str
    make: str
    use: str
    imports: str = IMPORTS


OBJECTS = [
    Object("a lambda", "lambda x: x + 1", "o(41)"),
    Object("a lambda with a global", "lambda price: price * (1 + RATE)", "o(80)"),
    Object("a recursive closure", "make_counter(10)", "o(5)"),
    Object("a local class with super()", "make_class()", "o(3).describe()"),
    Object("a dataclass", "Order", "o('tea', 4.0).total()"),
    Object(
        "100 dataclass instances",
        "[Order(str(i), float(i), [i]) for i in range(100)]",
        "sum(x.total() for x in o), o[7]",
    ),
    Object(
        "100 instances of an importable class",
        "[Namespace(item=str(i), price=float(i), tags=[i]) for i in range(100)]",
        "sum(x.price for x in o), o[7]",
    ),
    Object(
        "a function that uses numpy",
        "lambda rows: float(np.linalg.norm(np.array(rows)))",
        "o([3.0, 4.0])",
        f"{IMPORTS}import numpy as np\n",
    ),
]


class Pickler(NamedTuple):
    """A module with `dumps` and `loads`, and keyword arguments for its `dumps`."""

    name: str
    module: Any
    keywords: dict[str, Any] = {}

    def dumps(self, obj: Any) -> bytes:
        """Return `obj` as pickled by this pickler."""
        return bytes(self.module.dumps(obj, **self.keywords))


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


# Checks the payload of a pickler; returns "", or what is wrong with it.
Check = Callable[[Result, Pickler, bytes], str]


def installed() -> list[Pickler]:
    """Return the picklers that can be imported; dill a second time with its option."""
    picklers = []
    for name in PICKLERS:
        # An installed one may fail: cloudpickle 3.1.3 cannot be imported on PyPy 8.
        with suppress(Exception):
            picklers.append(Pickler(name, import_module(name)))
            if name == "dill":
                picklers.append(Pickler(RECURSE, picklers[-1].module, {"recurse": True}))
    return picklers


def processes(rounds: int) -> int:
    """Return in how many fresh processes the first call is timed."""
    return max(1, rounds // ROUNDS_A_PROCESS)


def demo_objects(rounds: int) -> list[tuple[str, Any, Check]]:
    """Create the objects of the demo in ``__main__``; the checks use them in fresh processes."""
    namespace = vars(sys.modules["__main__"])
    exec(compile(IMPORTS + DEFINITIONS, "<demo>", "exec"), namespace)
    objects: list[tuple[str, Any, Check]] = []
    for each in OBJECTS:
        if "numpy" in each.imports and find_spec("numpy") is None:
            continue
        exec(each.imports, namespace)
        obj = eval(each.make, namespace)
        expected = repr(eval(each.use, {**namespace, "o": obj}))
        objects.append((each.name, obj, partial(_check, each, expected, processes(rounds))))
    return objects


def _check(obj: Object, expected: str, rounds: int, result: Result, pickler: Pickler, payload: bytes) -> str:
    """Use the object in fresh processes, and take the times of first calls."""
    module = pickler.module.__name__
    reader = "dill" if module == "dill" else "pickle"
    loads = partial(
        fresh_processes.run, fresh_processes.LOADS, module, reader, obj.imports, base64.b64encode(payload).decode(), obj.use
    )
    dumps = partial(fresh_processes.run, fresh_processes.DUMPS, module, pickler.keywords, obj.imports + DEFINITIONS, obj.make)
    try:
        answers = [loads() for _ in range(rounds)]
    except RuntimeError as error:
        return str(error)
    if answers[0][0] != expected:
        return str(answers[0][0])
    result.first_loads = 1e6 * min(taken for _, taken in answers)
    result.first_dumps = 1e6 * min(dumps() for _ in range(rounds))
    return ""


def compare(objects: Iterable[tuple[str, Any, Check | None]], picklers: list[Pickler], rounds: int) -> list[Row]:
    """Pickle each object with each pickler, check the payloads, and take all times."""
    rows: list[Row] = []
    loading: list[Timed] = []
    for name, obj, check in objects:
        row = Row(name)
        rows.append(row)
        dumping: list[Timed] = []
        for pickler in picklers:
            if pickler.name == RECURSE and row.results[-1].right:
                continue
            result = Result(pickler.name)
            row.results.append(result)
            # Other libraries may raise any error.
            try:
                payload = pickler.dumps(obj)
            except Exception as error:
                result.problem = f"{type(error).__name__}: {error}"
                continue
            result.size = len(payload)
            dumping.append((result, "dumps", partial(pickler.dumps, obj)))
            result.problem = "" if check is None else check(result, pickler, payload)
            result.right = not result.problem
            loading.append((result, "loads", partial(pickler.module.loads, payload)))
        _time_all(dumping, rounds)
    # Last: loading a class where it was defined may change it (cloudpickle sets its attributes again, with copies).
    for result, _, load in loading:
        try:
            load()
        except Exception as error:
            result.right, result.problem = False, result.problem or f"{type(error).__name__}: {error}"
    _time_all([timed for timed in loading if timed[0].right], rounds)
    return rows


def works(rows: list[Row]) -> bool:
    """Whether lambdapkl is right for every object."""
    return all(result.right for row in rows for result in row.results if result.pickler == "lambdapkl")


def show(rows: list[Row], picklers: list[Pickler], as_json: bool) -> None:
    """Print the rows: as JSON, or the versions that are compared and a table."""
    if as_json:
        print(json.dumps([{"object": row.name, "results": [vars(result) for result in row.results]} for row in rows], indent=1))
        return
    peers = [f"{each.name} {each.module.__version__}" for each in picklers if each.name in ("cloudpickle", "dill")]
    python = f"{platform.python_implementation()} {platform.python_version()}"
    print(f"lambdapkl {__version__}, {', '.join([f'{BACKEND} backend', python, *peers])}")
    print("Times are the best, in microseconds; in brackets, how many times lambdapkl's.\n")
    results = [result for row in rows for result in row.results]
    shown = {name: title for name, title in _TIMES.items() if any(getattr(result, name) for result in results)}
    print(f"{'':19}  {'bytes':>9}  {'  '.join(f'{title:>9}        ' for title in shown.values())}".rstrip())
    for row in rows:
        ours = next(result for result in row.results if result.pickler == "lambdapkl")
        print(row.name)
        for result in row.results:
            size = "-" if result.size is None else f"{result.size:,}"
            times = [_cell(getattr(result, name), getattr(ours, name)) for name in shown]
            print(f"  {result.pickler:17}  {size:>9}  {'  '.join(times)}  {_verdict(result)}".rstrip())
        print()


_TIMES = {"dumps": "dumps", "loads": "loads", "first_dumps": "1st dumps", "first_loads": "1st loads"}


def _cell(time: float | None, ours: float | None) -> str:
    if time is None:
        return f"{'-':>9}        "
    ratio = f"({time / ours:.1f})" if ours else ""
    return f"{time:>9,.1f} {ratio:7}"


def _verdict(result: Result) -> str:
    if result.right:
        return "works"
    what = "refused" if result.size is None else "fails"
    return f"{what}: {result.problem.splitlines()[0][:30]}" if result.problem else what


def _time_all(timed: list[Timed], rounds: int) -> None:
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
