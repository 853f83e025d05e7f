"""The small job of the measurements: a price model, as a script would define it, and what a task does with it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any


def make_tasks(number: int) -> list[Callable[[], Any]]:
    """Return tasks, each a closure over a model of its own: what every one carries is pickled anew."""

    @dataclasses.dataclass
    class Item:
        name: str
        price: float
        amount: int = 1

    class Model:
        def __init__(self, rates: dict[str, float], rule: Callable[[float], float]) -> None:
            self.rates = rates
            self.rule = rule

        def total(self, items: list[Item]) -> float:
            return sum(self.rule(item.price * item.amount * self.rates[item.name]) for item in items)

    def make(index: int) -> Callable[[], Any]:
        rates = {f"kind-{n}": 1 + n / 100 for n in range(20)}
        model = Model(rates, lambda price: price * (1 - index / 1000) if price > 5 else price)
        items = [Item(f"kind-{n}", index % 7 + n, n) for n in range(20)]

        def task() -> list[Item]:
            whole = model.total(items)
            return [dataclasses.replace(item, price=item.price / whole) for item in items]

        return task

    return [make(index) for index in range(number)]
