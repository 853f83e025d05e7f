"""`lambdapkl.guard`: the methods of an allowed class that a payload can call."""

from __future__ import annotations

import collections
import pickle
from typing import Any

import pytest
from guard_bypasses import call, named, payload, text

import lambdapkl
from lambdapkl import guard

CALLED: list[Any] = []


class Cart:
    total = property(lambda self: 1, lambda self, value: CALLED.append(("total", value)))

    def add(self, item: Any) -> None:
        CALLED.append(("add", item))

    def extend(self, items: Any) -> None:
        CALLED.append(("extend", items))


class Slotted:
    __slots__ = ("__dict__", "_hidden", "size")

    def __init__(self) -> None:
        self.size = 1
        self._hidden = 2
        self.other = 3

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Slotted) and (self.size, self._hidden, self.other) == (other.size, other._hidden, other.other)

    __hash__ = None  # type: ignore[assignment]


class Sealed(Slotted):
    size = property(lambda self: 1, lambda self, value: CALLED.append(("size", value)))  # type: ignore[assignment]

    def __init__(self) -> None:
        pass


class Stateful(Cart):
    def __setstate__(self, state: Any) -> None:
        self.state = state


class AppendOnly:
    def __init__(self) -> None:
        self.items: list[Any] = []

    def append(self, item: Any) -> None:
        self.items.append(item)

    def __reduce__(self) -> Any:
        return type(self), (), None, iter(self.items)


class Sequence(collections.UserList[Any]):
    def __reduce__(self) -> Any:
        return type(self), (), None, iter(self.data)


class Tags(set[str]):
    pass


class Shelf(list[Any]):
    pass


NAMES = ("Cart", "Slotted", "Sealed", "Stateful", "AppendOnly", "Sequence", "Tags", "Shelf")
MINE = {f"{__name__}.{name}" for name in NAMES}


def made(name: str) -> bytes:
    return named(__name__, name) + b")\x81"


REFUSED = {
    "setter by a state of slots": made("Cart") + b"N}" + text("total") + b"K\x63s\x86b",
    "setter of a subclass with slots": made("Sealed") + b"N}" + text("size") + b"K\x63s\x86b",
    "extend of what is no list": made("Cart") + b"(" + text("a") + b"e",
    "extend of what is no list, for one": made("Cart") + text("a") + b"a",
    "add": made("Cart") + b"(" + text("b") + b"\x90",
    "add to a subclass of set": made("Tags") + b"(" + text("b") + b"\x90",
    "method by a state of slots": made("Cart") + b"N}" + text("add") + b"K\x63s\x86b",
}


@pytest.mark.parametrize("name", REFUSED)
def test_methods_that_the_documentation_does_not_name_are_not_called(name: str) -> None:
    CALLED.clear()
    with pytest.raises(guard.GuardError):
        guard.loads(payload(REFUSED[name]), allow=MINE)
    assert not CALLED


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_real_pickles_of_such_classes_pass(protocol: int) -> None:
    slotted, only, stateful, cart = Slotted(), AppendOnly(), Stateful(), Cart()
    only.items = [1, 2]
    stateful.__dict__["total"] = cart.__dict__["total"] = 3
    values = [slotted, only, stateful, cart, Sequence([1, 2]), Tags(["a"]), Shelf([1])]
    for data in (pickle.dumps(values, protocol), lambdapkl.dumps(values, protocol)):
        loaded = guard.loads(data, allow=guard.BUILTINS | MINE)
        assert loaded[0] == slotted and loaded[1].items == [1, 2] and loaded[2].state == {"total": 3}
        assert vars(loaded[3]) == {"total": 3} and list(loaded[4]) == [1, 2] and loaded[5] == {"a"} and loaded[6] == [1]


def test_setstate_gets_a_state_of_slots() -> None:
    data = payload(call(__name__, "Stateful") + b"N}" + text("total") + b"K\x63s\x86b")
    assert guard.loads(data, allow=MINE).state == (None, {"total": 99})
