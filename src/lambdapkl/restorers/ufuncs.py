"""Recreate NumPy's ufuncs."""

from __future__ import annotations

from typing import Any


def ufunc(function: Any, nin: int, nout: int, *identity: Any) -> Any:
    """Return the ufunc that `numpy.frompyfunc` creates from `function`."""
    import numpy

    return numpy.frompyfunc(function, nin, nout, **({"identity": identity[0]} if identity else {}))
