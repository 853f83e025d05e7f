"""`sign` and `verify_loads`: payloads that only a holder of the key can have written.

A signed payload is a header and a pickle::

    b"#LPK"  version  length of the key's id  id  milliseconds since 1970  check of the key  HMAC-SHA256  pickle
    4 bytes  1        1                       n   8, big-endian             8                 32

The check of the key is the first 8 bytes of the HMAC of ``b"lambdapkl.sign"``.  With it the reader can tell a wrong key from a
changed payload.  Version 1 has no such check; it is still read.

No opcode of `pickle` is ``#``: what does not know of signatures refuses the first byte.  The HMAC (RFC 2104) covers all other
bytes.  Nothing of the pickle is read before it has been compared.
"""

from __future__ import annotations

import hmac
import pickle
import struct
import time
from collections.abc import Mapping
from typing import Any

from ..pickler import dumps
from ..unpickler import loads

__all__ = ["SignatureError", "sign", "verify_loads"]

_MAGIC = b"#LPK"
_VERSION = 2
_START = struct.Struct(">4sBB")
_TIME = struct.Struct(">Q")
_CHECK = 8
_MAC = 32
_SHORTEST_KEY = 32  # RFC 2104, section 3: the length of the hash; a shorter one weakens it
_SKEW = 60.0  # seconds that the clocks of two machines may differ by


class SignatureError(pickle.UnpicklingError):
    """A payload is not signed, or not by one of the keys, or too old.  Nothing of it was read."""

    __module__ = "lambdapkl"


def sign(obj: Any, key: bytes, *, key_id: str = "", protocol: int | None = None) -> bytes:
    """Return `obj` as a pickle with a signature, for `verify_loads`.

    The payload is signed, not encrypted: whoever has it can read it.

    Parameters
    ----------
    key
        32 bytes or more that only writers and readers know: ``secrets.token_bytes(32)``.
    key_id
        Which of the reader's keys it is, so that keys can be changed: up to 255 bytes in UTF-8, and no secret.
    protocol
        As for `dumps`.

    Raises
    ------
    ValueError
        The key is too short, or its id too long.
    pickle.PicklingError, TypeError
        As for `dumps`.
    """
    key = _checked(key)
    name = key_id.encode()
    if len(name) > 255:
        raise ValueError(f"the id of a key takes up to 255 bytes, not {len(name)}")
    head = _START.pack(_MAGIC, _VERSION, len(name)) + name + _TIME.pack(time.time_ns() // 1_000_000) + _check(key)
    data = dumps(obj, protocol)
    return b"".join([head, _mac(key, head, data), data])


def verify_loads(data: bytes, keys: bytes | Mapping[str, bytes], *, max_age: float | None = None) -> Any:
    """Return what a payload of `sign` holds, if it was signed with one of the keys.

    A payload can be sent twice: where that matters, put something into it that is good for one time.

    Parameters
    ----------
    data
        Bytes, or anything with a buffer of them.
    keys
        A key for payloads that give no id, or a mapping from id to key.  Keep an old key in it for as long as payloads signed
        with it are on the way.
    max_age
        Seconds since it was signed; older ones are refused, and those from more than a minute ahead.  By default age does not
        matter.

    Raises
    ------
    SignatureError
        It is not signed, or cut short, or changed, or signed with another key, or too old.
    ValueError
        A key is too short.
    pickle.UnpicklingError, ImportError, AttributeError
        As for `loads`, of a payload whose signature is right.
    """
    known = keys if isinstance(keys, Mapping) else {"": keys}
    checked = {name: _checked(key) for name, key in known.items()}
    # A copy, so that what is loaded is what was verified, whoever else writes to it.
    view = memoryview(data if type(data) is bytes else bytes(memoryview(data).cast("B")))
    if len(view) < _START.size or bytes(view[:4]) != _MAGIC:
        raise SignatureError("this is no payload of lambdapkl.sign")
    _, version, length = _START.unpack_from(view)
    if version not in (1, _VERSION):
        raise SignatureError(f"a signature of format {version}; this lambdapkl reads formats 1 to {_VERSION}")
    at = _START.size + length
    end = at + _TIME.size + (_CHECK if version > 1 else 0)
    if len(view) < end + _MAC:
        raise SignatureError("the signature is cut short")
    head, mac, payload = view[:end], view[end : end + _MAC], view[end + _MAC :]
    name = bytes(view[_START.size : at]).decode("utf-8", "replace")
    key = checked.get(name)
    if key is None:
        ids = ", ".join(map(_named, checked)) or "no key"
        raise SignatureError(
            f"the signature is of none of the keys: the payload is signed with {_named(name)}, the reader has {ids}"
        )
    if not hmac.compare_digest(_mac(key, head, payload), mac):
        if version == 1:
            raise SignatureError(f"the payload was changed since it was signed, or {_named(name)} is another one here")
        if not hmac.compare_digest(_check(key), head[-_CHECK:]):
            raise SignatureError(
                f"the signature is of none of the keys: {_named(name)} is another one here than where it was signed"
            )
        raise SignatureError("the payload was changed since it was signed")
    if max_age is not None:
        age = time.time() - _TIME.unpack_from(view, at)[0] / 1000
        if not -_SKEW <= age <= max_age:
            raise SignatureError(f"signed {age:.0f} seconds ago, and at most {max_age:g} are allowed")
    return loads(payload)


def _checked(key: bytes) -> bytes:
    if not isinstance(key, (bytes, bytearray, memoryview)):
        raise TypeError(f"a key is bytes, not {type(key).__name__}")
    if len(key) < _SHORTEST_KEY:
        raise ValueError(f"a key has at least {_SHORTEST_KEY} bytes, not {len(key)}: secrets.token_bytes({_SHORTEST_KEY})")
    return bytes(key)


def _named(name: str) -> str:
    return f"the key {name!r}" if name else "the key without an id"


def _check(key: bytes) -> bytes:
    return hmac.digest(key, b"lambdapkl.sign", "sha256")[:_CHECK]


def _mac(key: bytes, head: bytes | memoryview, payload: bytes | memoryview) -> bytes:
    made = hmac.new(key, head, "sha256")
    made.update(payload)
    return made.digest()
