"""Numbers for builtin types, which are shorter in a payload than names, and types of descriptors.

Annotations contain many builtin types. A global takes 0.4 microseconds to write, as much to load,
and a dozen bytes. If the payload already refers to `wire.function`, a call of it with a number
costs a sixth of that.
"""

from __future__ import annotations

import pickle
from types import (
    ClassMethodDescriptorType,
    FunctionType,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodDescriptorType,
    WrapperDescriptorType,
)

# The order is part of the format: types may only be added at the end.
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
    """Return the builtin type with this number."""
    if 0 <= number < len(TYPES):
        return TYPES[number]
    raise pickle.UnpicklingError(
        f"the payload contains builtin type number {number}, which this version of lambdapkl does not know"
    )


# Types of the interpreter's descriptors of slots, fields and functions in C. On PyPy, some of these
# names stand for the types of Python functions and of class methods.
DESCRIPTOR_TYPES = {
    ClassMethodDescriptorType,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodDescriptorType,
    WrapperDescriptorType,
} - {FunctionType, classmethod}
