"""Chains of awaits longer than the recursion limit, which no program can create: closing one overflows the stack."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    not getattr(sys, "_is_gil_enabled", lambda: True)(), reason="suspended calls are not restored without the GIL"
)

# `build` makes a chain of calls of which each waits for the next one, as `pickle` loads it.
CHAINS = {"chains.py": Path(__file__).with_name("programs") / "chains.py"}


@pytest.mark.parametrize("order", ["range(count)", "reversed(range(count))", "[*range(1, count, 2), *range(0, count, 2)]"])
def test_too_long_chains_are_refused_in_any_order(processes: object, order: str) -> None:
    source = f"""
import pickle
from chains import build
try:
    build(100_000, lambda count: {order})
except pickle.UnpicklingError as error:
    result = str(error)
"""
    result = processes("compiled").execute(source, modules=CHAINS)  # type: ignore[operator]
    assert "chain of awaits" in result


@pytest.mark.parametrize("order", ["range(count)", "reversed(range(count))"])
def test_chains_up_to_the_recursion_limit_are_restored(processes: object, order: str) -> None:
    source = f"""
from chains import build
chain = build(100, lambda count: {order})
assert list(chain) == [], list(chain)
"""
    processes("compiled").execute(source, modules=CHAINS)  # type: ignore[operator]
