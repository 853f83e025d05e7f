"""Recreate queues written in C."""

from __future__ import annotations

from typing import Any


def simple_queue(first: Any = None, second: Any = ()) -> Any:
    """Return an empty `queue.SimpleQueue`, or put the items in `second` into the queue `first`."""
    if first is None:
        import queue

        return queue.SimpleQueue()
    for item in second:
        first.put(item)
    return first
