"""Functions and classes by value: what `pickle` refuses."""

from __future__ import annotations

import argparse
import functools
from types import FunctionType
from typing import Any

from candidates import BY_VALUE
from workloads import Workload, add, define

# Each has a program of its own: dill takes all globals of a program along, and would pay for what the others need.
CLOSURE = """
def closure(factor, offset):
    return lambda x: x * factor + offset
"""

RECURSIVE = """
def recursive():
    def factorial(n):
        return 1 if n < 2 else n * factorial(n - 1)
    return factorial
"""

MUTUAL = """
def mutual():
    def even(n):
        return True if n == 0 else odd(n - 1)
    def odd(n):
        return False if n == 0 else even(n - 1)
    return even
"""

ALIKE = """
def alike(n):
    return [lambda: index for index in range(n)]
"""

DOCUMENTED = '''
LIMIT, SCALE, SHIFT, NAMES, UNIT = 10, 2.5, 1, ("a", "b"), "kg"
FACTORS, DIGITS, EMPTY, STRICT, SEPARATOR = {"kg": 1, "g": 1000}, 3, 0.0, True, ":"

def documented(values: list, limit: int = LIMIT, unit: str = "kg", *, scale: float = SCALE) -> dict:
    """Scale the values and give each its name.

    With a docstring, annotations, defaults and globals, as a function of a program has them.
    """
    if not values:
        return {NAMES[0]: EMPTY}
    factor = FACTORS[unit or UNIT] * scale * SCALE
    rows = {}
    for name, value in zip(NAMES, values, strict=STRICT):
        rows[name + SEPARATOR + unit] = round(min(value * factor + SHIFT, limit, LIMIT), DIGITS)
    return rows
'''

POINT = '''
class Point:
    """A point of the plane."""

    kind = "point"

    def __init__(self, x, y):
        self.x = x
        self.y = y

    def length(self):
        return (self.x**2 + self.y**2) ** 0.5

    def moved(self, by):
        return type(self)(self.x + by, self.y + by)

    @property
    def pair(self):
        return self.x, self.y
'''

NAMED = (
    POINT
    + """
class Named(Point):
    def __init__(self, x, y, name="?"):
        super().__init__(x, y)
        self.name = name

    def length(self):
        return super().length() + 1
"""
)

ORDER = """
from dataclasses import dataclass

@dataclass
class Order:
    item: str
    count: int = 1
    price: float = 1.0

    def total(self):
        return self.count * self.price
"""

COLOR = """
from enum import Enum

class Color(Enum):
    RED = 1
    GREEN = 2
    BLUE = 3

    def lower(self):
        return self.name.lower()
"""

HIERARCHY = "\n".join(
    f"class Level{level}({f'Level{level - 1}' if level else 'object'}):\n"
    f"    level{level} = {level}\n"
    f"    def depth(self):\n"
    f"        return {'super().depth() + 1' if level else '1'}\n"
    for level in range(10)
)


def _different() -> list[FunctionType]:
    """Return 100 lambdas, no two with the same code."""
    source = "\n".join(f"    lambda x, y={n}: (x + {n}) * y - x // {n + 1}," for n in range(100))
    return define(f"functions = [\n{source}\n]")["functions"]


def _rated() -> FunctionType:
    return define("rate, shift = 0, 5\ndef rated(price):\n    return price * rate + shift")["rated"]


def _everything_of_argparse() -> list[Any]:
    found = [value for value in vars(argparse).values() if isinstance(value, (FunctionType, type))]
    return [value for value in found if value.__module__ == "argparse"]


def _copied(loaded: list[Any]) -> bool:
    """Whether the functions are copies: a library that sends them by reference does something else."""
    functions = [value for value in loaded if isinstance(value, FunctionType)]
    return bool(functions) and all(value is not getattr(argparse, value.__name__) for value in functions)


def _function(name: str, make: Any, check: Any, **more: Any) -> None:
    add(Workload(name, "functions", make, check, among=(*BY_VALUE, "pickle", "pickle.py", "floor"), **more))


def _class(name: str, make: Any, check: Any, **more: Any) -> None:
    add(Workload(name, "classes", make, check, among=(*BY_VALUE, "pickle", "pickle.py"), **more))


_function("lambda", lambda: define("f = lambda x: x + 1")["f"], lambda f: f(2) == 3, floor=True)
_function("closure", lambda: define(CLOSURE)["closure"](3, 4), lambda f: f(2) == 10, floor=True)
_function("recursive closure", lambda: define(RECURSIVE)["recursive"](), lambda f: f(5) == 120)
_function("mutually recursive", lambda: define(MUTUAL)["mutual"](), lambda f: f(10) and not f(7))
_function(
    "documented function",
    lambda: define(DOCUMENTED)["documented"],
    lambda f: f([1, 2]) == {"a:kg": 7.25, "b:kg": 10} and f.__doc__.startswith("Scale") and f.__annotations__["limit"] is int,
    floor=True,
)
_function("partial", lambda: functools.partial(define("f = lambda a, b: a - b")["f"], 5), lambda f: f(2) == 3)
_function("100 lambdas, one code", lambda: define(ALIKE)["alike"](100), lambda fs: len(fs) == 100 and fs[7]() == 99)
_function("100 different lambdas", _different, lambda fs: [f(2) for f in fs][:3] == [2 * 0 - 2, 3 - 1, 8])
_function("bound method", lambda: define(POINT)["Point"](3, 4).length, lambda f: f() == 5)
_function(
    "again, other globals",
    _rated,
    lambda f: isinstance(f(2), int),
    change=lambda f: functools.partial(f.__globals__.__setitem__, "rate"),
)
_class("class", lambda: define(POINT)["Point"], lambda c: c(3, 4).moved(1).pair == (4, 5))
_class("subclass with super()", lambda: define(NAMED)["Named"], lambda c: c(3, 4).length() == 6)
_class("dataclass", lambda: define(ORDER)["Order"], lambda c: c("a", 2, 3.0).total() == 6 and c("a") == c("a"))
_class("Enum", lambda: define(COLOR)["Color"], lambda c: c(2) is c.GREEN and c.RED.lower() == "red" and len(c) == 3)
_class("10 classes deep", lambda: define(HIERARCHY)["Level9"], lambda c: c().depth() == 10 and c.level3 == 3)
add(
    Workload(
        "argparse by value",
        "classes",
        _everything_of_argparse,
        _copied,
        register="argparse",
        among=("cloudpickle", "lambdapkl", "lambdapkl pure"),
    )
)
