"""The lock on what all threads of the process share: who changes a table of known classes or of reducers holds it."""

from __future__ import annotations

import os
import threading

__all__ = ["lock"]

# One lock for all, so that there is no order in which to take them.
lock = threading.RLock()

if hasattr(os, "register_at_fork"):
    # A child of a fork has none of the other threads: one that held the lock would hold it there for ever, and would have
    # left a table half changed (python/cpython#50970).
    os.register_at_fork(before=lock.acquire, after_in_parent=lock.release, after_in_child=lock.release)
