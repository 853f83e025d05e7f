"""What `numpy.dtype` may be given as a state: NumPy believes it, and writes to the places that it tells."""

from __future__ import annotations

from .guard_values import Value

__all__ = ["is_dtype_state"]


def is_dtype_state(target: Value, state: Value) -> bool:
    """Whether the state of a dtype is one that NumPy writes."""
    return True
