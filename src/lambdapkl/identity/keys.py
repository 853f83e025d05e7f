"""Identity of by-value classes across dumps and loads.

A class that travels by value is known by a *key*: its module, its qualified name, a digest of what it is made of, and a
running number that tells apart live classes which agree in all three.  A reader that already holds a class with the key
of a payload uses that one; so the same class loaded twice, or sent by two processes, is one class.
"""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any

from ..options import variant
from ..rules import byvalue, process_lock
from . import building as loads
from .digest import DIGEST_SIZE, class_digest

# module, qualified name, digest, running number
Key = tuple[Any, str, bytes, int]

# id of an object -> the object, and its key
Keys = dict[int, tuple[weakref.ref[Any], Key]]
keys: Keys = {}
# The same with digests that do not go by where code was written, of objects that came by ``deterministic=True``.
_placeless_keys: Keys = {}
# What such a digest ends with: a key tells by it which kind it is.
PLACELESS = b"-"
_by_key: dict[Key, weakref.ref[Any]] = {}
# The first three of a key -> a running number of which all lower ones are taken.
_taken: dict[tuple[Any, str, bytes], int] = {}
# Keys of objects that are gone, until a thread that has the lock removes them.
_gone: deque[tuple[Key, weakref.ref[Any]]] = deque()


def key_of(obj: Any, module: Any, qualname: str, digest_of: Callable[[Any], bytes] = class_digest) -> Key:
    """Return the key of a class (or of another tracked object), making one at the first call.

    A class that was renamed since gets a further key: a payload names a class as it is now.
    """
    module = byvalue.module_in_payload(module)
    wanted = variant()
    if wanted.fingerprint:
        return module, qualname, b"", 0
    if wanted.deterministic:
        return _key_in(_placeless_keys, obj, module, qualname, lambda obj: digest_of(obj) + PLACELESS)
    return _key_in(keys, obj, module, qualname, digest_of)


def _key_in(known: Keys, obj: Any, module: Any, qualname: str, digest_of: Callable[[Any], bytes]) -> Key:
    known_key = _known_key(known, obj, module, qualname)
    if known_key is not None:
        return known_key
    # Without the lock: it takes long, and may run code of the program.
    start = module, qualname, digest_of(obj)
    with process_lock.lock:
        # Another thread may have been faster.
        known_key = _known_key(known, obj, module, qualname)
        if known_key is not None:
            return known_key
        _remove()
        # An object that was renamed, and now back, has a number.
        number = 0 if id(obj) in known else _taken.get(start, 0)
        while not _remember(key := (*start, number), obj, known):
            number += 1
        _taken[start] = max(_taken.get(start, 0), number + 1)
        return key


def _known_key(known: Keys, obj: Any, module: Any, qualname: str) -> Key | None:
    entry = known.get(id(obj))
    if entry is None or entry[0]() is not obj:
        return None
    key = entry[1]
    return key if key[1] == qualname and key[0] == module else None


def find(key: Key) -> Any:
    """Return the live object with `key`, or None."""
    reference = _by_key.get(key)
    return None if reference is None else reference()


def track(key: Key, obj: Any, digest: Any = None) -> Any:
    """Make `obj`, just created by a load, known under `key`; return the object that is known already, if there is one.

    Parameters
    ----------
    digest
        Where `obj` is a skeleton: the digest in the key, as the unpickler has passed it.
    """
    with process_lock.lock:
        found = find(key)
        if found is None:
            if digest is not None:
                # Before it can be found by its key.
                loads.begin(obj, digest)
                # Not the unpickler's object, whose references are counted.
                key = (*key[:2], bytes(bytearray(digest)), key[3]) if type(digest) is bytes else key
            _remember(key, obj, _placeless_keys if is_placeless(key[2]) else keys)
            return obj
    loads.settle(found, digest)
    return found


def get(key: Key, digest: Any) -> Any:
    """Return the live class with `key`, complete or for this thread to fill; None if there is none."""
    found = find(key)
    if found is not None:
        loads.settle(found, digest)
    return found


def is_placeless(digest: Any) -> bool:
    """Whether a digest in a key is one made without file and line numbers."""
    # Other writers put there what they like.
    return type(digest) is bytes and len(digest) == DIGEST_SIZE + len(PLACELESS) and digest.endswith(PLACELESS)


def _remember(key: Key, obj: Any, known: Keys) -> bool:
    """Note the key of `obj`; return False, and do nothing, where another live object has it."""
    ident = id(obj)
    reference = weakref.ref(obj, partial(_forget, ident, key, known, loads.building, _gone, process_lock.lock, _remove))
    # In one step, for whatever runs between two.
    first = _by_key.setdefault(key, reference)
    if first is not reference:
        other = first()
        if other is not None and other is not obj:
            return False
        _by_key[key] = reference
    known[ident] = reference, key
    return True


# When the interpreter ends, classes may outlive the globals of this module, which are None then.
def _forget(
    ident: int,
    key: Key,
    known: Keys,
    building: dict[int, loads.Building],
    gone: deque[tuple[Key, weakref.ref[Any]]],
    lock: Any,
    remove: Callable[[], None],
    reference: weakref.ref[Any],
) -> None:
    # Its id cannot have been reused yet, but its key may belong to another object by now.
    known.pop(ident, None)
    building.pop(ident, None)
    gone.append((key, reference))
    # Without waiting: a daemon thread that had the lock when the interpreter ended has it for ever.
    if lock.acquire(blocking=False):
        try:
            remove()
        finally:
            lock.release()


def _remove_gone(
    gone: deque[tuple[Key, weakref.ref[Any]]],
    by_key: dict[Key, weakref.ref[Any]],
    taken: dict[tuple[Any, str, bytes], int],
) -> None:
    while gone:
        key, reference = gone.popleft()
        if by_key.get(key) is reference:
            del by_key[key]
            start, number = key[:3], key[3]
            # A payload may say anything for a number.
            if type(number) is int and number < taken.get(start, 0):
                if number > 0:
                    taken[start] = number
                else:
                    taken.pop(start, None)


_remove = partial(_remove_gone, _gone, _by_key, _taken)
