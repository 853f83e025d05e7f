"""Locks and what belongs to a thread.

A lock travels as a new one that nobody holds.  One that is held is refused: who would release it there?
"""

from __future__ import annotations

import gc
import threading
from typing import Any

from .. import wire
from ..errors import NotPicklableError
from ..options import current
from ..rules.names import private, private_key
from .subclass_state import with_slots

_Lock: Any = type(threading.Lock())
_RLock: Any = type(threading.RLock())


def reduce_lock(lock: Any) -> Any:
    if lock.locked():
        _refuse_held("threading.Lock")
    return wire.lock, ()


def reduce_rlock(lock: Any) -> Any:
    # `locked` came with 3.14; before, only the text says it.
    if repr(lock).startswith("<locked"):
        _refuse_held("threading.RLock")
    return wire.lock, (private("RLock"),)


def _refuse_held(kind: str) -> None:
    if current().held_locks != "unlocked":
        raise NotPicklableError(
            f"cannot pickle a {kind} that is held: no thread of the reader could release it; release it first, or pickle it "
            'under `with lambdapkl.options(held_locks="unlocked")`'
        )


def reduce_local(local: Any) -> Any:
    """`threading.local` with the values of this thread; other threads of the reader start without."""
    kind = type(local)
    # The arguments for `__init__` in further threads have no public name.
    args = next((each for each in gc.get_referents(local) if type(each) is tuple), ())
    state = {private_key(name): value for name, value in list(vars(local).items())}
    return with_slots((wire.thread_local, (kind, args), state or None, None, None, wire.thread_local), local)


def refuse_thread(thread: Any) -> Any:
    raise NotPicklableError(
        f"cannot pickle a {type(thread).__name__}: a thread belongs to the process that made it, also before its start; "
        "pickle what it works on, and make a new thread there"
    )


REDUCERS: dict[type, Any] = {_Lock: reduce_lock, _RLock: reduce_rlock}

INHERITED: dict[type, Any] = {threading.local: reduce_local, threading.Thread: refuse_thread}
