"""Data with sets: ``python bench/sets.py``.

Microseconds of `lambdapkl.dumps` and of `pickle.dumps`, which write the same bytes: best of many rounds, in turns.
"""

from __future__ import annotations

import pickle
import random
from collections.abc import Callable
from typing import Any

from timing import spin, timed

import lambdapkl

ROUNDS = 60
SECONDS = 0.01


def values() -> dict[str, Any]:
    """Return what is dumped, by name."""
    rng = random.Random(1)
    floats = [rng.random() for _ in range(100_000)]
    return {
        "10 strings": {f"name {number}" for number in range(10)},
        "1,000 strings": {f"name {number}" for number in range(1000)},
        "100,000 strings": {f"name {number}" for number in range(100_000)},
        "100,000 strings of 32 random digits": {f"{rng.getrandbits(128):032x}" for _ in range(100_000)},
        "100,000 ints": set(range(0, 10**9, 10**4)),
        "a list of 100,000 floats, and 3 strings": [{"a", "b", "c"}, floats],
        "a list of 100,000 floats, and no set": floats,
        "80 MB of bytes, and 3 strings": [{"a", "b", "c"}, bytes(80_000_000)],
    }


def microseconds(dumps: Callable[[Any, int], bytes], value: Any, calls: int) -> float:
    """Return what one of `calls` calls takes."""
    return timed(lambda: spin(dumps, (value, 5), calls)) / calls * 1e6


def main() -> None:
    print("| | lambdapkl | pickle | ratio |\n|---|--:|--:|--:|")
    for name, value in values().items():
        calls = max(1, int(SECONDS * 1e6 / microseconds(lambdapkl.dumps, value, 3)))
        ours, theirs = [], []
        for _ in range(ROUNDS):
            ours.append(microseconds(lambdapkl.dumps, value, calls))
            theirs.append(microseconds(pickle.dumps, value, calls))
        print(f"| {name} | {min(ours):,.1f} | {min(theirs):,.1f} | {min(ours) / min(theirs):.2f} |", flush=True)


if __name__ == "__main__":
    main()
