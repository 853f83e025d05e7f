"""Record what a payload does with an allowed class, and judge it once the class is imported.

A payload calls an allowed class and gives states and items to its instances. A hand-written payload
can make `pickle` call methods that no real payload calls: a state of slots calls property setters,
and appending items calls `extend` of a class that is not a list.
"""

from __future__ import annotations

import datetime
import enum
from collections.abc import MutableSequence
from types import MemberDescriptorType
from typing import Any

from .stdlib_rules import is_unfit_for_a_date, is_unfit_for_unicode_error
from .values import Value

__all__ = ["Use"]

_MISSING = object()


class Use:
    """What a payload does with the instances of one class.

    Attributes
    ----------
    filled
        Whether an instance is given a state.
    extended
        Whether items are appended to an instance.
    slots
        The names in states of slots, which are set as attributes.
    unsafe_bases
        Classes in C that could crash on the arguments of a call, if the class inherits from them.
    """

    __slots__ = ("extended", "filled", "slots", "unsafe_bases")

    def __init__(self) -> None:
        self.filled = False
        self.extended = False
        self.slots: set[str] = set()
        self.unsafe_bases: set[type] = set()

    def call_with(self, args: list[Value]) -> None:
        """Note the arguments of a call."""
        if is_unfit_for_a_date(args):
            self.unsafe_bases.update((datetime.date, datetime.time))
        if is_unfit_for_unicode_error(args):
            self.unsafe_bases.add(UnicodeError)

    def fill_with(self, state: Value) -> None:
        """Note a state."""
        self.filled = True
        if state.kind == "tuple" and len(state.data) == 2 and state.data[1].data:
            self.slots.update(state.data[1].data)

    def judge(self, cls: type) -> str | None:
        """Return why the payload may not do this with `cls`, or None if it may."""
        if self.filled and issubclass(cls, (enum.Enum, UnicodeError)):
            # The whole process shares the members of an enumeration. C code does not check the
            # fields of a Unicode error.
            return "is given a state, which members of enumerations and Unicode errors may not get"
        if issubclass(cls, tuple(self.unsafe_bases)):
            return "is called with arguments that its base class in C does not check"
        if self.extended and not issubclass(cls, MutableSequence) and _static(cls, "extend") is not _MISSING:
            return "is not a list, so appending items would call its extend()"
        if self.slots and _static(cls, "__setstate__") is _MISSING:
            for name in sorted(self.slots):
                found = _static(cls, name)
                if found is not _MISSING and type(found) is not MemberDescriptorType:
                    return f"has an attribute {name!r} that is not a slot, but the payload sets it as one"
        return None


def _static(cls: Any, name: str) -> Any:
    """Return an attribute of a class without calling any code of the class."""
    for base in type.__dict__["__mro__"].__get__(cls):
        found = type.__dict__["__dict__"].__get__(base).get(name, _MISSING)
        if found is not _MISSING:
            return found
    return _MISSING
