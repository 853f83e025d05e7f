"""What the guard costs: ``python bench/guarded.py``.

Milliseconds of `pickle.loads`, of the unpickler of `pickle` in Python, and of `lambdapkl.guard.loads`: best of many rounds, in
turns.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from typing import Any

from timing import spin, timed

from lambdapkl import guard

ROUNDS = 15
VALUES = {
    "10,000 small dictionaries": [{"id": number, "name": str(number), "ratio": number / 7} for number in range(10_000)],
    "10 MB of bytes": bytes(10_000_000),
}


def in_python(data: bytes) -> Any:
    return pickle._Unpickler(io.BytesIO(data)).load()  # type: ignore[attr-defined]


def milliseconds(loads: Callable[[bytes], Any], data: bytes) -> float:
    return timed(lambda: spin(loads, (data,), 1)) * 1e3


def main() -> None:
    print("| | pickle | pickle in Python | guarded |\n|---|--:|--:|--:|")
    for name, value in VALUES.items():
        data = pickle.dumps(value)
        times = [[milliseconds(loads, data) for loads in (pickle.loads, in_python, guard.loads)] for _ in range(ROUNDS)]
        print(f"| {name} | {' | '.join(f'{min(each):.1f}' for each in zip(*times, strict=True))} |")


if __name__ == "__main__":
    main()
