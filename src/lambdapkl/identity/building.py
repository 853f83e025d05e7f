"""Keeps a thread from using a class that another thread is still loading.

A class is complete only when its load has ended: a method may use a global that comes last in the
payload. `pickle.loads` does not announce its end. But until then, the unpickler's memo refers to
the digest of each class in the payload, so the reference count of the digest shows whether the load
is still running.

A thread that needs such a class waits for that load. In two cases it does not wait, and completes
the class from its own payload:

- The other thread waits for this one, directly or through other threads.
- The other thread has not started a class for a while, so it may be waiting for something that this
  thread holds.

A load may also end half-way: by an error, in the child of a fork, or unseen where the payload went
through `pickletools.optimize`. The next load replaces the attributes that it left incomplete.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Set
from typing import Any

from ..rules import process_lock
from .cut_loads import incomplete_attributes

# A thread stops waiting for a load that has not started a class for so many seconds.
_PATIENCE = 0.2
_FIRST_PAUSE, _LONGEST_PAUSE = 2e-5, 1e-3

_ENDED, _MUTUAL, _STALLED, _CHANGED = "ended", "mutual", "stalled", "changed"


class _Thread:
    """The state of a loading thread, for other threads.

    Attributes
    ----------
    classes
        How many classes it has started.
    stalled_at
        The value of `classes` when another thread stopped waiting for it; -1 before.
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
        An object that the unpickler refers to as long as the load runs, or None.
    filled
        Whether the class has its attributes.
    refill
        Whether `builder` has to set attributes again, after another thread has set them.
    replaced
        The names of the attributes to set again; None for all.
    """

    __slots__ = ("builder", "filled", "refill", "replaced", "witness")

    def __init__(self, builder: _Thread | None, witness: Any) -> None:
        self.builder = builder
        self.witness = witness
        self.filled = self.refill = False
        self.replaced: frozenset[str] | None = None

    def running(self) -> bool:
        """Whether the load still runs."""
        return self.witness is not None and _references(self.witness) > _UNUSED


# PyPy has no reference counts, so each thread completes the classes of its payload.
_references: Any = getattr(sys, "getrefcount", lambda _: 0)
_example = Building(None, bytes(bytearray(2)))
_UNUSED: int = _references(_example.witness)

# id of a class -> its record. The record is removed when the class is next needed after its load.
building: dict[int, Building] = {}
_local = threading.local()


def _this_thread() -> _Thread:
    try:
        thread: _Thread = _local.thread
    except AttributeError:
        thread = _local.thread = _Thread()
    return thread


def _as_witness(digest: Any) -> Any:
    # The interpreter shares shorter bytes objects.
    return digest if type(digest) is bytes and len(digest) > 1 else None


def begin(obj: Any, digest: Any) -> None:
    """Record that this thread has created the skeleton `obj`; the unpickler passed `digest`."""
    thread = _this_thread()
    thread.classes += 1
    building[id(obj)] = Building(thread, _as_witness(digest))


def unfinished(obj: Any) -> bool:
    """Whether a load created `obj`, and this thread has to set its attributes."""
    record = building.get(id(obj))
    return record is not None and (not record.filled or (record.refill and record.builder is _this_thread()))


def kept_attributes(cls: type) -> Set[str]:
    """Return the names of the attributes that stay as they are when `cls` is completed again."""
    record = building.get(id(cls))
    return frozenset() if record is None or record.replaced is None else vars(cls).keys() - record.replaced


def finish(obj: Any) -> None:
    """Record that `obj` has its attributes, so that no later load sets them."""
    record = building.get(id(obj))
    if record is not None:
        record.filled, record.refill, record.replaced = True, False, None


def settle(obj: Any, digest: Any) -> None:
    """Wait until this thread may use `obj`, which another load has created.

    `obj` is complete then, or this thread has to complete it (`unfinished`), or its load has
    stalled after it set the attributes, and these are complete.
    """
    this_thread = _this_thread()
    while (record := building.get(id(obj))) is not None:
        builder = record.builder
        if builder is this_thread and record.running():
            return  # a nested load, or another load of the same unpickler
        result = _ENDED if builder is this_thread else _wait(record, this_thread)
        if result == _CHANGED:
            continue
        filled = record.filled
        replaced = incomplete_attributes(obj) if filled and result != _MUTUAL else None
        with process_lock.lock:
            if (record.builder, record.filled) != (builder, filled) or building.get(id(obj)) is not record:
                continue
            if replaced is None or replaced:
                # The other thread continues after this one, so the attributes that this thread sets
                # are complete for both.
                record.refill, record.replaced = filled, replaced
                record.builder, record.witness = this_thread, _as_witness(digest)
            elif result == _ENDED:
                del building[id(obj)]
            return


def _wait(record: Building, this_thread: _Thread) -> str:
    """Wait for the end of the load of `record`; return why the wait ended."""
    builder = record.builder
    with process_lock.lock:
        if record.builder is not builder or builder is None:
            return _CHANGED
        if not record.running():
            return _ENDED
        other: _Thread | None = builder
        while other is not None:
            if other is this_thread:
                return _MUTUAL
            other = other.waits_for
        this_thread.waits_for = builder
    try:
        pause, seen_count, deadline = _FIRST_PAUSE, -1, 0.0
        while record.running():
            if record.builder is not builder:
                return _CHANGED
            # A builder that waits itself has not stalled: its wait ends by the same rules.
            if builder.classes != seen_count or builder.waits_for is not None:
                seen_count, deadline = builder.classes, time.monotonic() + _PATIENCE
            elif time.monotonic() > deadline:
                builder.stalled_at = seen_count
            if builder.stalled_at == builder.classes and builder.waits_for is None:
                return _STALLED
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        return _ENDED
    finally:
        this_thread.waits_for = None


def _in_child() -> None:
    # The child of a fork lacks the other threads, so their loads never end there.
    this_thread = _this_thread()
    this_thread.waits_for = None
    for record in building.values():
        if record.builder is not this_thread:
            record.witness = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)
