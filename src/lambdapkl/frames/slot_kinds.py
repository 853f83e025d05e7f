"""The kinds of values in the slots of a frame, as `verifier` distinguishes them.

A kind is one letter; a stack or a list of local variables is a string of them:

====  =========================================  ====  ======================================
n     NULL: unbound, or no `self`                L     a list
o     any object                                 G     a list of exceptions or None
m     any object or NULL                         D     a dictionary
c     a cell                                     S     a set
I     an iterator                                T     a tuple
Q     the object that x iterates over (3.15)     U     a tuple of strings
x     an index into Q, or NULL for an iterator   s     a string
E     an exception                               V     an interpolation of a template string
P     an exception or None                       X     an index of an instruction
R     as P, but never across a suspension        K     the result of the last call
====  =========================================  ====  ======================================

K exists because 3.14 loops over the result of a call without GET_ITER in ``any(... for ...)`` and the
like. A K becomes an o at the next suspension point.
"""

from __future__ import annotations

import sys

__all__ = ["KINDS", "OBJECTS", "TAGGED", "Unproven", "join", "kind_of", "with_kind"]

KINDS = "nomcIQxEPRLGDSTUsVXK"
TAGGED = "xX" if sys.version_info >= (3, 14) else "x"  # integers
OBJECTS = "".join([kind for kind in KINDS if kind not in "nm" + TAGGED])


class Unproven(Exception):
    """The verifier cannot prove that the code is safe, or does not know one of its instructions."""


def with_kind(slots: str, index: int, kind: str) -> str:
    """Return `slots` with another kind at `index`."""
    if index >= len(slots):
        raise Unproven("a variable that does not exist")
    return slots[:index] + kind + slots[index + 1 :]


def join(one: str, other: str) -> str:
    """Return the kinds that allow both `one` and `other` in each slot."""
    if one == other:
        return one
    return "".join(a if a == b else _either(a, b) for a, b in zip(one, other, strict=True))


def _either(one: str, other: str) -> str:
    both = {one, other}
    for kinds, joined in (({"U", "T"}, "T"), ({"E", "P"}, "P"), ({"n", "x"}, "x"), ({"I", "K"}, "K"), ({"Q", "K"}, "K")):
        if both == kinds:
            return joined
    if not both.isdisjoint(TAGGED):
        raise Unproven("an integer or an object")
    return "o" if both.isdisjoint("nm") else "m"


def kind_of(constant: object) -> str:
    """Return the kind of a constant."""
    if type(constant) is str:
        return "s"
    if type(constant) is tuple:
        return "U" if all(type(item) is str for item in constant) else "T"
    return "o"
