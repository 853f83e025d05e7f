"""Rules for the states of NumPy's dtypes and arrays, which NumPy does not check.

A state can make NumPy read and write outside an array: with a field beyond the end of an item, with
bytes declared as objects, or with a shape that has more items than the list of objects.
"""

from __future__ import annotations

import itertools
import math
import re
from typing import Any

from .values import PLACE, Value, is_bytes

__all__ = ["is_array_state", "is_dtype_state", "is_structure"]

_CODE = re.compile(r"[<>|=]?(?:([bifcuSUVMmO])([0-9]{1,18})|([O?]))")
# Bits of the flags: any of _OBJECTS if items hold references; _STRUCTURE for a structure with objects.
_OBJECTS, _STRUCTURE = 0b111, 0b11011
_OBJECT = 63
_POINTER = 8


def is_dtype_state(target: Value, state: Value) -> bool:
    """Whether the state of a dtype is one that NumPy writes.

    Sets `target.special` if items of the dtype hold objects.
    """
    # The third argument requests a copy; without it the dtype may be a NumPy singleton. A dtype that
    # something already holds may already be in use.
    if target.held or len(target.args) != 3 or target.args[2].data not in (True, 1):
        return False
    known = _known(target)
    if known is None or state.kind != "tuple" or len(state.data) not in (8, 9):
        return False
    kind, size = known
    version, order, part, names, fields, itemsize, alignment, flags = state.data[:8]
    if any(each.kind != "int" for each in (version, itemsize, alignment, flags)) or version.data not in (3, 4):
        return False
    if order.kind != "str" or order.data not in ("<", ">", "|", "=") or not -1 <= alignment.data <= 64 or flags.data < 0:
        return False
    has_objects: bool | None = kind == "O"
    plain = part.kind == names.kind == fields.kind == "none"
    if kind != "V":
        if not plain or itemsize.data not in ((size,) if kind in "SU" else (-1, size)):
            return False
    elif itemsize.data != size:
        return False
    elif not plain:
        has_objects = _in_part(part, size) if fields.kind == names.kind == "none" else _in_fields(names, fields, size)
        if has_objects is None or (part.kind != "none" and fields.kind != "none"):
            return False
    if not has_objects and flags.data & _OBJECTS:
        return False
    if has_objects and (flags.data != _OBJECT if kind == "O" else flags.data & 31 not in (_STRUCTURE, _OBJECT & 31)):
        return False
    target.special = bool(has_objects)
    return True


def is_array_state(target: Value, state: Value) -> bool:
    """Whether the state of an array is one that NumPy writes; sets `target.size` to its size in bytes."""
    if state.kind != "tuple" or len(state.data) != 5:
        return False
    version, shape, dtype, order, contents = state.data
    if version.kind != "int" or shape.kind != "tuple" or order.kind not in ("bool", "int"):
        return False
    if dtype.kind not in ("object", "shared") or any(each.kind != "int" or each.data < 0 for each in shape.data):
        return False
    if contents.kind != "list":
        target.size = contents.size
        # NumPy compares the number of bytes.
        return contents.kind in ("bytearray", "buffer", "str") or is_bytes(contents)
    known = _known(dtype) if dtype.data == ("numpy", "dtype") else None
    count = math.prod(each.data for each in shape.data)
    if known is None or count * PLACE != contents.size:
        return False
    target.size = count * known[1]
    return True


def is_structure(value: Value) -> bool:
    """Whether a dtype has fields or parts."""
    known = _known(value)
    return known is not None and known[0] == "V"


def _known(value: Value) -> tuple[str, int] | None:
    """Return the kind and item size of a dtype, or None if its name does not contain them."""
    found = _CODE.fullmatch(value.args[0].data or "") if value.args and value.args[0].kind == "str" else None
    if found is None:
        return None
    kind, number, alone = found.groups()
    if alone:
        return ("O", _POINTER) if alone == "O" else ("b", 1)
    return kind, {"U": 4 * int(number), "M": 8, "m": 8, "O": _POINTER}.get(kind, int(number))


def _part(value: Value) -> tuple[int, bool] | None:
    """Return the item size of a dtype inside another one, and whether its items hold objects."""
    known = _known(value) if value.kind == "object" and value.data == ("numpy", "dtype") else None
    return None if known is None else (known[1], value.special or known[0] == "O")


def _in_part(part: Value, size: int) -> bool | None:
    """Return whether a subarray holds objects, or None if it does not fill the item of `size` bytes."""
    if part.kind != "tuple" or len(part.data) != 2:
        return None
    base, shape = part.data
    known, lengths = _part(base), shape.data if shape.kind == "tuple" else [shape]
    if known is None or any(each.kind != "int" or each.data < 0 for each in lengths):
        return None
    total = known[0]
    for each in lengths:
        total *= each.data
        if total > size:
            break
    return known[1] if total == size else None


def _in_fields(names: Value, fields: Value, size: int) -> bool | None:
    """Return whether the fields of a structure hold objects.

    The result is None if they do not fit into the item, or if a field overlaps with an object.
    """
    if names.kind != "tuple" or fields.kind not in ("dict", "finished dict") or fields.data is None:
        return None
    wanted = [each.data if each.kind == "str" else None for each in names.data]
    if len(set(wanted)) != len(wanted) or None in wanted or not fields.data.keys() >= set(wanted):
        return None
    places: dict[Any, tuple[int, int, bool]] = {}
    for name, field in fields.data.items():
        if field.kind != "tuple" or len(field.data) not in (2, 3) or field.data[1].kind != "int":
            return None
        known, at = _part(field.data[0]), field.data[1].data
        if known is None or not 0 <= at <= size - known[0]:
            return None
        places[name] = at, at + known[0], known[1]
    # A key that is not a name is a title; it must describe the same field as a name.
    named_places = {places[name] for name in wanted}
    if any(place not in named_places for place in places.values()):
        return None
    objects = any(place[2] for place in named_places)
    if objects:
        ordered = sorted(places[name][:2] for name in wanted)
        if any(before[1] > after[0] for before, after in itertools.pairwise(ordered)):
            return None
    # NumPy keeps this dictionary, so the payload must not change it later.
    fields.kind = "finished dict"
    return objects
