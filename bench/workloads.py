"""What is measured: objects by name, each made anew."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

LIMIT = 10
SCALE = 2.5
NAMES = ["a", "b"]


def recursive() -> Any:
    def factorial(n: int) -> int:
        return 1 if n < 2 else n * factorial(n - 1)

    return factorial


def documented(values: list[float], limit: int = LIMIT, *, scale: float = SCALE) -> dict[str, float]:
    """Scale values.

    With a docstring, annotations, defaults and globals, as a function of a program has them.
    """
    return {name: min(value * scale, limit) for name, value in zip(NAMES, values, strict=False)}


def closure() -> Any:
    factor, offset = 3, 4
    return lambda x: x * factor + offset


def local_class() -> Any:
    class Point:
        kind = "point"

        def __init__(self, x: int, y: int) -> None:
            self.x = x
            self.y = y

        def length(self) -> float:
            return float((self.x**2 + self.y**2) ** 0.5)

        def moved(self, by: int) -> Any:
            return type(self)(self.x + by, self.y + by)

        @property
        def pair(self) -> tuple[int, int]:
            return self.x, self.y

    return Point


def subclass() -> Any:
    class Named(local_class()):  # type: ignore[misc]
        def length(self) -> float:
            return super().length() + 1

    return Named


def local_dataclass() -> Any:
    @dataclass
    class Order:
        item: str
        price: float = 1.0

        def total(self) -> float:
            return self.price * SCALE

    return Order


def plain_data() -> Any:
    return [{"name": f"row {index}", "value": index / 7, "tags": ["x", "y"], "ok": True} for index in range(200)]


def instances() -> Any:
    cls = local_class()
    return [cls(index, index) for index in range(1000)]


WORKLOADS: dict[str, Callable[[], Any]] = {
    "None": lambda: None,
    "lambda": lambda: lambda x: x + 1,
    "closure": closure,
    "recursive closure": recursive,
    "documented function": lambda: documented,
    "partial of a lambda": lambda: functools.partial(lambda a, b: a + b, 1),
    "100 lambdas of one code": lambda: [lambda: index for index in range(100)],
    "class, 3 methods, property": local_class,
    "subclass with super()": subclass,
    "dataclass": local_dataclass,
    "1,000 instances by value": instances,
    "importable function": lambda: functools.reduce,
    "plain data, 200 rows": plain_data,
}
