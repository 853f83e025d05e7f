"""What a payload does with an allowed class, noted while it is followed, and judged once the class is known.

An allowed class is called, its instances get states and items. `pickle` calls more methods for that than it writes payloads
for: a state of slots would call property setters, items would call `extend` of a class that is no list.
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
    """What a payload does with the results of one name.

    Attributes
    ----------
    filled
        Whether one is given a state.
    extended
        Whether items are appended to one.
    slots
        The names in states of slots, which are set as attributes.
    unfit
        The base classes in C that could not survive what it is called with.
    """

    __slots__ = ("extended", "filled", "slots", "unfit")

    def __init__(self) -> None:
        self.filled = False
        self.extended = False
        self.slots: set[str] = set()
        self.unfit: tuple[type, ...] = ()

    def call_with(self, args: list[Value]) -> None:
        """Note the arguments of a call."""
        if is_unfit_for_a_date(args):
            self.unfit += (datetime.date, datetime.time) if datetime.date not in self.unfit else ()
        if is_unfit_for_unicode_error(args):
            self.unfit += (UnicodeError,) if UnicodeError not in self.unfit else ()

    def fill_with(self, state: Value) -> None:
        """Note a state."""
        self.filled = True
        if state.kind == "tuple" and len(state.data) == 2 and state.data[1].data:
            self.slots.update(state.data[1].data)

    def judge(self, kind: type) -> str | None:
        """Return why this cannot be done with the class `kind`, or None."""
        if self.filled and issubclass(kind, (enum.Enum, UnicodeError)):
            # Members belong to the process; what these exceptions keep in C is believed.
            return "is given a state, which none of these may get"
        if self.unfit and issubclass(kind, self.unfit):
            return "is called with what its base class in C believes without a check"
        if self.extended and not issubclass(kind, MutableSequence) and _static(kind, "extend") is not _MISSING:
            return "is no list, and would have its method extend() called"
        if self.slots and _static(kind, "__setstate__") is _MISSING:
            for name in sorted(self.slots):
                found = _static(kind, name)
                if found is not _MISSING and type(found) is not MemberDescriptorType:
                    return f"has {name!r}, which is no slot, but would be set as one"
        return None


def _static(kind: Any, name: str) -> Any:
    """An attribute of a class, without anything of the class being called."""
    for base in type.__dict__["__mro__"].__get__(kind):
        found = type.__dict__["__dict__"].__get__(base).get(name, _MISSING)
        if found is not _MISSING:
            return found
    return _MISSING
