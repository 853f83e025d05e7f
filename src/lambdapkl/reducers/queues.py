"""Reducer for the queue that is written in C."""

from __future__ import annotations

import gc
import queue
import sys
from typing import Any

from .. import wire


def reduce_simple_queue(items: Any) -> Any:
    """Reduce a `queue.SimpleQueue`; `gc.get_referents` reads its items without removing them."""
    size = items.qsize()
    parts = gc.get_referents(items)
    if sys.version_info < (3, 13):
        # The items are in a list; slots before them are of items already taken.
        parts = next(each for each in parts if type(each) is list)
        parts = parts[len(parts) - size :]
    else:
        # The items come from a ring buffer, the oldest first; the type comes last.
        parts = parts[:size]
    return wire.simple_queue, (), parts or None, None, None, wire.simple_queue


# Their instances have an attribute `queue`, which is also the name of their module; see
# `reducer_tables.OWN_KEYS`.
OWN_KEYS = (queue.Queue, queue.LifoQueue, queue.PriorityQueue)

REDUCERS: dict[type, Any] = {}
if queue.SimpleQueue.__module__ == "_queue":
    REDUCERS[queue.SimpleQueue] = reduce_simple_queue
