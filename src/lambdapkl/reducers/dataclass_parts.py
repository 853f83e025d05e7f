"""Reducers for the fields, parameters and sentinels that `dataclasses` keeps in a class."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import MISSING, Field
from functools import lru_cache
from operator import attrgetter
from types import FunctionType
from typing import Any

from .. import wire
from ..options import current_form
from ..restorers.dataclass_parts import (
    FIELD_FLAGS,
    FIELD_KINDS,
    HASH_AT,
    HASHES,
    KIND_AT,
    KW_ONLY,
    KW_ONLY_AT,
    OPTIONAL,
    OPTIONAL_AT,
    PARAMS,
)
from ..rules.names import private
from .recursive_repr import closure_of, recreate

_Params: Any = dataclasses._DataclassParams  # type: ignore[attr-defined]
_FIELD_SLOTS = {"name", "type", "hash", "kw_only", "_field_type", *FIELD_FLAGS, *OPTIONAL}
_PARAMS = [(1 << place, name) for place, name in enumerate(PARAMS) if name in getattr(_Params, "__slots__", PARAMS)]
_values_of_params = attrgetter(*(name for _, name in _PARAMS))


def reduce_field(field: Any) -> Any:
    """Reduce a field to its name, a number of flags, and the attributes that the flags announce.

    A field with other attributes is reduced like any object.
    """
    try:
        flags = _flags((1 << place, name, getattr(field, name)) for place, name in enumerate(FIELD_FLAGS))
        flags |= _place(FIELD_KINDS, getattr(field._field_type, "name", None)) << KIND_AT
        # Reduced like any object, it would depend on the Python version.
        kw_only = None if field.kw_only is MISSING and current_form().portable else field.kw_only
        flags |= _place(HASHES, field.hash) << HASH_AT | _place(KW_ONLY, kw_only) << KW_ONLY_AT
        doc = getattr(field, "doc", None)
        state = [field.type]
        # As in OPTIONAL.
        for place, (value, there) in enumerate(
            (
                (field.default, field.default is not MISSING),
                (field.default_factory, field.default_factory is not MISSING),
                (field.metadata, len(field.metadata) > 0),
                (doc, doc is not None),
            )
        ):
            if there:
                flags |= 1 << OPTIONAL_AT + place
                state.append(value)
    except (AttributeError, LookupError, TypeError):
        return object.__reduce_ex__(field, 2)
    return wire.dataclass_field, (field.name, flags), tuple(state), None, None, wire.dataclass_field


def reduce_params(params: Any) -> Any:
    """Reduce the arguments of `@dataclass` to one number."""
    try:
        return wire.dataclass_params, (_flags_of_params(*_values_of_params(params)),)
    except (AttributeError, LookupError, TypeError):
        return object.__reduce_ex__(params, 2)


# `typed`, because 1 is not True.
@lru_cache(maxsize=64, typed=True)
def _flags_of_params(*values: Any) -> int:
    return _flags((bit, name, value) for (bit, name), value in zip(_PARAMS, values, strict=True))


def _flags(parts: Iterable[tuple[int, str, Any]]) -> int:
    flags = 0
    for bit, name, value in parts:
        if value is True:
            flags |= bit
        elif value is not False:
            raise LookupError(name)
    return flags


def _place(options: tuple[Any, ...], value: Any) -> int:
    for place, option in enumerate(options):
        if value is option or (type(option) is str and value == option):
            return place
    raise LookupError(value)


def reduce_missing(obj: Any) -> Any:
    # cloudpickle 3.1.3 copies it when it loads, even into classes that already exist in the
    # process.
    return private("MISSING") if obj is MISSING else object.__reduce_ex__(obj, 2)


REDUCERS: dict[type, Any] = {
    type(dataclasses._HAS_DEFAULT_FACTORY): lambda _: private("_HAS_DEFAULT_FACTORY"),  # type: ignore[attr-defined]
    type(dataclasses._FIELD): lambda kind: private(kind.name),  # type: ignore[attr-defined]
}
# Since 3.15 both are sentinels of PEP 661, which pickle by themselves.
if type(MISSING) is not type(dataclasses.KW_ONLY):  # type: ignore[comparison-overlap]
    REDUCERS[type(MISSING)] = reduce_missing
    REDUCERS[type(dataclasses.KW_ONLY)] = lambda _: private("KW_ONLY")
if set(Field.__slots__) <= _FIELD_SLOTS:
    REDUCERS[Field] = reduce_field
if set(getattr(_Params, "__slots__", PARAMS)) <= set(PARAMS):
    REDUCERS[_Params] = reduce_params


def recreate_annotate(func: FunctionType) -> Any:
    """Like `recursive_repr.recreate`, for the ``__annotate__`` of dataclass methods since 3.14."""
    match closure_of(func):
        case {"__class__": type() as owner, "annotation_fields": fields, "return_type": returns}:
            # The qualified name is the only trace of the method's name.
            method = func.__qualname__.removesuffix(".__annotate__").rpartition(".")[2]
            args = (owner, private(method), fields, *(() if returns is MISSING else (returns,)))
            state = {"__qualname__": f"{owner.__qualname__}.{method}.__annotate__", "__generated_by_dataclasses__": True}
            return wire.dataclass_annotate, args, state
    return None


RECREATED: dict[Any, Any] = {}
if hasattr(dataclasses, "_make_annotate_function"):
    RECREATED[dataclasses._make_annotate_function(object, "", [], None).__code__] = recreate_annotate
if hasattr(dataclasses, "_recursive_repr"):  # up to 3.12
    RECREATED[dataclasses._recursive_repr(lambda self: "").__code__] = recreate
