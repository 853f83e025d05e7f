"""Reducers for callables that `functools` returns."""

from __future__ import annotations

import functools
import gc
from typing import Any

from .. import wire
from ..rules import byvalue
from ..rules.names import private, private_key

_LruCacheWrapper: Any = type(functools.lru_cache(lambda: None))


def reduce_lru_cache(wrapper: Any) -> Any:
    """Reduce a function wrapped by `functools.lru_cache`, without the cached results."""
    qualname = getattr(wrapper, "__qualname__", None)
    if isinstance(qualname, str) and byvalue.by_reference(wrapper, qualname):
        return private(qualname)
    function = wrapper.__wrapped__
    parameters = wrapper.cache_parameters()
    attributes = {
        private_key(key): value
        for key, value in list(vars(wrapper).items())
        if key not in _SET_BY_LRU_CACHE
        and not (key in functools.WRAPPER_ASSIGNMENTS and value == getattr(function, key, None))
        and not (key == "__type_params__" and not value)
    }
    reduced = (wire.lru_cache, (function, parameters["maxsize"], parameters["typed"]))
    return (*reduced, attributes) if attributes else reduced


_SET_BY_LRU_CACHE = ("cache_parameters", "__wrapped__")

_KeyWrapper: Any = type(functools.cmp_to_key(lambda a, b: 0))


def reduce_cmp_to_key(wrapper: Any) -> Any:
    """Reduce the result of `functools.cmp_to_key`, or a key that it created."""
    compare = next(each for each in gc.get_referents(wrapper) if each is not _KeyWrapper)
    if hasattr(wrapper, "obj"):
        return wire.comparison_key, (compare, wrapper.obj)
    return functools.cmp_to_key, (compare,)


def reduce_partial_method(method: Any) -> Any:
    """Reduce a `functools.partialmethod`, whose `__new__` requires a function since 3.14."""
    return wire.partial_method, (method.func, method.args, method.keywords)


REDUCERS: dict[type, Any] = {
    _LruCacheWrapper: reduce_lru_cache,
    _KeyWrapper: reduce_cmp_to_key,
    functools.partialmethod: reduce_partial_method,
}
