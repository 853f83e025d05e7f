"""Plain data: what `pickle` does alone, and where a pickler that adds to it may only lose."""

from __future__ import annotations

from typing import Any

from workloads import Workload, add

SMALL, KILOBYTE, ARRAY = "plain, small", "plain", "arrays"


def nested() -> dict[str, Any]:
    """Return what a configuration or a reply of a service looks like, some 2 KB of it."""
    return {
        f"row {index}": {
            "name": f"name of {index}",
            "values": [index, index / 7, -index],
            "flags": (True, None),
            "tags": {"x": "y" * 8},
        }
        for index in range(24)
    }


def arrays() -> list[Any]:
    import numpy as np

    return [np.arange(n, dtype=np.float64).reshape(-1, 10) for n in (1000, 10_000, 100_000)]


def _arrays_right(loaded: list[Any]) -> bool:
    return [a.shape for a in loaded] == [(100, 10), (1000, 10), (10_000, 10)] and loaded[2][-1, -1] == 99_999


OUT_OF_BAND = ("pickle", "pickle.py", "cloudpickle", "lambdapkl pure", "lambdapkl")
INTEGERS = list(range(100_000))

add(Workload("None", SMALL, lambda: None, lambda x: x is None))
add(Workload("small dict", SMALL, lambda: {"a": 1, "b": [2.5, "c"]}, lambda x: x == {"a": 1, "b": [2.5, "c"]}))
add(Workload("nested data", KILOBYTE, nested, lambda x: x == nested()))
add(Workload("100,000 ints", KILOBYTE, lambda: list(INTEGERS), lambda x: x == INTEGERS))
add(Workload("100 MB of bytes", KILOBYTE, lambda: b"\x07" * 100_000_000, lambda x: len(x) == 100_000_000, quick=False))
add(Workload("arrays, in-band", ARRAY, arrays, _arrays_right, needs=("numpy",)))
add(Workload("arrays, out-of-band", ARRAY, arrays, _arrays_right, buffers=True, among=OUT_OF_BAND, needs=("numpy",)))
