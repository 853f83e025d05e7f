"""The lock for changes of the tables that all threads share, such as the keys of classes."""

from __future__ import annotations

import os
import threading

# A single lock cannot be acquired in a wrong order.
lock = threading.RLock()

if hasattr(os, "register_at_fork"):
    # The child of a fork lacks the other threads. If one of them held the lock, it would never be
    # released, and a table might be half changed (python/cpython#50970).
    os.register_at_fork(before=lock.acquire, after_in_parent=lock.release, after_in_child=lock.release)
