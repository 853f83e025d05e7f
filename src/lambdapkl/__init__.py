"""Pickle what `pickle` refuses: lambdas, closures, local classes, whatever lives in ``__main__``.

The interface is that of `pickle` and of cloudpickle 3.1; `pickle.loads` reads what is written here.
"""

from __future__ import annotations

from . import cloudpickle
from ._backend import COMPILED
from ._version import __version__
from .byvalue import list_registry_pickle_by_value, register_pickle_by_value, unregister_pickle_by_value
from .cloudpickle import is_tornado_coroutine
from .errors import BytecodeMismatchError
from .loading import Unpickler, load, loads
from .options import options
from .pickler import DEFAULT_PROTOCOL, CloudPickler, Pickler, dump, dumps

__all__ = [
    "COMPILED",
    "DEFAULT_PROTOCOL",
    "BytecodeMismatchError",
    "CloudPickler",
    "Pickler",
    "Unpickler",
    "__version__",
    "cloudpickle",
    "dump",
    "dumps",
    "is_tornado_coroutine",
    "list_registry_pickle_by_value",
    "load",
    "loads",
    "options",
    "register_pickle_by_value",
    "unregister_pickle_by_value",
]
