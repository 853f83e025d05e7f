"""Identity of by-value classes across dumps and loads.

A class that travels by value is known by a *key*: its module, its qualified name, a digest of what it is made of, and a
running number that tells apart live classes which agree in all three.  A reader that already holds a class with the key
of a payload uses that one; so the same class loaded twice, or sent by two processes, is one class.
"""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable
from functools import partial
from typing import Any

from ..options import Variant, variant, writing
from ..rules import byvalue
from ..rules import process_lock as process
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
# Classes whose skeleton exists and whose attributes have not arrived yet.
unfinished_objects: dict[int, weakref.ref[Any]] = {}


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
    entry = known.get(id(obj))
    if entry is not None and entry[0]() is obj:
        key = entry[1]
        if key[1] == qualname and key[0] == module:
            return key
    start = module, qualname, digest_of(obj)
    with process.lock:
        taken = _taken.get(start, 0)
        # One that was renamed, and now back, has a number.
        number = taken if entry is None else 0
        while (other := find((*start, number))) is not None and other is not obj:
            number += 1
        _taken[start] = max(taken, number + 1)
        key = (*start, number)
        _remember(key, obj, known)
    return key


def defined_by_script(key: Key) -> Any:
    """Return the class that this process's script has defined and that `key` describes, or None.

    Classes of a script get their keys when they are first pickled, which this process may not have done yet.
    """
    module, qualname, digest, _ = key
    main = sys.modules.get("__main__")
    if module != "__main__" or main is None or type(qualname) is not str or qualname.partition(".")[0] not in vars(main):
        return None
    found = byvalue.lookup(main, qualname)
    if not isinstance(found, type) or found.__module__ not in byvalue.MAIN_MODULES or unfinished(found):
        return None
    with writing(Variant(deterministic=_is_placeless(digest))):
        try:
            key_of(found, module, found.__qualname__)
        # Code of the program may run, for what is in the class.
        except Exception:
            return None
    return find(key)


def find(key: Key) -> Any:
    """Return the live object with `key`, or None."""
    reference = _by_key.get(key)
    return None if reference is None else reference()


def track(key: Key, obj: Any) -> Any:
    """Make `obj`, just created by a load, known under `key`; return the one that is known already where another came first."""
    with process.lock:
        found = find(key)
        if found is not None:
            return found
        _remember(key, obj, _placeless_keys if _is_placeless(key[2]) else keys)
        unfinished_objects[id(obj)] = weakref.ref(obj, partial(_forget_unfinished, id(obj), unfinished_objects))
        return obj


def _is_placeless(digest: Any) -> bool:
    # Other writers put there what they like.
    return type(digest) is bytes and len(digest) == DIGEST_SIZE + len(PLACELESS) and digest.endswith(PLACELESS)


def unfinished(obj: Any) -> bool:
    """Whether `obj` came from a load and still waits for its attributes."""
    return id(obj) in unfinished_objects


def finish(obj: Any) -> None:
    """Note that `obj` has its attributes: from now on loads leave them alone."""
    unfinished_objects.pop(id(obj), None)


def _remember(key: Key, obj: Any, known: Keys) -> None:
    ident = id(obj)
    reference = weakref.ref(obj, partial(_forget, ident, key, known, _by_key, _taken))
    known[ident] = reference, key
    _by_key[key] = reference


# When the interpreter ends, classes may outlive the globals of this module, which are None then.
def _forget(
    ident: int,
    key: Key,
    known: Keys,
    by_key: dict[Key, weakref.ref[Any]],
    taken: dict[tuple[Any, str, bytes], int],
    reference: weakref.ref[Any],
) -> None:
    # Nobody has its id before it is gone; its key, another may have.
    known.pop(ident, None)
    if by_key.get(key) is reference:
        by_key.pop(key, None)
        start, number = key[:3], key[3]
        # A payload may say anything for a number.
        if type(number) is int and number < taken.get(start, 0):
            if number > 0:
                taken[start] = number
            else:
                taken.pop(start, None)


def _forget_unfinished(ident: int, objects: dict[int, weakref.ref[Any]], reference: weakref.ref[Any]) -> None:
    objects.pop(ident, None)
