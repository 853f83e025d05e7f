"""Each object for the first time: what a cache cannot help with."""

from __future__ import annotations

from typing import Any

from candidates import BY_VALUE
from workloads import Workload, add, define, serial

FUNCTION = """
def f{n}(x, y={n}):
    total = x + {n}
    return total * y - rate
"""

CLASS = """
class C{n}:
    number = {n}

    def __init__(self, x):
        self.x = x

    def add(self):
        return self.x + {n}

    @property
    def twice(self):
        return self.x * 2
"""


def functions(count: int) -> list[Any]:
    """Return functions whose code was never seen before in this process (nor in another: `serial` starts elsewhere).

    Each has globals of its own, as dill would take all functions along with each otherwise.
    """
    start = next(serial) * count
    return [define(FUNCTION.format(n=n), rate=2)[f"f{n}"] for n in range(start, start + count)]


def classes(count: int) -> list[Any]:
    """Return classes, never seen before either."""
    start = next(serial) * count
    return [define(CLASS.format(n=n))[f"C{n}"] for n in range(start, start + count)]


def _function_works(function: Any) -> bool:
    (value,) = function.__defaults__
    return function(1) == (1 + value) * value - 2


def _class_works(cls: Any) -> bool:
    return cls(1).add() == 1 + cls.number and cls(2).twice == 4


add(
    Workload(
        "1,000 functions, first time", "cold", lambda: functions(1000), _function_works, each=True, fresh=True, among=BY_VALUE
    )
)
add(Workload("100 classes, first time", "cold", lambda: classes(100), _class_works, each=True, fresh=True, among=BY_VALUE))
