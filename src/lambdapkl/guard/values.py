"""Descriptions of the values that a pickle would create, and the guard's limits and errors."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any, NamedTuple

__all__ = ["FALSE", "FLOAT", "MARK", "NONE", "PLACE", "TRUE", "GuardError", "Limits", "Value", "deepest", "is_bytes"]

# Estimated bytes for a slot in a container.
PLACE = 16
# Containers that get no items after they are created.
_FINISHED = frozenset(("tuple", "frozenset"))
# The default list of items and arguments. All values share it, so nothing may be added to it.
_NOTHING: list[Value] = []


class GuardError(pickle.UnpicklingError):
    """A payload is refused. Nothing was imported or called, unless the message says so."""

    __module__ = "lambdapkl.guard"


class Limits(NamedTuple):
    """Limits on a payload; see `guard.check`."""

    size: int
    depth: int
    memory: int


class Value:
    """A description of one object that the payload would create.

    Attributes
    ----------
    kind
        The type of an atom or container (``"str"``, ...), ``"global"``, ``"mark"``, or for the
        result of a call ``"object"`` or ``"shared"``. Code outside the payload may also hold a
        shared one.
    data
        Depends on the kind:

        - atom: its value
        - tuple: its items
        - global: its module and name
        - result of a call: module and name of the callable
        - dictionary: its values by key, simple values described by their kind only; None if there
          are too many keys or one is not a string
    args
        The arguments, for the result of a call.
    depth, weight
        How deep it is nested, and how many values a walk through it visits. Items that were changed
        after they were added are not counted again.
    heaviest_item
        The greatest weight of its direct items.
    size
        Estimated bytes of a shallow copy.
    unfinished
        Its items that may still become deeper.
    held
        Whether a container or another object holds it.
    filled
        Whether it was given a state.
    special
        For a dictionary, whether a key is not a string or is like ``__class__``. For a dtype,
        whether it has fields of the type object.
    """

    __slots__ = ("args", "data", "depth", "filled", "heaviest_item", "held", "kind", "size", "special", "unfinished", "weight")

    def __init__(self, kind: str, data: Any = None, size: int = 0) -> None:
        self.kind = kind
        self.data = data
        self.args: list[Value] = _NOTHING
        self.depth = 0
        self.weight = 1
        self.heaviest_item = 0
        self.size = size
        self.unfinished: list[Value] = _NOTHING
        self.held = False
        self.filled = False
        self.special = False

    def take_in(self, items: list[Value]) -> bool:
        """Add `items`; return whether that makes the values deeper that already hold this one."""
        depth, heaviest_item = max(self.depth, 1), self.heaviest_item
        unfinished = []
        for each in items:
            if each.depth >= depth:
                depth = each.depth + 1
            if each.weight > heaviest_item:
                heaviest_item = each.weight
            if each.depth:
                each.held = True
                if each.unfinished or each.kind not in _FINISHED:
                    unfinished.append(each)
        holders_deepen = self.held and depth > self.depth
        self.depth = depth
        self.weight = min(self.weight + sum([each.weight for each in items]), 1 << 62)
        self.heaviest_item = heaviest_item
        if unfinished:
            if self.unfinished is _NOTHING:
                self.unfinished = unfinished
            else:
                self.unfinished.extend(unfinished)
        return holders_deepen


NONE, TRUE, FALSE, FLOAT = Value("none"), Value("bool", True), Value("bool", False), Value("float")
MARK = Value("mark")


def is_bytes(value: Value) -> bool:
    """Whether a value is bytes: an atom, or the call that protocol 2 writes for bytes."""
    return value.kind == "bytes" or (value.kind == "object" and value.data in (("_codecs", "encode"), ("builtins", "bytes")))


def deepest(values: list[Value], counts: Callable[[Value], bool]) -> int:
    """Return the depth of the deepest of `values`, in whichever order they were created or changed.

    The depth of a cycle is the number of values in it for which `counts` returns true. Cycles are
    found by Tarjan's algorithm, without recursion.
    """
    order: dict[int, int] = {}
    lowest: dict[int, int] = {}
    depths: dict[int, int] = {}
    open_values: list[Value] = []
    for root in values:
        if id(root) in order:
            continue
        order[id(root)] = lowest[id(root)] = len(order)
        open_values.append(root)
        path = [(root, iter(root.unfinished))]
        while path:
            value, rest = path[-1]
            key = id(value)
            for child in rest:
                if id(child) not in order:
                    order[id(child)] = lowest[id(child)] = len(order)
                    open_values.append(child)
                    path.append((child, iter(child.unfinished)))
                    break
                if id(child) not in depths:
                    lowest[key] = min(lowest[key], order[id(child)])
            else:
                path.pop()
                if path:
                    above = id(path[-1][0])
                    lowest[above] = min(lowest[above], lowest[key])
                if lowest[key] == order[key]:
                    at = len(open_values) - 1
                    while open_values[at] is not value:
                        at -= 1
                    cycle = open_values[at:]
                    del open_values[at:]
                    below = max([depths.get(id(child), 0) for each in cycle for child in each.unfinished], default=0)
                    levels = max(1, sum(map(counts, cycle)))
                    depth = max(below + levels, *[each.depth for each in cycle])
                    depths.update(dict.fromkeys(map(id, cycle), depth))
    return max(depths.values(), default=0)
