"""Signed payloads: a payload that is not signed with a key of the reader is refused before it is unpickled."""

from __future__ import annotations

import hmac
import os
import pickle
import time
from typing import Any

import fresh
import pytest

import lambdapkl

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))
HEAD = 4 + 1 + 1
MAC_AT = HEAD + 8 + 8


class Trap:
    """Unpickling this creates a folder."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return os.mkdir, (self.path,)


def refused(data: bytes, keys: Any, match: str, **options: Any) -> None:
    with pytest.raises(lambdapkl.SignatureError, match=match):
        lambdapkl.verify_loads(data, keys, **options)


def test_in_another_process(backend: fresh.Process) -> None:
    data = backend.execute("import lambdapkl; k = 3; result = lambdapkl.sign(lambda x: x + k, bytes(range(32)), key_id='a')")
    backend.execute(
        f"""
        import lambdapkl
        assert lambdapkl.verify_loads({data!r}, {{'a': bytes(range(32)), 'b': bytes(32)}}, max_age=600)(4) == 7
        assert lambdapkl.verify_loads(memoryview(bytearray({data!r})), {{'a': bytes(range(32))}})(4) == 7
        """
    )


def test_refused_payloads_are_not_unpickled(tmp_path: Any) -> None:
    path = str(tmp_path / "trap")
    good = lambdapkl.sign(Trap(path), KEY)
    refused(good, OTHER, "signed with another key")
    refused(good, {"": OTHER, "a": KEY}, "signed with another key")
    refused(pickle.dumps(Trap(path)), KEY, "not a payload of lambdapkl.sign")
    refused(good + b".", KEY, "changed")
    refused(good[:HEAD] + good[HEAD + 40 :], KEY, "signed with another key|cut short")
    assert not os.path.exists(path)
    lambdapkl.verify_loads(good, KEY)
    assert os.path.isdir(path)


def test_changing_any_byte_is_detected() -> None:
    good = lambdapkl.sign([1, "two"], KEY, key_id="k")
    assert lambdapkl.verify_loads(good, {"k": KEY}) == [1, "two"]
    for place in range(len(good)):
        for change in (1, 128):
            bad = bytearray(good)
            bad[place] ^= change
            refused(bytes(bad), {"k": KEY}, "")
    for size in range(len(good)):
        refused(good[:size], {"k": KEY}, "")


def test_the_format() -> None:
    """A payload assembled according to the documentation is accepted, and `openssl` computes the same MAC."""
    import hashlib
    import hmac
    import struct

    body = pickle.dumps({"a": 1})
    when = struct.pack(">Q", int(time.time() * 1000))
    check = hmac.new(KEY, b"lambdapkl.sign", hashlib.sha256).digest()[:8]
    head = b"#LPK\x02\x02id" + when + check
    data = head + hmac.new(KEY, head + body, hashlib.sha256).digest() + body
    assert lambdapkl.verify_loads(data, {"id": KEY}, max_age=60) == {"a": 1}
    refused(data[:-1], {"id": KEY}, "changed")


def test_rotation() -> None:
    old, new = lambdapkl.sign(1, KEY, key_id="2025"), lambdapkl.sign(2, OTHER, key_id="2026")
    keys = {"2025": KEY, "2026": OTHER}
    assert [lambdapkl.verify_loads(each, keys) for each in (old, new)] == [1, 2]
    refused(old, {"2026": OTHER}, "the reader has the key '2026'")
    refused(lambdapkl.sign(1, KEY, key_id="2026"), keys, "signed with another key")


def test_a_wrong_key_is_not_called_a_changed_payload() -> None:
    data = lambdapkl.sign([1], KEY, key_id="blue")
    for keys in (KEY, {"green": KEY}, {}):
        refused(data, keys, "signed with the key 'blue', the reader has")
    refused(data, {"green": KEY}, "the reader has the key 'green'$")
    refused(lambdapkl.sign([1], KEY), {"green": KEY}, "signed with the key without an id")
    refused(
        data, {"blue": OTHER}, "^the payload is signed with another key: the reader has a different key under the id 'blue'$"
    )
    for changed in (data[:-1] + b"!", data + b".", data[:-2]):
        refused(changed, {"blue": KEY}, "^the payload was changed after it was signed$")
    assert isinstance(pickle.loads(pickle.dumps(lambdapkl.SignatureError("x"))), lambdapkl.SignatureError)


def test_age(monkeypatch: pytest.MonkeyPatch) -> None:
    data = lambdapkl.sign(1, KEY)
    now = time.time()
    for later, allowed in ((0, True), (50, True), (70, False), (-30, True), (-90, False)):
        monkeypatch.setattr(time, "time", lambda later=later: now + later)
        if allowed:
            assert lambdapkl.verify_loads(data, KEY, max_age=60) == 1
        else:
            refused(data, KEY, "seconds ago", max_age=60)
        assert lambdapkl.verify_loads(data, KEY) == 1


def test_keys() -> None:
    for call in (lambda key: lambdapkl.sign(1, key), lambda key: lambdapkl.verify_loads(lambdapkl.sign(1, KEY), key)):
        with pytest.raises(ValueError, match="at least 32 bytes, not 31"):
            call(KEY[:31])
        with pytest.raises(TypeError, match="a key must be bytes, not str"):
            call("k" * 32)
    with pytest.raises(ValueError, match="255"):
        lambdapkl.sign(1, KEY, key_id="é" * 128)
    assert lambdapkl.verify_loads(lambdapkl.sign(1, bytearray(KEY), key_id="é"), {"é": KEY}) == 1


def test_a_reader_that_does_not_know_of_signatures_refuses_them() -> None:
    for load in (pickle.loads, lambdapkl.loads):
        with pytest.raises(pickle.UnpicklingError, match="#"):
            load(lambdapkl.sign(1, KEY))


def test_errors_of_the_payload_are_those_of_loads() -> None:
    class Gone:
        __module__ = "no_such_module"
        __qualname__ = "Gone"

    payload = b"\x80\x04cno_such_module\nGone\n."
    good = lambdapkl.sign(None, KEY)
    import hmac

    data = good[:MAC_AT] + hmac.new(KEY, good[:MAC_AT] + payload, "sha256").digest() + payload
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        lambdapkl.verify_loads(data, KEY)


@pytest.mark.parametrize("view", [bytearray, memoryview])
def test_what_is_loaded_is_what_was_verified(view: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    data = bytearray(lambdapkl.sign("good", KEY))
    at = data.index(b"good")
    compare = hmac.compare_digest

    def compare_and_change(*macs: Any) -> bool:
        right = compare(*macs)
        data[at : at + 4] = b"evil"
        return right

    monkeypatch.setattr(hmac, "compare_digest", compare_and_change)
    assert lambdapkl.verify_loads(data if view is bytearray else memoryview(data), KEY) == "good"
