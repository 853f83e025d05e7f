"""Queues written in C."""

from __future__ import annotations

import gc
import queue
import sys
from typing import Any

from .. import wire


def reduce_simple_queue(items: Any) -> Any:
    """`queue.SimpleQueue` with what is in it, which is left there: seen as the garbage collector sees it."""
    parts = gc.get_referents(items)
    if sys.version_info < (3, 13):
        parts = next(each for each in parts if type(each) is list)
    size = items.qsize()
    return wire.simple_queue, (), parts[len(parts) - size :] if size else None, None, None, wire.simple_queue


REDUCERS: dict[type, Any] = {}
if queue.SimpleQueue.__module__ == "_queue":
    REDUCERS[queue.SimpleQueue] = reduce_simple_queue
