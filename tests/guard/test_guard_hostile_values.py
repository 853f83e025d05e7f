"""`lambdapkl.guard`: values that crash CPython, and lasting effects of a payload on the process."""

from __future__ import annotations

import datetime
import pickle
from typing import Any

import fresh
import pytest
from guard_bypasses import call, named, payload, text

from lambdapkl import guard


def number(value: int) -> bytes:
    return b"\x8a\x08" + value.to_bytes(8, "little", signed=True)


def octets(value: bytes) -> bytes:
    return b"C" + bytes((len(value),)) + value


class MyError(UnicodeDecodeError):
    pass


class MyDate(datetime.date):
    pass


class MyDateTime(datetime.datetime):
    pass


class MyBytes(bytes):
    pass


MINE = {f"{__name__}.{name}" for name in ("MyBytes", "MyDate", "MyDateTime", "MyError")}


def unicode_error(start: int, end: int, module: str = "builtins", name: str = "UnicodeDecodeError") -> bytes:
    data = octets(b"\xfe\xff") if "Encode" not in name else text("\xe9")
    return call(module, name, text("ascii"), data, number(start), number(end), text("reason"))


def wire_error(start: int, module: str, name: str) -> bytes:
    given = b"(" + text("ascii") + octets(b"\xfe\xff") + number(start) + number(start + 1) + text("reason") + b"t"
    return call("lambdapkl.wire", "exception", named(module, name), given)


def by_protocol_2(state: bytes) -> bytes:
    return call("_codecs", "encode", text(state.decode("latin-1")), text("latin1"))


UNSAFE = {
    "decode error with a negative start": unicode_error(-(2**35), -(2**35) + 1),
    "decode error with a negative end": unicode_error(0, -1),
    "encode error with a negative start": unicode_error(-5, -4, name="UnicodeEncodeError"),
    "decode error that lambdapkl makes": wire_error(-5, "builtins", "UnicodeDecodeError"),
    "date of year 0": call("datetime", "date", octets(bytes([0, 0, 2, 28]))),
    "date of year 10000": call("datetime", "date", octets(bytes([0x27, 0x10, 2, 28]))),
    "date of month 13": call("datetime", "date", octets(bytes([7, 0xEA, 13, 1]))),
    "date of day 0": call("datetime", "date", octets(bytes([7, 0xEA, 1, 0]))),
    "date of February 30": call("datetime", "date", octets(bytes([7, 0xEA, 2, 30]))),
    "date by protocol 2": call("datetime", "date", by_protocol_2(bytes([0, 0, 2, 28]))),
    "date by a text": call("datetime", "date", text("\0\0\2\1")),
    "date and time of year 0": call("datetime", "datetime", octets(bytes([0, 0, 12, 31, 23, 59, 59, 0, 0, 0]))),
    "date and time of hour 24": call("datetime", "datetime", octets(bytes([7, 0xEA, 12, 31, 24, 59, 59, 0, 0, 0]))),
    "time of minute 60": call("datetime", "time", octets(bytes([1, 60, 0, 0, 0, 0]))),
    "time of a million microseconds": call("datetime", "time", octets(bytes([1, 6, 0, 0x0F, 0x42, 0x40]))),
    "date by other bytes": call("datetime", "date", call(__name__, "MyBytes", octets(b"\0\0\1\1"))),
}
UNSAFE_SUBCLASSES = {
    "decode error": unicode_error(-5, -4, __name__, "MyError"),
    "decode error that lambdapkl makes": wire_error(-5, __name__, "MyError"),
    "date": call(__name__, "MyDate", octets(bytes([0, 0, 2, 28]))),
    "date by NEWOBJ": named(__name__, "MyDate") + octets(bytes([0, 0, 2, 28])) + b"\x85\x81",
    "date and time": call(__name__, "MyDateTime", octets(bytes([0, 0, 12, 31, 23, 59, 59, 0, 0, 0]))),
    "date by other bytes": call(__name__, "MyDate", call(__name__, "MyBytes", octets(b"\0\0\1\1"))),
}


@pytest.mark.parametrize("name", UNSAFE)
def test_values_that_crash_cpython_are_refused(name: str) -> None:
    with pytest.raises(guard.GuardError, match=r"^refused at byte .* called with arguments that pickle does not write"):
        guard.loads(payload(UNSAFE[name]), allow=guard.STANDARD | MINE | {guard.OBJECTS})


@pytest.mark.parametrize("name", UNSAFE_SUBCLASSES)
def test_values_that_crash_cpython_are_refused_for_subclasses(name: str) -> None:
    with pytest.raises(guard.GuardError, match="arguments that its base class in C does not check"):
        guard.loads(payload(UNSAFE_SUBCLASSES[name]), allow=guard.STANDARD | MINE | {guard.OBJECTS})


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_dates_and_times_pass(protocol: int) -> None:
    zone = datetime.timezone(datetime.timedelta(hours=2), "here")
    values: list[Any] = [
        *(datetime.date.min, datetime.date.max, datetime.date(2024, 2, 29), MyDate(2026, 12, 31)),
        *(datetime.time.min, datetime.time.max, datetime.time(1, 2, 3, fold=1, tzinfo=zone)),
        *(datetime.datetime.min, datetime.datetime.max, datetime.datetime(2026, 10, 25, 2, tzinfo=zone, fold=1)),
        MyDateTime(2026, 1, 1, tzinfo=zone),
    ]
    loaded = guard.loads(pickle.dumps(values, protocol), allow=guard.STANDARD | MINE)
    assert loaded == values and [type(each) for each in loaded] == [type(each) for each in values]
    assert [getattr(each, "fold", 0) for each in loaded] == [
        getattr(each, "fold", 0) for each in pickle.loads(pickle.dumps(values, protocol))
    ]


def test_untrusted_payload_does_not_define_context_variables_of_later_payloads(backend: fresh.Process) -> None:
    trusted = backend.execute(
        """
        import contextvars, pickletools, lambdapkl
        tenant = contextvars.ContextVar("tenant", default="nobody")
        data = lambdapkl.dumps(lambda: tenant.get())
        words = [argument for _, argument, _ in pickletools.genops(data)]
        digest = next(word for word in words[words.index("context_var"):] if isinstance(word, bytes))
        result = data, digest
        """
    )
    data, digest = trusted
    foreign = payload(call("lambdapkl.wire", "context_var", text("tenant"), octets(digest), b"K\x00", text("root")))
    backend.execute(
        """
        import lambdapkl
        from lambdapkl import guard
        foreign_one = guard.loads(foreign, allow={guard.OBJECTS})
        assert foreign_one.get() == "root"
        assert lambdapkl.loads(data)() == "nobody"
        # A guarded payload finds the variable of a trusted one.
        again = guard.loads(foreign, allow={guard.OBJECTS})
        assert again.get() == "nobody" and again is not foreign_one
        """,
        foreign=foreign,
        data=data,
    )


def test_long_network_masks_are_refused() -> None:
    allow = guard.STANDARD
    for name, long in (("IPv4Network", "1.2.3.0/" + "0" * 500 + "24"), ("IPv6Network", "fe80::/" + "0" * 500 + "64")):
        with pytest.raises(guard.GuardError, match="arguments that pickle does not write"):
            guard.check(payload(call("ipaddress", name, text(long))), allow=allow)
    assert (
        str(guard.loads(payload(call("ipaddress", "IPv4Network", text("1.2.3.0/255.255.255.0"))), allow=allow)) == "1.2.3.0/24"
    )


def test_long_paths_count_against_max_memory() -> None:
    part = text("x/" * (1 << 16))
    data = payload(part + b"\x940" + named("pathlib", "PureWindowsPath") + b"(" + b"h\x00" * 1500 + b"tR")
    with pytest.raises(guard.GuardError, match="max_memory"):
        guard.check(data, allow=guard.STANDARD, max_memory=1 << 29)
