"""Check a payload without executing it."""

from __future__ import annotations

from .machine import Machine
from .opcodes import STEPS
from .values import GuardError, Limits, Policy

__all__ = ["follow"]


def follow(data: memoryview, policy: Policy, limits: Limits) -> Machine:
    """Run the guard's machine over a whole payload.

    Raises
    ------
    GuardError
        The payload is refused.
    """
    if data.nbytes > limits.size:
        raise GuardError(f"it has more than max_size={limits.size:,} bytes")
    machine = Machine(data, policy, limits)
    machine.run(STEPS)
    return machine
