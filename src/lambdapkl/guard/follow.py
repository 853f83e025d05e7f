"""Follow a payload without doing what it says."""

from __future__ import annotations

from .machine import Machine
from .opcodes import STEPS
from .values import GuardError, Limits, Policy

__all__ = ["follow"]


def follow(data: memoryview, policy: Policy, limits: Limits) -> Machine:
    """Follow a payload to its end.

    Raises
    ------
    GuardError
        It is refused.
    """
    if data.nbytes > limits.size:
        raise GuardError(f"it has more than max_size={limits.size:,} bytes")
    machine = Machine(data, policy, limits)
    machine.run(STEPS)
    return machine
