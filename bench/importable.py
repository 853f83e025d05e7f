"""Instances of classes that can be imported: `pickle` knows them, and a pickler with hooks is often slower at them."""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import enum
import functools
import json
import textwrap
from collections import OrderedDict, namedtuple
from typing import Any

from workloads import Workload, add

COUNT = 10_000
INSTANCES, OTHER = "importable instances", "importable"


@dataclasses.dataclass
class Order:
    item: str
    count: int
    price: float


@dataclasses.dataclass(slots=True)
class Slotted:
    item: str
    count: int
    price: float


class Plain:
    def __init__(self, item: str, count: int, price: float) -> None:
        self.item = item
        self.count = count
        self.price = price

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Plain) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]


Pair = namedtuple("Pair", ["left", "right"])
Color = enum.Enum("Color", [f"C{n}" for n in range(100)])


def _add(name: str, family: str, make: Any) -> None:
    add(Workload(name, family, make, lambda loaded: loaded == make(), count=len(make())))


def _instances(cls: type) -> Any:
    return lambda: [cls(f"item {n}", n, n / 7) for n in range(COUNT)]


_add("10,000 of a dataclass", INSTANCES, _instances(Order))
_add("10,000 with slots", INSTANCES, _instances(Slotted))
_add("10,000 of a plain class", INSTANCES, _instances(Plain))
_add("10,000 namedtuples", OTHER, lambda: [Pair(n, -n) for n in range(COUNT)])
_add("10,000 Enum members", OTHER, lambda: list(Color) * (COUNT // 100))
_add("10,000 datetimes", OTHER, lambda: [datetime.datetime(2024, 1, 1) + datetime.timedelta(n) for n in range(COUNT)])
_add("10,000 Decimals", OTHER, lambda: [decimal.Decimal(n) / 8 for n in range(COUNT)])
_add("10,000 OrderedDicts", OTHER, lambda: [OrderedDict(a=n, b=-n) for n in range(COUNT)])
_add(
    "functions by reference",
    OTHER,
    lambda: [json.dumps, json.loads, functools.reduce, functools.wraps, textwrap.dedent, textwrap.fill, len, sorted] * 10,
)
