"""Recreate fields and parameters of dataclasses from numbers that encode them."""

from __future__ import annotations

import pickle
import sys
from typing import Any

# The number of a field, from its lowest bit: a bit for each of FIELD_FLAGS; at KIND_AT, HASH_AT and
# KW_ONLY_AT an index into FIELD_KINDS, HASHES and KW_ONLY; at OPTIONAL_AT a bit for each of
# OPTIONAL, set if it is present.
FIELD_FLAGS = ("init", "repr", "compare")
KIND_AT, HASH_AT, KW_ONLY_AT, OPTIONAL_AT = 3, 5, 7, 9
FIELD_KINDS = (None, "_FIELD", "_FIELD_CLASSVAR", "_FIELD_INITVAR")
HASHES = (None, False, True)
# None stands for `dataclasses.MISSING`, which class variables have.
KW_ONLY = (False, True, None)
OPTIONAL = ("default", "default_factory", "metadata", "doc")
# The bits of the number that encodes the arguments of `@dataclass`.
PARAMS = ("init", "repr", "eq", "order", "unsafe_hash", "frozen", "match_args", "kw_only", "slots", "weakref_slot")


def dataclass_field(first: Any, second: Any) -> Any:
    """Create a field from its name and flags, or set its state: its type and the optional attributes."""
    import dataclasses

    kind: Any = dataclasses.Field
    field: Any = first
    if type(field) is kind:
        flags = field._field_type
        if type(flags) is not int or type(second) is not tuple or len(second) != 1 + (flags >> OPTIONAL_AT).bit_count():
            raise pickle.UnpicklingError("the payload is damaged: a wrong state for the field of a dataclass")
        field.type = second[0]
        if flags >> OPTIONAL_AT:
            rest = iter(second[1:])
            for place, name in enumerate(OPTIONAL):
                if flags >> OPTIONAL_AT + place & 1:
                    value = next(rest)
                    if name in dataclasses.Field.__slots__:  # no `doc` before 3.14
                        setattr(field, name, value)
        name_of_kind = FIELD_KINDS[flags >> KIND_AT & 3]
        field._field_type = None if name_of_kind is None else getattr(dataclasses, name_of_kind)
        return field
    if (
        type(second) is not int
        or not 0 <= second < 1 << OPTIONAL_AT + len(OPTIONAL)
        or second >> HASH_AT & 3 >= len(HASHES)
        or second >> KW_ONLY_AT & 3 >= len(KW_ONLY)
    ):
        raise pickle.UnpicklingError("the payload is damaged: the flags of a dataclass's field")
    field = object.__new__(kind)
    field.name = first
    field.init, field.repr, field.compare = second & 1 > 0, second & 2 > 0, second & 4 > 0
    field.hash, field.kw_only = HASHES[second >> HASH_AT & 3], KW_ONLY[second >> KW_ONLY_AT & 3]
    if field.kw_only is None:
        field.kw_only = dataclasses.MISSING
    field.default = field.default_factory = dataclasses.MISSING
    field.metadata = dataclasses._EMPTY_METADATA  # type: ignore[attr-defined]
    if sys.version_info >= (3, 14):
        field.doc = None
    # Kept here until the state is set.
    field._field_type = second
    return field


def dataclass_params(flags: int) -> Any:
    """Create the object in which a class keeps the arguments of `@dataclass`."""
    import dataclasses

    params: Any = object.__new__(dataclasses._DataclassParams)  # type: ignore[attr-defined]
    kept = getattr(type(params), "__slots__", PARAMS)  # fewer up to 3.11
    for place, name in enumerate(PARAMS):
        if name in kept:
            setattr(params, name, bool(flags >> place & 1))
    return params


def dataclass_annotate(owner: type, method: str, fields: Any, *returns: Any) -> Any:
    """Create the ``__annotate__`` of a method that `dataclasses` added to `owner`.

    `returns` is its return annotation.
    """
    import dataclasses

    make: Any = dataclasses._make_annotate_function  # type: ignore[attr-defined]
    return make(owner, method, fields, *(returns or (dataclasses.MISSING,)))
