"""Rules for classes of the standard library whose constructors do not check their arguments.

CPython checks neither the positions in a `UnicodeDecodeError` nor all the bytes that a date is
created from. Up to 3.13, showing such a value reads memory outside the object.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable

from .values import Value, is_bytes

__all__ = ["DATETIME", "DATE_RULES", "is_address", "is_unfit_for_a_date", "is_unfit_for_unicode_error", "is_unicode_error"]

Rule = Callable[[list[Value]], bool]


def is_unicode_error(args: list[Value]) -> bool:
    """Whether `args` are valid for a UnicodeDecodeError or UnicodeEncodeError, positions included."""
    return (
        len(args) == 5
        and args[0].kind == args[4].kind == "str"
        and (args[1].kind == "str" or is_bytes(args[1]))
        and all(each.kind == "int" and each.data >= 0 for each in args[2:4])
    )


def is_unfit_for_unicode_error(args: list[Value]) -> bool:
    """Whether `args` may be unsafe for a user's class, if it inherits from such an error."""
    return len(args) == 5 and not is_unicode_error(args)


# ---- dates and times ----

DATE, TIME, DATETIME = 4, 6, 10  # lengths of the states


def _state(value: Value) -> bytes | None:
    """Return the state of a date or time, in whichever way it is written; None if the text is too long."""
    if value.kind == "object":
        text = value.args[0].data if value.args else ""
    else:
        text = value.data
    return text.encode("latin-1", "replace") if isinstance(text, str) else text


def _is_date(state: bytes) -> bool:
    year, month, day = int.from_bytes(state[:2]), state[2] & 127, state[3]
    return 1 <= year <= 9999 and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]


def _is_time(state: bytes) -> bool:
    return state[0] & 127 < 24 and state[1] < 60 and state[2] < 60 and int.from_bytes(state[3:]) < 1_000_000


_CHECKS: dict[int, Callable[[bytes], bool]] = {
    DATE: _is_date,
    TIME: _is_time,
    DATETIME: lambda state: _is_date(state[:4]) and _is_time(state[4:]),
}


def _numbers_or_state(length: int) -> Rule:
    """Allow numbers, or a valid state of `length` bytes. The constructor checks only the numbers."""

    def rule(args: list[Value]) -> bool:
        if not args or args[0].kind in ("int", "bool"):
            return True
        if args[0].kind != "str" and not is_bytes(args[0]):
            return False
        state = _state(args[0])
        return state is None or len(state) != length or _CHECKS[length](state)

    return rule


DATE_RULES: dict[str, Rule] = {
    "datetime.date": _numbers_or_state(DATE),
    "datetime.time": _numbers_or_state(TIME),
    "datetime.datetime": _numbers_or_state(DATETIME),
}


def is_unfit_for_a_date(args: list[Value]) -> bool:
    """Whether `args` may be an invalid state for a user's class, if it inherits from a date or time."""
    if not args or len(args) > 2 or args[0].kind in ("int", "bool"):
        return False
    if args[0].kind != "str" and not is_bytes(args[0]):
        return args[0].kind in ("object", "shared")
    state = _state(args[0])
    return state is not None and len(state) in _CHECKS and not _CHECKS[len(state)](state)


# ---- addresses ----

# The longest mask is "255.255.255.255". `ipaddress` caches every mask forever, so they are kept short.
_LONGEST_MASK = 15


def is_address(args: list[Value]) -> bool:
    """Whether the only argument of an address or network is a number, bytes or a text."""
    if len(args) != 1:
        return False
    if args[0].kind != "str":
        return args[0].kind == "int" or is_bytes(args[0])
    return args[0].data is not None and len(args[0].data.partition("/")[2]) <= _LONGEST_MASK
