"""The kinds of values that `verifier` runs bytecode over, and stacks of them.

A kind is one letter:

====  =========================================  ====  ======================================
n     NULL: unbound, or no `self`                L     a list
o     any object                                 G     a list of exceptions, or None for one
m     any object or NULL                         D     a dictionary
c     a cell                                     S     a set
I     an iterator                                T     a tuple
Q     what x goes through (3.15)                 U     a tuple of strings
x     an index into Q, or NULL for an iterator   s     a string
E     an exception                               V     an interpolation of a template string
P     an exception or None                       X     an index of an instruction
R     as P, for a moment                         K     what a call returned a moment ago
====  =========================================  ====  ======================================

Inside ``any(... for ...)`` and the like, 3.14 loops over what it has just called without asking for an iterator: hence K, an
object that may be looped over until the next place of suspension.
"""

from __future__ import annotations

import sys

__all__ = ["TAGGED", "Unproven", "exception", "join", "kind_of", "need", "objects", "pop", "untagged", "with_kind"]

_NULLABLE = frozenset("nmx")
TAGGED = frozenset("xX" if sys.version_info >= (3, 14) else "x")


class Unproven(Exception):
    """The code does what the compiler would not, or nobody taught this module what it does."""


def with_kind(slots: str, index: int, kind: str) -> str:
    """Return `slots` with another kind at `index`."""
    if index >= len(slots):
        raise Unproven("a variable that is not there")
    return slots[:index] + kind + slots[index + 1 :]


def need(stack: str, count: int) -> str:
    """Return the stack, which has at least `count` values."""
    if len(stack) < count:
        raise Unproven("too little on the stack")
    return stack


def pop(stack: str, count: int) -> str:
    """Take off `count` values that must be objects."""
    need(stack, count)
    if count:
        objects(stack[-count:])
        return stack[:-count]
    return stack


def objects(kinds: str) -> None:
    """Check that there is an object behind each."""
    if not _NULLABLE.isdisjoint(kinds) or not TAGGED.isdisjoint(kinds):
        raise Unproven("no object where one belongs")


def untagged(kinds: str) -> None:
    """Check that each is an object or NULL."""
    if not TAGGED.isdisjoint(kinds):
        raise Unproven("an integer where an object belongs")


def exception(stack: str, place: int) -> None:
    """Check that there is an exception at `place`, counted from the top."""
    if need(stack, place)[-place] != "E":
        raise Unproven("no exception where one belongs")


def join(one: str, other: str) -> str:
    """Return the kinds of what is the one or the other, place by place."""
    if one == other:
        return one
    return "".join(a if a == b else _either(a, b) for a, b in zip(one, other, strict=True))


def _either(one: str, other: str) -> str:
    both = {one, other}
    for kinds, joined in (({"U", "T"}, "T"), ({"E", "P"}, "P"), ({"n", "x"}, "x"), ({"I", "K"}, "K"), ({"Q", "K"}, "K")):
        if both == kinds:
            return joined
    if not TAGGED.isdisjoint(both):
        raise Unproven("an integer or an object")
    return "o" if _NULLABLE.isdisjoint(both) else "m"


def kind_of(constant: object) -> str:
    """Return the kind of a constant."""
    if type(constant) is str:
        return "s"
    if type(constant) is tuple:
        return "U" if all(type(item) is str for item in constant) else "T"
    return "o"
