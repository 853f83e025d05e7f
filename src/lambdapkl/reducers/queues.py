"""Queues written in C."""

from __future__ import annotations

import gc
import queue
import sys
from typing import Any

from .. import wire


def reduce_simple_queue(items: Any) -> Any:
    """`queue.SimpleQueue` with what is in it, which is left there: seen as the garbage collector sees it."""
    size = items.qsize()
    parts = gc.get_referents(items)
    if sys.version_info < (3, 13):
        # A list, of which what has been taken out is at the start.
        parts = next(each for each in parts if type(each) is list)
        parts = parts[len(parts) - size :]
    else:
        # A ring, from its first item on; the type comes last.
        parts = parts[:size]
    return wire.simple_queue, (), parts or None, None, None, wire.simple_queue


# They have an attribute called as their module is.
OWN_KEYS = (queue.Queue, queue.LifoQueue, queue.PriorityQueue)

REDUCERS: dict[type, Any] = {}
if queue.SimpleQueue.__module__ == "_queue":
    REDUCERS[queue.SimpleQueue] = reduce_simple_queue
