"""Pickle what `pickle` refuses: lambdas, closures, local classes, whatever lives in ``__main__``.

The interface is that of `pickle` and of cloudpickle 3.1; `pickle.loads` reads what is written here.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from . import cloudpickle
from ._backend import COMPILED
from ._version import __version__
from .byvalue import list_registry_pickle_by_value, register_pickle_by_value, unregister_pickle_by_value
from .cloudpickle import is_tornado_coroutine
from .errors import BytecodeMismatchError
from .loading import Unpickler, load, loads
from .options import options
from .pickler import DEFAULT_PROTOCOL, CloudPickler, Pickler, dump, dumps

if TYPE_CHECKING:
    from .engines.install import install, uninstall

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
    "install",
    "is_tornado_coroutine",
    "list_registry_pickle_by_value",
    "load",
    "loads",
    "options",
    "register_pickle_by_value",
    "uninstall",
    "unregister_pickle_by_value",
]

_LAZY = {"install": "engines.install", "uninstall": "engines.install"}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
    return value


# Set by `install` for the processes that are started from one that called it.
if os.environ.get("LAMBDAPKL_INSTALL", "0") not in ("", "0"):
    from .engines.install import install

    install()
