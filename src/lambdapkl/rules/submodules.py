"""Submodules that a function uses through their package.

``import numpy as np; lambda x: np.linalg.norm(x)`` names only ``numpy``; the reader has to import ``numpy.linalg``, too.
A submodule counts as used when every part of its name behind the package's occurs among the code's names (cloudpickle's
rule).  cloudpickle scans ``sys.modules`` at each dump; here an index by package is kept.
"""

from __future__ import annotations

import sys

from . import process_lock

_index: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
_stamp: tuple[int, str | None] = (-1, None)
generation = 0


def refresh() -> int:
    """Bring the index up to date and return its generation, a number that changes when ``sys.modules`` has.

    Modules are added at the end of the dictionary: its length and last key tell, without a scan, whether one came.
    """
    global _stamp, _index, generation
    stamp = _now()
    if stamp != _stamp or stamp[1] is None:
        # Or a thread with an older index could come last, and with a newer stamp.
        with process_lock.lock:
            stamp = _now()
            _index = _indexed()
            generation += 1
            _stamp = stamp
    return generation


def _now() -> tuple[int, str | None]:
    try:
        return len(sys.modules), next(reversed(sys.modules))
    except RuntimeError:  # another thread is importing
        return -1, None


def _indexed() -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    index: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for name, module in sys.modules.copy().items():
        if module is None or not isinstance(name, str):
            continue
        package, dot, rest = name.partition(".")
        parts = rest.split(".")
        while dot and parts:
            index.setdefault(package, []).append((name, tuple(parts)))
            package = f"{package}.{parts.pop(0)}"
    return index


def used(package: str, names: frozenset[str]) -> tuple[str, ...]:
    """Return the imported submodules of `package` that code with these `names` can reach, sorted."""
    return tuple(sorted(name for name, parts in _index.get(package, ()) if names.issuperset(parts)))
