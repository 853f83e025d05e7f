"""NumPy's universal functions."""

from __future__ import annotations

from typing import Any


def ufunc(function: Any, nin: int, nout: int, *identity: Any) -> Any:
    """Return `function` as `numpy.frompyfunc` makes it."""
    import numpy

    return numpy.frompyfunc(function, nin, nout, **({"identity": identity[0]} if identity else {}))
