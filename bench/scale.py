"""The same for more and more objects: the time of one should stay the same."""

from __future__ import annotations

from types import FunctionType
from typing import Any

from candidates import BY_VALUE
from workloads import Workload, add, define, serial

SIZES = (1_000, 10_000, 100_000)
FAMILY = "scale"
QUICK_LIMIT = 10_000


def closures(count: int) -> list[Any]:
    """Return functions of one code."""
    make = define("def make(n):\n    return lambda x: x + n")["make"]
    return [make(n) for n in range(count)]


def functions(count: int) -> list[Any]:
    """Return functions of as many codes, made without the compiler, which takes longer than any pickler."""
    names = define("f = lambda x: x * 123456789 + 1")
    code, start = names["f"].__code__, next(serial) * count

    # Small numbers are no constants since 3.14, the large one is.
    def consts(number: int) -> tuple[Any, ...]:
        return tuple(number if each == 123456789 else each for each in code.co_consts)

    return [
        FunctionType(code.replace(co_consts=consts(start + n), co_name=f"f{n}", co_qualname=f"f{n}"), names)
        for n in range(count)
    ]


def instances(count: int) -> list[Any]:
    """Return instances of one class by value."""
    names = define("class Point:\n    def __init__(self, x, y):\n        self.x = x\n        self.y = y")
    return [names["Point"](n, n / 7) for n in range(count)]


MAKERS = {"closures": closures, "functions": functions, "instances": instances}


def label(kind: str, count: int) -> str:
    return f"{count:,} {kind}"


def _all_there(kind: str, count: int) -> Any:
    def check(loaded: list[Any]) -> bool:
        last = loaded[-1]
        if kind == "instances":
            return len(loaded) == count and last.x == count - 1
        return len(loaded) == count and (last(1) == count if kind == "closures" else last(0) == 1)

    return check


for kind, maker in MAKERS.items():
    for count in SIZES:
        # dill and pyfory take minutes for 100,000.
        among = BY_VALUE if count < max(SIZES) else ("cloudpickle", "lambdapkl pure", "lambdapkl")
        add(
            Workload(
                label(kind, count),
                FAMILY,
                lambda maker=maker, count=count: maker(count),  # type: ignore[misc]
                _all_there(kind, count),
                fresh=kind == "functions",
                among=among,
                quick=count <= QUICK_LIMIT,
                count=count,
            )
        )
