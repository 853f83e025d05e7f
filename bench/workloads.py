"""What a workload is, and the registry of all of them.

`by_value`, `cold`, `data`, `importable`, `process` and `scale` fill the registry; `load_all` imports them.
"""

from __future__ import annotations

import builtins
import itertools
import marshal
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from types import FunctionType, ModuleType
from typing import Any

from candidates import NAMES

OPERATIONS = ("dumps", "loads")
FILENAME = "/home/user/program.py"
serial = itertools.count(1)


@dataclass(frozen=True)
class Workload:
    """An object to pickle, and how."""

    name: str
    family: str
    make: Callable[[], Any]
    check: Callable[[Any], bool]
    """Whether what came back is right.  It gets the loaded object only: another process asks, too."""
    each: bool = False
    """`make` returns a list of objects, each of which is pickled by itself."""
    fresh: bool = False
    """The object is made anew for every measurement, so that each is the first time that it is seen."""
    change: Callable[[Any], Callable[[int], Any]] | None = None
    """From the object, a function that changes it before each call."""
    buffers: bool = False
    """Out-of-band buffers are used."""
    floor: bool = False
    """The floor is measured: the object is one plain function."""
    register: str = ""
    """A module to register for pickling by value."""
    among: tuple[str, ...] = NAMES
    """The candidates for which it means the same."""
    needs: tuple[str, ...] = ()
    """What has to be installed."""
    quick: bool = True
    """It is part of ``--quick``."""
    count: int = 1
    """Objects in it, where the time of one is of interest."""

    @property
    def available(self) -> bool:
        return all(map(find_spec, self.needs))


WORKLOADS: dict[str, Workload] = {}


def add(workload: Workload) -> None:
    """Enter a workload; names are unique."""
    assert workload.name not in WORKLOADS, workload.name
    WORKLOADS[workload.name] = workload


def load_all() -> dict[str, Workload]:
    """Return the registry, filled."""
    for module in ("by_value", "cold", "data", "importable", "process", "scale"):
        import_module(module)
    return WORKLOADS


def define(source: str, **names: Any) -> dict[str, Any]:
    """Run `source` as if it were a program, and return what it defined.

    Its functions and classes say that they are from ``__main__`` and are not found there: all libraries send them by value,
    with no module registered.
    """
    namespace: dict[str, Any] = {"__name__": "__main__", "__builtins__": builtins, **names}
    exec(compile(source, FILENAME, "exec", dont_inherit=True), namespace)
    return namespace


def floor(function: FunctionType) -> tuple[Callable[[], bytes], Callable[[], Any], int]:
    """Return the least that anybody has to do for a function: `marshal` for its code, `pickle` for the rest as a tuple."""
    code = function.__code__
    names = function.__globals__
    rest = (
        function.__module__,
        function.__name__,
        function.__qualname__,
        code.co_filename,
        function.__doc__,
        function.__defaults__,
        function.__kwdefaults__,
        {key: getattr(value, "__name__", value) for key, value in function.__annotations__.items()},
        {name: names[name] for name in code.co_names if name in names and not isinstance(names[name], ModuleType)},
        tuple(cell.cell_contents for cell in function.__closure__ or ()),
    )
    blob, data = marshal.dumps(code), pickle.dumps(rest, 5)
    marshal_dumps, marshal_loads, pickle_dumps, pickle_loads = marshal.dumps, marshal.loads, pickle.dumps, pickle.loads
    return (
        lambda: marshal_dumps(code) + pickle_dumps(rest, 5),
        lambda: (marshal_loads(blob), pickle_loads(data)),
        len(blob) + len(data),
    )
