"""Suspended calls that wait for each other, in chains that no program can make: closing them overflows the stack."""

from __future__ import annotations

import sys

import pytest

pytestmark = pytest.mark.skipif(
    not getattr(sys, "_is_gil_enabled", lambda: True)(), reason="suspended calls are not restored without the GIL"
)

# A chain of calls of which each waits for the next one, built as `pickle` loads it.
CHAIN = """
import pickle, sys
from lambdapkl import wire
from lambdapkl.frames import suspended
def first():
    yield 1
def waits(inner):
    yield from inner
inside, around = first(), None
around = waits(inside)
next(around)
position, marks, values, _ = suspended.frames().read(around)
check = suspended.facts(waits.__code__).check
def state(inner):
    held = [inner if value is inside else value for value in values]
    return position, marks, tuple(held)
def build(count, order):
    calls = [wire.generator(waits, check) for _ in range(count)]
    last = first()
    next(last)
    calls.append(last)
    for index in order(count):
        wire.generator(calls[index], state(calls[index + 1]))
    return calls[0]
"""


@pytest.mark.parametrize("order", ["range(count)", "reversed(range(count))", "[*range(1, count, 2), *range(0, count, 2)]"])
def test_too_many_are_refused_in_whatever_order_they_come(processes: object, order: str) -> None:
    source = f"""
try:
    build(100_000, lambda count: {order})
except pickle.UnpicklingError as error:
    result = str(error)
"""
    result = processes("compiled").execute(CHAIN + source)  # type: ignore[operator]
    assert "wait for each other" in result


@pytest.mark.parametrize("order", ["range(count)", "reversed(range(count))"])
def test_as_many_as_can_run_are_restored(processes: object, order: str) -> None:
    source = f"""
chain = build(100, lambda count: {order})
assert list(chain) == [], list(chain)
"""
    processes("compiled").execute(CHAIN + source)  # type: ignore[operator]
