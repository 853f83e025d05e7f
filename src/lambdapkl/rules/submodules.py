"""Finds the submodules that a function uses through their package.

``import numpy as np; lambda x: np.linalg.norm(x)`` refers only to ``numpy``, but the reader has to
import ``numpy.linalg``, too. A submodule counts as used if all parts of its name after the package
occur among the code's names. This is cloudpickle's rule. cloudpickle scans ``sys.modules`` in each
dump; here, an index by package is kept.
"""

from __future__ import annotations

import sys

from . import process_lock

# Functions that take names of attributes. The string constants of code that uses them count as names.
BY_NAME = frozenset(("getattr", "attrgetter"))

_index: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
_stamp: tuple[int, str] | None = None
generation = 0


def refresh() -> int:
    """Update the index and return its generation, which grows when ``sys.modules`` has changed."""
    global _stamp, _index, generation
    if stamp() != _stamp or _stamp is None:
        # Without the lock, a thread could store an older index after a newer one.
        with process_lock.lock:
            now = stamp()
            _index = _indexed()
            generation += 1
            _stamp = now
    return generation


def stamp() -> tuple[int, str] | None:
    """Return a value that changes when a module is imported; None if another thread is importing.

    New modules are added at the end of ``sys.modules``, so its length and last key show whether
    there are any.
    """
    try:
        # It is empty while the interpreter exits.
        return len(sys.modules), next(reversed(sys.modules), "")
    except RuntimeError:
        return None


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
    """Return the sorted names of imported submodules of `package` that code with `names` uses."""
    return tuple(sorted(name for name, parts in _index.get(package, ()) if names.issuperset(parts)))
