"""Reducers for a program's own `ctypes` types.

The reader's `ctypes` computes the memory layout again.
"""

from __future__ import annotations

import ctypes
from typing import Any

from .. import wire
from .skeletons import describe

_KINDS = (ctypes.Structure, ctypes.Union, ctypes.Array)
# In the order in which `ctypes` needs them to be set.
_LAYOUT = ("_swappedbytes_", "_align_", "_layout_", "_pack_", "_anonymous_", "_fields_")


def reduce_structure_class(cls: Any, payload_state: Any) -> Any:
    """Reduce a Structure, Union or array type; NotImplemented for other classes."""
    # A loop instead of a dictionary, as a metaclass may define `__hash__`.
    for kind in _KINDS:
        if cls is type(kind):
            return type, (kind,)
    if isinstance(cls, type(ctypes.Array)) and cls.__bases__ == (ctypes.Array,):
        return wire.ctypes_array, (cls._type_, cls._length_)
    if not isinstance(cls, (type(ctypes.Structure), type(ctypes.Union))):
        return NotImplemented
    args, attributes = describe(cls, payload_state, skip=_CField)
    layout = {payload_state.name(name): attributes.pop(name) for name in _LAYOUT if name in attributes}
    return wire.ctypes_class, args, (layout, attributes), None, None, wire.ctypes_class


class _Probe(ctypes.Structure):
    _fields_ = (("field", ctypes.c_int),)


_CField: Any = type(vars(_Probe)["field"])
