"""`lambdapkl.guard`: what lambdapkl writes for lone proxies, and for groups of exceptions that lead back to the group."""

from __future__ import annotations

import collections
import struct
import weakref

import pytest
from guard_bypasses import call, named, payload, text

import lambdapkl
from lambdapkl import guard

GROUPS = guard.BUILTINS | {"builtins.ExceptionGroup", "builtins.BaseExceptionGroup", guard.OBJECTS}


def test_a_lone_proxy_is_its_referent() -> None:
    counter = collections.Counter("ab")
    data = lambdapkl.dumps([weakref.proxy(counter)])
    (loaded,) = guard.loads(data, allow=guard.STANDARD | guard.OBJECTS)
    assert type(loaded) is collections.Counter and loaded == counter
    with pytest.raises(guard.GuardError, match="OBJECTS"):
        guard.loads(data, allow=guard.STANDARD)


def test_the_referent_is_no_less_checked_than_by_itself() -> None:
    endless = call("builtins", "range", b"J" + struct.pack("<i", 20_000_000))
    alias = call("lambdapkl.wire", "weak_reference", b"N", endless)
    for made in (endless, alias):
        data = payload(call("lambdapkl.wire", "exception", named("builtins", "ValueError"), b"(" + made + b"t"))
        with pytest.raises(guard.GuardError):
            guard.check(data, allow=GROUPS)
    # A list is not hashed by another name either.
    with pytest.raises(guard.GuardError, match="a list is used as a key or an element"):
        guard.check(payload(b"}" + call("lambdapkl.wire", "weak_reference", b"N", b"]") + b"Ns"), allow=GROUPS)
    with pytest.raises(guard.GuardError, match="arguments"):
        guard.check(payload(call("lambdapkl.wire", "weak_reference", b"N", b"]", b"N")), allow=GROUPS)


def test_a_group_that_its_exceptions_lead_back_to() -> None:
    first, second = ValueError("a"), KeyError("b")
    group = ExceptionGroup("g", [first, second])
    first.__cause__ = second.__context__ = group
    data = lambdapkl.dumps(group)
    loaded = guard.loads(data, allow=GROUPS)
    assert type(loaded) is ExceptionGroup and loaded.message == "g"
    assert loaded.exceptions[0].__cause__ is loaded and loaded.exceptions[1].__context__ is loaded
    assert "ExceptionGroup('g'" in repr(loaded)
    with pytest.raises(guard.GuardError, match="OBJECTS"):
        guard.loads(data, allow=GROUPS - {guard.OBJECTS})


def test_links_count_for_the_depth() -> None:
    """The interpreter frees a chain of causes without a limit to its depth."""
    top: Exception = ValueError(0)
    for number in range(100):
        linked = KeyError(number)
        top = ExceptionGroup("g", [linked, top])
        linked.__cause__ = top
    data = lambdapkl.dumps(top)
    guard.check(data, allow=GROUPS, max_depth=1000)
    with pytest.raises(guard.GuardError, match="max_depth"):
        guard.check(data, allow=GROUPS, max_depth=150)


@pytest.mark.parametrize("links", [b"]", b"K\x01\x85", text("a") + b"K\x01\x86\x85", b"NN\x86\x85", b"K\x01K\x01\x86\x85"])
def test_links_of_another_form_are_refused(links: bytes) -> None:
    group = call("lambdapkl.wire", "exception", named("builtins", "ExceptionGroup"), text("m") + error_list() + b"\x86")
    state = b"(NNNNN" + links + b"t"
    data = payload(group + b"\x94" + named("lambdapkl.wire", "exception") + b"h\x00" + state + b"\x86R")
    with pytest.raises(guard.GuardError):
        guard.loads(data, allow=GROUPS)


def error_list() -> bytes:
    return b"](" + call("builtins", "ValueError") + b"e"
