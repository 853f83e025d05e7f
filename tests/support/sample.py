"""How much is done of what is tried very many times over: all of it, or one in ``LAMBDAPKL_EVERY``.

CI does all of it in the test command of the README, and a part on each other version of Python.  Consecutive versions take
different parts, so that as many of them as the number says take everything together.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

EVERY = max(int(os.environ.get("LAMBDAPKL_EVERY", "1")), 1)
# The place of the first that is taken.
FIRST = sys.version_info.minor % EVERY


def part(of: Sequence[T]) -> Sequence[T]:
    """Return those of a sequence that are to be tried here."""
    return of[FIRST::EVERY]


def ways(of: Sequence[T], index: int) -> Sequence[T]:
    """Return those of several ways in which the case number `index` is to be tried here: in a sample, one."""
    return of if EVERY == 1 else [of[(index + sys.version_info.minor) % len(of)]]


def examples(number: int) -> int:
    """Return how many of `number` generated examples are to be tried here."""
    return min(number, max(number // EVERY, 25))
