"""Reducers for locks and thread-local data."""

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
    """Reduce a Lock or RLock to a new one.

    Refuse a held one unless the option `held_locks` is set.
    """
    is_rlock = type(lock) is _RLock
    # Before 3.14 an RLock has no method `locked`, but its repr shows the state.
    is_held = repr(lock).startswith("<locked") if is_rlock else lock.locked()
    if is_held and current().held_locks != "unlocked":
        raise NotPicklableError(
            f"cannot pickle a threading.{'RLock' if is_rlock else 'Lock'} that is held: no thread of the reader could release "
            'it; release it first, or pickle it under `with lambdapkl.options(held_locks="unlocked")`'
        )
    return wire.lock, (private("RLock"),) if is_rlock else ()


def reduce_local(local: Any) -> Any:
    """Reduce a `threading.local` to the values of this thread.

    Other threads of the reader start without them.
    """
    kind = type(local)
    # No attribute has the arguments with which other threads call `__init__`.
    args = next((each for each in gc.get_referents(local) if type(each) is tuple), ())
    state = {private_key(name): value for name, value in list(vars(local).items())}
    return with_slots((wire.thread_local, (kind, args), state or None, None, None, wire.thread_local), local)


REDUCERS: dict[type, Any] = {_Lock: reduce_lock, _RLock: reduce_lock}

INHERITED: dict[type, Any] = {threading.local: reduce_local}
