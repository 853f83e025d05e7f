"""Callables that `functools` makes out of functions."""

from __future__ import annotations

import functools
from typing import Any

from .. import byvalue, wire
from ..names import private

_LruCacheWrapper: Any = type(functools.lru_cache(lambda: None))


def reduce_lru_cache(wrapper: Any) -> Any:
    """A function behind `functools.lru_cache`: its parameters and attributes, not what it has cached."""
    qualname = getattr(wrapper, "__qualname__", None)
    if isinstance(qualname, str) and byvalue.by_reference(wrapper, qualname):
        return private(qualname)
    function = wrapper.__wrapped__
    parameters = wrapper.cache_parameters()
    own = {
        private(key): value
        for key, value in vars(wrapper).items()
        if key not in _MADE_BY_WRAPPING
        and not (key in functools.WRAPPER_ASSIGNMENTS and value == getattr(function, key, None))
        and not (key == "__type_params__" and not value)
    }
    reduced = (wire.lru_cache, (function, parameters["maxsize"], parameters["typed"]))
    return (*reduced, own) if own else reduced


_MADE_BY_WRAPPING = ("cache_parameters", "__wrapped__")

REDUCERS: dict[type, Any] = {_LruCacheWrapper: reduce_lru_cache}
