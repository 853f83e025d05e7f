"""Keeps track of classes that are pickled by value, so that loading one twice gives one class.

Such a class has a *key*: its module, its qualified name, a digest of its definition, and a running
number. The number distinguishes live classes that agree in the other three. If the reader already
has a class with the key in the payload, it uses that class.
"""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any

from ..options import current_form
from ..rules import byvalue, process_lock
from . import building as loads
from .digest import DIGEST_SIZE, class_digest

# module, qualified name, digest, running number
Key = tuple[Any, str, bytes, int]

# id of an object -> the object, and its key
Keys = dict[int, tuple[weakref.ref[Any], Key]]
keys: Keys = {}
# Keys for payloads with ``deterministic=True``: their digests omit file names and line numbers.
_placeless_keys: Keys = {}
# Suffix that marks a digest made without file names and line numbers.
PLACELESS = b"-"
_by_key: dict[Key, weakref.ref[Any]] = {}
# module, qualified name, digest -> the first running number that may be free
_taken: dict[tuple[Any, str, bytes], int] = {}
# id of an object -> its other keys, each with the reference in `_by_key`, and whether it has the
# present digest
_aliases: dict[int, dict[Key, tuple[weakref.ref[Any], bool]]] = {}
# id of an object -> the digest in a payload with ``deterministic=True`` when it was first computed
_first_digests: dict[int, bytes] = {}
# ids of objects that a load made
_loaded: set[int] = set()
# Keys of objects that no longer exist. The next thread with the lock removes them.
_gone: deque[tuple[Key, weakref.ref[Any]]] = deque()


def key_of(obj: Any, module: Any, qualname: str, digest_of: Callable[[Any], bytes] = class_digest) -> Key:
    """Return the key of a class (or of another tracked object); the first call creates it.

    A class that was renamed gets a new key, because a payload has the present name.
    """
    module = byvalue.module_in_payload(module)
    form = current_form()
    if form.fingerprint:
        return module, qualname, b"", 0
    if form.deterministic:
        return _placeless_key(obj, module, qualname, lambda obj: digest_of(obj) + PLACELESS)
    return _key_in(keys, obj, module, qualname, digest_of)


def _placeless_key(obj: Any, module: Any, qualname: str, digest_of: Callable[[Any], bytes]) -> Key:
    """Return the key of an object as it is now, not as it was when it got its first key."""
    key = _key_in(_placeless_keys, obj, module, qualname, digest_of)
    digest = digest_of(obj)
    # A loaded class may have another digest than the one in its key.
    return key if digest == _first_digests.setdefault(id(obj), digest) else current_key(obj, key, digest)


def _key_in(known: Keys, obj: Any, module: Any, qualname: str, digest_of: Callable[[Any], bytes]) -> Key:
    known_key = _known_key(known, obj, module, qualname)
    if known_key is not None:
        return known_key
    # The lock is not held here: the digest takes long, and may run code of the program.
    start = module, qualname, digest_of(obj)
    with process_lock.lock:
        # Another thread may have been faster.
        known_key = _known_key(known, obj, module, qualname)
        if known_key is not None:
            return known_key
        _remove()
        # An object that got a former name back may have any of the numbers: start with the first.
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


def current_key(obj: Any, key: Key, digest: bytes) -> Key:
    """Return the key that `obj`, whose key is `key`, has with its present digest.

    Readers that met only the present state know it by this key.
    """
    if digest == key[2]:
        return key
    with process_lock.lock:
        for known in _aliases.get(id(obj), ()):
            if known[:3] == (*key[:2], digest) and find(known) is obj:
                return known
        number = 0
        while not alias(obj, current := (*key[:2], digest, number), is_current=True):
            number += 1
        return current


def alias(obj: Any, key: Key, *, is_current: bool = False) -> bool:
    """Let `obj` be found by `key`, too. Return False if another live object has that key.

    Parameters
    ----------
    is_current
        Whether it is the key with the present digest. Only the latest of these is kept.
    """
    with process_lock.lock:
        found = find(key)
        entry = keys.get(id(obj)) or _placeless_keys.get(id(obj))
        if found is not None or entry is None:
            return found is obj
        aliases = _aliases.setdefault(id(obj), {})
        if is_current:
            for former in [former for former, (_, current) in aliases.items() if current]:
                del aliases[former]
                if find(former) is obj:
                    del _by_key[former]
        _by_key[key] = entry[0]
        aliases[key] = entry[0], is_current
        return True


def is_loaded(obj: Any) -> bool:
    """Whether a load made `obj`."""
    return id(obj) in _loaded


def find(key: Key) -> Any:
    """Return the live object with `key`, or None."""
    reference = _by_key.get(key)
    return None if reference is None else reference()


def track(key: Key, obj: Any, digest: Any = None) -> Any:
    """Register `obj`, which a load has just created, under `key`, unless another object has it.

    Parameters
    ----------
    digest
        The unpickler's object for the digest in the key, if `obj` is the skeleton of a class.

    Returns
    -------
    object
        The object that has the key: `obj` or an earlier one.
    """
    with process_lock.lock:
        existing = find(key)
        if existing is None:
            if digest is not None:
                # Another thread must not find it by its key before this is recorded.
                loads.begin(obj, digest)
                # Copy the digest: the reference count of the unpickler's object is significant.
                key = (*key[:2], bytes(bytearray(digest)), key[3]) if type(digest) is bytes else key
            _remember(key, obj, _placeless_keys if is_placeless(key[2]) else keys)
            _loaded.add(id(obj))
            return obj
    loads.settle(existing, digest)
    return existing


def get(key: Key, digest: Any) -> Any:
    """Return the live class with `key`, or None. This thread may have to complete it."""
    existing = find(key)
    if existing is not None:
        loads.settle(existing, digest)
    return existing


def is_placeless(digest: Any) -> bool:
    """Whether the digest in a key was made without file names and line numbers."""
    # Payloads of other writers may hold anything here.
    return type(digest) is bytes and len(digest) == DIGEST_SIZE + len(PLACELESS) and digest.endswith(PLACELESS)


def _remember(key: Key, obj: Any, known: Keys) -> bool:
    """Register the key of `obj`. If another live object has it, do nothing and return False."""
    ident = id(obj)
    reference = weakref.ref(
        obj,
        partial(
            _forget, ident, key, known, _aliases, _first_digests, _loaded, loads.building, _gone, process_lock.lock, _remove
        ),
    )
    # One atomic step: other code may run between two.
    first = _by_key.setdefault(key, reference)
    if first is not reference:
        other = first()
        if other is not None and other is not obj:
            return False
        _by_key[key] = reference
    known[ident] = reference, key
    return True


# The arguments replace globals: when the interpreter exits, a class may outlive this module, whose
# globals are None then.
def _forget(
    ident: int,
    key: Key,
    known: Keys,
    aliases: dict[int, dict[Key, tuple[weakref.ref[Any], bool]]],
    first_digests: dict[int, bytes],
    loaded: set[int],
    building: dict[int, loads.Building],
    gone: deque[tuple[Key, weakref.ref[Any]]],
    lock: Any,
    remove: Callable[[], None],
    reference: weakref.ref[Any],
) -> None:
    # Its id cannot have been reused yet, but its key may belong to another object by now.
    known.pop(ident, None)
    building.pop(ident, None)
    loaded.discard(ident)
    first_digests.pop(ident, None)
    gone.append((key, reference))
    gone.extend([(other, kept) for other, (kept, _) in aliases.pop(ident, {}).items()])
    # Do not wait: a daemon thread that holds the lock when the interpreter exits never releases it.
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
            # The number may come from a payload, and be anything.
            if type(number) is int and number < taken.get(start, 0):
                if number > 0:
                    taken[start] = number
                else:
                    taken.pop(start, None)


_remove = partial(_remove_gone, _gone, _by_key, _taken)
