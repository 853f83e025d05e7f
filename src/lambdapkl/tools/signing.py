"""`sign` and `verify_loads`: signed payloads, which only a holder of the key can have written.

A signed payload is a header and a pickle::

    b"#LPK"  version  length of the key's id  id  milliseconds since 1970  check of the key  HMAC-SHA256  pickle
    4 bytes  1        1                       n   8, big-endian             8                 32

The check of the key is the first 8 bytes of the HMAC of ``b"lambdapkl.sign"``. It lets the reader
distinguish a wrong key from a changed payload.

``#`` is not an opcode of `pickle`, so an unpickler that does not know signatures refuses the first
byte. The HMAC (RFC 2104) covers all other bytes. The pickle is not read before the HMAC is verified.
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
_SHORTEST_KEY = 32  # RFC 2104, section 3: a key shorter than the hash weakens it
_SKEW = 60.0  # how far the clocks of two machines may differ, in seconds


class SignatureError(pickle.UnpicklingError):
    """A payload is not signed, not signed with one of the keys, or too old. It was not unpickled."""

    __module__ = "lambdapkl"


def sign(obj: Any, key: bytes, *, key_id: str = "", protocol: int | None = None) -> bytes:
    """Pickle `obj` and sign the payload; `verify_loads` loads it.

    The payload is signed, not encrypted: anyone who has it can read it.

    Parameters
    ----------
    key
        32 or more secret bytes that writers and readers share, such as ``secrets.token_bytes(32)``.
    key_id
        Identifies the key among those of the reader, so that keys can be replaced. At most 255 bytes in
        UTF-8. It is not secret.
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
        raise ValueError(f"key_id may have at most 255 bytes in UTF-8, not {len(name)}")
    head = _START.pack(_MAGIC, _VERSION, len(name)) + name + _TIME.pack(time.time_ns() // 1_000_000) + _check(key)
    data = dumps(obj, protocol)
    return b"".join([head, _mac(key, head, data), data])


def verify_loads(data: bytes, keys: bytes | Mapping[str, bytes], *, max_age: float | None = None) -> Any:
    """Load a payload of `sign`, if it was signed with one of the keys.

    An attacker can send a signed payload a second time. If that matters, put a nonce into the object.

    Parameters
    ----------
    data
        The payload, as bytes or an object with a buffer.
    keys
        A key for payloads without a key id, or a mapping from id to key. Keep an old key in it until all
        payloads signed with it are loaded.
    max_age
        Refuse payloads that were signed more than this many seconds ago, or more than a minute in the
        future. By default the age is not checked.

    Raises
    ------
    SignatureError
        The payload is not signed, truncated, changed, signed with another key, or too old.
    ValueError
        A key is too short.
    pickle.UnpicklingError, ImportError, AttributeError
        As for `loads`, for a payload with a valid signature.
    """
    known = keys if isinstance(keys, Mapping) else {"": keys}
    checked = {name: _checked(key) for name, key in known.items()}
    # Copied, so that nobody can change the data between verification and loading.
    view = memoryview(data if type(data) is bytes else bytes(memoryview(data).cast("B")))
    if len(view) < _START.size or bytes(view[:4]) != _MAGIC:
        raise SignatureError("this is not a payload of lambdapkl.sign")
    _, version, length = _START.unpack_from(view)
    if version != _VERSION:
        raise SignatureError(f"the signature has format {version}; this lambdapkl reads format {_VERSION}")
    at = _START.size + length
    end = at + _TIME.size + _CHECK
    if len(view) < end + _MAC:
        raise SignatureError("the signature is cut short")
    head, mac, payload = view[:end], view[end : end + _MAC], view[end + _MAC :]
    name = bytes(view[_START.size : at]).decode("utf-8", "replace")
    key = checked.get(name)
    if key is None:
        ids = ", ".join(map(_named, checked)) or "no key"
        raise SignatureError(f"the payload is signed with {_named(name)}, the reader has {ids}")
    if not hmac.compare_digest(_mac(key, head, payload), mac):
        wrong_key = f"the reader has a different key {f'under the id {name!r}' if name else 'without an id'}"
        if not hmac.compare_digest(_check(key), head[-_CHECK:]):
            raise SignatureError(f"the payload is signed with another key: {wrong_key}")
        raise SignatureError("the payload was changed after it was signed")
    if max_age is not None:
        age = time.time() - _TIME.unpack_from(view, at)[0] / 1000
        if not -_SKEW <= age <= max_age:
            raise SignatureError(f"the payload was signed {age:.0f} seconds ago, but max_age is {max_age:g}")
    return loads(payload)


def _checked(key: bytes) -> bytes:
    if not isinstance(key, (bytes, bytearray, memoryview)):
        raise TypeError(f"a key must be bytes, not {type(key).__name__}")
    if len(key) < _SHORTEST_KEY:
        raise ValueError(
            f"a key must have at least {_SHORTEST_KEY} bytes, not {len(key)}; use secrets.token_bytes({_SHORTEST_KEY})"
        )
    return bytes(key)


def _named(name: str) -> str:
    return f"the key {name!r}" if name else "the key without an id"


def _check(key: bytes) -> bytes:
    return hmac.digest(key, b"lambdapkl.sign", "sha256")[:_CHECK]


def _mac(key: bytes, head: bytes | memoryview, payload: bytes | memoryview) -> bytes:
    made = hmac.new(key, head, "sha256")
    made.update(payload)
    return made.digest()
