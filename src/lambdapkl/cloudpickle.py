"""The module ``cloudpickle.cloudpickle``, for code that uses names such as ``cloudpickle.cloudpickle.CloudPickler``."""

from __future__ import annotations

import sys
import warnings
from typing import Any

from .pickler import DEFAULT_PROTOCOL, CloudPickler, Pickler, dump, dumps
from .rules.byvalue import list_registry_pickle_by_value, register_pickle_by_value, unregister_pickle_by_value
from .unpickler import Unpickler, load, loads

__all__ = [
    "DEFAULT_PROTOCOL",
    "CloudPickler",
    "Pickler",
    "Unpickler",
    "dump",
    "dumps",
    "is_tornado_coroutine",
    "list_registry_pickle_by_value",
    "load",
    "loads",
    "register_pickle_by_value",
    "unregister_pickle_by_value",
]


def is_tornado_coroutine(func: Any) -> bool:
    """Whether `func` was decorated with ``tornado.gen.coroutine``; deprecated, as in cloudpickle 3."""
    warnings.warn(
        "is_tornado_coroutine is deprecated; use tornado.gen.is_coroutine_function",
        category=DeprecationWarning,
        stacklevel=2,
    )
    gen = sys.modules.get("tornado.gen")
    return gen is not None and bool(gen.is_coroutine_function(func))
