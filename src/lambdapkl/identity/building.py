"""Classes that loads are building: no thread gets one that another thread has not completed.

A class is complete when the load that makes it has ended: a method may use a global that the payload brings last.
`pickle.loads` announces no end, but until then the unpickler's memo refers to the digest of each class in the payload, so
the reference count of the digest tells whether the load still runs.  A thread that needs such a class waits for that load.
It does not wait, and completes the class from its own payload, where the other thread (directly or through others) waits
for this one, and where the other thread has made no class for a while: it may wait for something that this thread holds.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from typing import Any

from ..rules import process_lock

# Seconds without a new class after which a load is not waited for any longer.
_PATIENCE = 0.2
_FIRST_PAUSE, _LONGEST_PAUSE = 2e-5, 1e-3

_ENDED, _MUTUAL, _STALLED, _CHANGED = "ended", "mutual", "stalled", "changed"


class _Thread:
    """What other threads need to know of a thread that loads.

    Attributes
    ----------
    classes
        How many classes it has begun.
    stalled_at
        How many that were when another thread gave up waiting for it.
    waits_for
        The thread that it waits for, or None.
    """

    __slots__ = ("classes", "stalled_at", "waits_for")

    def __init__(self) -> None:
        self.classes = 0
        self.stalled_at = -1
        self.waits_for: _Thread | None = None


class Building:
    """A class whose load may still be running.

    Attributes
    ----------
    builder
        The thread that loads it.
    witness
        An object that the unpickler refers to as long as the load runs; None where there is none.
    filled
        Whether the class has its attributes.
    refill
        Whether `builder` replaces the attributes that another thread has set.
    """

    __slots__ = ("builder", "filled", "refill", "witness")

    def __init__(self, builder: _Thread | None, witness: Any) -> None:
        self.builder = builder
        self.witness = witness
        self.filled = self.refill = False

    def running(self) -> bool:
        """Whether the load still runs."""
        return self.witness is not None and _references(self.witness) > _UNUSED


# PyPy counts no references: there each thread completes the classes of its payload.
_references: Any = getattr(sys, "getrefcount", lambda _: 0)
_example = Building(None, bytes(bytearray(2)))
_UNUSED: int = _references(_example.witness)

# id of a class -> what is known of its load; an entry goes when the class is needed again after the end of that load.
building: dict[int, Building] = {}
_local = threading.local()


def _this_thread() -> _Thread:
    try:
        found: _Thread = _local.thread
    except AttributeError:
        found = _local.thread = _Thread()
    return found


def _as_witness(digest: Any) -> Any:
    # The interpreter shares shorter ones.
    return digest if type(digest) is bytes and len(digest) > 1 else None


def begin(obj: Any, digest: Any) -> None:
    """Note that the skeleton `obj` was made by this thread, with the `digest` that the unpickler has passed."""
    thread = _this_thread()
    thread.classes += 1
    building[id(obj)] = Building(thread, _as_witness(digest))


def unfinished(obj: Any) -> bool:
    """Whether `obj` came from a load and is to get its attributes from this thread."""
    record = building.get(id(obj))
    return record is not None and (not record.filled or (record.refill and record.builder is _this_thread()))


def finish(obj: Any) -> None:
    """Note that `obj` has its attributes: from now on loads leave them alone."""
    record = building.get(id(obj))
    if record is not None:
        record.filled, record.refill = True, False


def settle(obj: Any, digest: Any) -> None:
    """Return once this thread may use `obj`, which another load has made.

    It is complete then, or `unfinished` for this thread, or of a load that is not waited for.
    """
    me = _this_thread()
    while (record := building.get(id(obj))) is not None:
        builder = record.builder
        if builder is me and record.running():
            return  # a load within a load, or another one of the same unpickler
        result = _ENDED if builder is me else _wait(record, me)
        with process_lock.lock:
            if result == _CHANGED or record.builder is not builder or building.get(id(obj)) is not record:
                continue
            if result == _ENDED and record.filled:
                del building[id(obj)]
            elif result != _STALLED or not record.filled:
                # The other thread goes on after this one, so what this one sets is complete for both.
                record.refill = record.filled
                record.builder, record.witness = me, _as_witness(digest)
            return


def _wait(record: Building, me: _Thread) -> str:
    """Wait for the end of the load that `record` belongs to; return what the wait ended with."""
    builder = record.builder
    with process_lock.lock:
        if record.builder is not builder or builder is None:
            return _CHANGED
        if not record.running():
            return _ENDED
        other: _Thread | None = builder
        while other is not None:
            if other is me:
                return _MUTUAL
            other = other.waits_for
        me.waits_for = builder
    try:
        pause, seen, deadline = _FIRST_PAUSE, -1, 0.0
        while record.running():
            if record.builder is not builder:
                return _CHANGED
            # What it waits for, it waits for no longer than this thread would.
            if builder.classes != seen or builder.waits_for is not None:
                seen, deadline = builder.classes, time.monotonic() + _PATIENCE
            elif time.monotonic() > deadline:
                builder.stalled_at = seen
            if builder.stalled_at == builder.classes and builder.waits_for is None:
                return _STALLED
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        return _ENDED
    finally:
        me.waits_for = None


def _in_child() -> None:
    # The other threads are not in the child of a fork: their loads never end there.
    me = _this_thread()
    me.waits_for = None
    for record in building.values():
        if record.builder is not me:
            record.witness = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)
