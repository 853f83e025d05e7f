"""Iterators of `itertools`, for payloads of Python 3.14 and later."""

from __future__ import annotations

import itertools
from collections import deque
from typing import Any


def iterator(kind: str, first: Any, second: Any = None, steps: int = 0) -> Any:
    """Return an iterator of `itertools` at its position.

    Parameters
    ----------
    kind
        Its name there.  A ``chain`` takes the iterator of its iterables as `first`; a ``cycle`` what is left of its first
        round, or None when that is over, and the elements it repeats; the others positional and keyword arguments.
    steps
        How many results to pass over: as many as the original had given, in the same time.
    """
    if kind == "chain":
        return itertools.chain.from_iterable(first)
    if kind == "cycle":
        made: Any = itertools.cycle(second if first is None else itertools.chain(second, first))
        # Two rounds, or one step if there is nothing: it notices the end of the first one when it begins the second.
        return _pass_over(made, len(second) if first is not None else 2 * len(second) or 1)
    return _pass_over(getattr(itertools, kind)(*first, **(second or {})), steps)


def _pass_over(made: Any, steps: int) -> Any:
    deque(itertools.islice(made, steps), maxlen=0)
    return made
