"""Builtin types by number.

Annotations are full of them, and a global costs 0.4 microseconds to write, as much to load, and a dozen bytes.  Once a
payload has named `wire.function`, a number in a call of that is a sixth of it.
"""

from __future__ import annotations

import pickle

# The order is the format: types may be added at the end.
TYPES: tuple[type, ...] = (
    object,
    type,
    bool,
    int,
    float,
    complex,
    str,
    bytes,
    bytearray,
    list,
    tuple,
    dict,
    set,
    frozenset,
    range,
    slice,
    BaseException,
    Exception,
)
# id of a type -> the arguments of the call that loads it
NUMBERS = {id(kind): (number,) for number, kind in enumerate(TYPES)}


def numbered(number: int) -> type:
    """Return the builtin type that a payload has the number of."""
    if 0 <= number < len(TYPES):
        return TYPES[number]
    raise pickle.UnpicklingError(f"the payload has a builtin type that lambdapkl does not know here: number {number}")
