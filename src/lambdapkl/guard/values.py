"""What the guard knows of the values that a pickle would make."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

__all__ = ["FALSE", "FLOAT", "MARK", "NONE", "PLACE", "TRUE", "GuardError", "Limits", "Policy", "Value", "deepest", "is_bytes"]

# About what CPython takes for a place in a container.
PLACE = 16
# Nothing is put into these once they are made.
_FINISHED = frozenset(("tuple", "frozenset"))
# Shared by all that holds nothing of that sort, and never written to.
_NOTHING: list[Value] = []


class GuardError(pickle.UnpicklingError):
    """A payload is refused.  Nothing of it was imported or called, unless the message says so."""

    __module__ = "lambdapkl.guard"


class Limits(NamedTuple):
    """What a payload may take; see `guard.check`."""

    size: int
    depth: int
    memory: int


class Policy(Protocol):
    """Says what is allowed.

    Attributes
    ----------
    any_code
        Whether code by value is: then nothing is gained by asking what is called, or what it is given.
    """

    any_code: bool

    def allows(self, module: str, name: str) -> str | None:
        """Return None if a name is allowed, else why not."""
        ...


class Value:
    """What a place of the stack holds.

    Attributes
    ----------
    kind
        ``"str"`` and so on, ``"global"``, ``"object"`` for the result of a call, ``"shared"`` for one that may be what others
        have, too, ``"mark"``.
    data
        Of atoms the value, of tuples the items, of a global its module and name, of an object what made it; of a dictionary the
        values by key, simple ones by their kind only, or None where the keys are too many or no strings.
    args
        Of the result of a call, what was called with.
    depth, weight
        How deep it is nested, and how many values a walk through it meets, as far as it was made when it was last changed.
    heaviest
        The greatest weight of its own items.
    size
        About how many bytes a copy takes, but for what it holds.
    growing
        Which of its items may still become deeper.
    held, filled
        Whether something else holds it, and whether it was given a state.
    special
        Whether a dictionary has a key that is no string, or one like ``__class__``; whether a dtype has objects in it.
    """

    __slots__ = ("args", "data", "depth", "filled", "growing", "heaviest", "held", "kind", "size", "special", "weight")

    def __init__(self, kind: str, data: Any = None, size: int = 0) -> None:
        self.kind = kind
        self.data = data
        self.args: list[Value] = _NOTHING
        self.depth = 0
        self.weight = 1
        self.heaviest = 0
        self.size = size
        self.growing: list[Value] = _NOTHING
        self.held = False
        self.filled = False
        self.special = False

    def take_in(self, items: list[Value]) -> bool:
        """Note that it holds `items`, too; return whether what holds it already is deeper by that."""
        depth, heaviest = max(self.depth, 1), self.heaviest
        growing = []
        for each in items:
            if each.depth >= depth:
                depth = each.depth + 1
            if each.weight > heaviest:
                heaviest = each.weight
            if each.depth:
                each.held = True
                if each.growing or each.kind not in _FINISHED:
                    growing.append(each)
        late = self.held and depth > self.depth
        self.depth = depth
        self.weight = min(self.weight + sum([each.weight for each in items]), 1 << 62)
        self.heaviest = heaviest
        if growing:
            if self.growing is _NOTHING:
                self.growing = growing
            else:
                self.growing.extend(growing)
        return late


NONE, TRUE, FALSE, FLOAT = Value("none"), Value("bool", True), Value("bool", False), Value("float")
MARK = Value("mark")


def is_bytes(value: Value) -> bool:
    """Whether a value is bytes, as any protocol has them."""
    return value.kind == "bytes" or (value.kind == "object" and value.data in (("_codecs", "encode"), ("builtins", "bytes")))


def deepest(values: list[Value], counts: Callable[[Value], bool]) -> int:
    """Return how deep the deepest of `values` is nested, whichever was made or changed first.

    What refers to itself has no depth: of a cycle only those values are added up that count
    (Tarjan's algorithm, without recursion).

    Parameters
    ----------
    counts
        Says which values of a cycle count.
    """
    order: dict[int, int] = {}
    lowest: dict[int, int] = {}
    depths: dict[int, int] = {}
    open_ones: list[Value] = []
    for root in values:
        if id(root) in order:
            continue
        order[id(root)] = lowest[id(root)] = len(order)
        open_ones.append(root)
        path = [(root, iter(root.growing))]
        while path:
            value, rest = path[-1]
            key = id(value)
            for child in rest:
                if id(child) not in order:
                    order[id(child)] = lowest[id(child)] = len(order)
                    open_ones.append(child)
                    path.append((child, iter(child.growing)))
                    break
                if id(child) not in depths:
                    lowest[key] = min(lowest[key], order[id(child)])
            else:
                path.pop()
                if path:
                    above = id(path[-1][0])
                    lowest[above] = min(lowest[above], lowest[key])
                if lowest[key] == order[key]:
                    at = len(open_ones) - 1
                    while open_ones[at] is not value:
                        at -= 1
                    cycle = open_ones[at:]
                    del open_ones[at:]
                    below = max([depths.get(id(child), 0) for each in cycle for child in each.growing], default=0)
                    own = max(1, sum(map(counts, cycle)))
                    depth = max(below + own, *[each.depth for each in cycle])
                    depths.update(dict.fromkeys(map(id, cycle), depth))
    return max(depths.values(), default=0)
