"""Values of the standard library whose constructors believe what a pickle gives them.

CPython checks neither the positions in a `UnicodeDecodeError` nor all of the bytes that a date is made of. Up to 3.13 it
reads memory outside of the object when such a value is shown.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable

from .values import Value, is_bytes

__all__ = ["DATETIME", "DATE_RULES", "is_address", "is_unfit_for_a_date", "is_unfit_for_unicode_error", "is_unicode_error"]

Rule = Callable[[list[Value]], bool]


def is_unicode_error(args: list[Value]) -> bool:
    """Whether these make a UnicodeDecodeError or UnicodeEncodeError with positions that are not negative."""
    return (
        len(args) == 5
        and args[0].kind == args[4].kind == "str"
        and (args[1].kind == "str" or is_bytes(args[1]))
        and all(each.kind == "int" and each.data >= 0 for each in args[2:4])
    )


def is_unfit_for_unicode_error(args: list[Value]) -> bool:
    """Whether the arguments of a user's class may be wrong for the constructor in C, if that is its base."""
    return len(args) == 5 and not is_unicode_error(args)


# ---- dates and times ----

DATE, TIME, DATETIME = 4, 6, 10  # lengths of the states


def _state(value: Value) -> bytes | None:
    """The state of a date or time, in whichever way it is written; None for a text that is too long for one."""
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


def _is_made_of(length: int) -> Rule:
    """Arguments of a constructor that takes numbers, which it checks, or a state of `length` bytes, which it believes."""

    def rule(args: list[Value]) -> bool:
        if not args or args[0].kind in ("int", "bool"):
            return True
        if args[0].kind != "str" and not is_bytes(args[0]):
            return False
        state = _state(args[0])
        return state is None or len(state) != length or _CHECKS[length](state)

    return rule


DATE_RULES: dict[str, Rule] = {
    "datetime.date": _is_made_of(DATE),
    "datetime.time": _is_made_of(TIME),
    "datetime.datetime": _is_made_of(DATETIME),
}


def is_unfit_for_a_date(args: list[Value]) -> bool:
    """Whether the arguments of a user's class may be a wrong state, if a date or a time is its base."""
    if not args or len(args) > 2 or args[0].kind in ("int", "bool"):
        return False
    if args[0].kind != "str" and not is_bytes(args[0]):
        return args[0].kind in ("object", "shared")
    state = _state(args[0])
    return state is not None and len(state) in _CHECKS and not _CHECKS[len(state)](state)


# ---- addresses ----

# The longest masks are "255.255.255.255" and "/128". Networks keep every mask that they were made with, for good.
_LONGEST_MASK = 15


def is_address(args: list[Value]) -> bool:
    """Whether an address or a network is made of a number or a text."""
    if len(args) != 1:
        return False
    if args[0].kind != "str":
        return args[0].kind == "int" or is_bytes(args[0])
    return args[0].data is not None and len(args[0].data.partition("/")[2]) <= _LONGEST_MASK
