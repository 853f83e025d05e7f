"""Pickle what `pickle` refuses: lambdas, closures, local classes, everything in ``__main__``.

The interface is that of `pickle` and cloudpickle 3.1. `pickle.loads` reads the payloads.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

from . import cloudpickle as cloudpickle
from ._backend import COMPILED
from ._version import __version__ as __version__
from .cloudpickle import is_tornado_coroutine
from .errors import BytecodeMismatchError, DamagedPayloadError, NotPicklableError
from .options import options
from .pickler import DEFAULT_PROTOCOL, CloudPickler, Pickler, dump, dumps
from .rules.byvalue import list_registry_pickle_by_value, register_pickle_by_value, unregister_pickle_by_value
from .unpickler import Unpickler, load, loads

if TYPE_CHECKING:
    from . import guard
    from .answers.explain import explain
    from .answers.inspect import inspect as inspect
    from .answers.weigh import weigh
    from .code.source import getsource as getsource
    from .engines.install import install, uninstall
    from .forms.fingerprints import fingerprint
    from .tools.checking import CheckError, CheckReport, check, pickles
    from .tools.checking import copy as copy
    from .tools.sessions import SessionError, dump_session, load_session
    from .tools.signing import SignatureError, sign, verify_loads
    from .tools.tracing import trace as trace

# The names that `from lambdapkl import *` imports. `_NOT_STARRED` has the other public names.
__all__ = [
    "COMPILED",
    "DEFAULT_PROTOCOL",
    "BytecodeMismatchError",
    "CheckError",
    "CheckReport",
    "CloudPickler",
    "DamagedPayloadError",
    "NotPicklableError",
    "Pickler",
    "SessionError",
    "SignatureError",
    "Unpickler",
    "check",
    "dump",
    "dump_session",
    "dumps",
    "explain",
    "fingerprint",
    "guard",
    "install",
    "is_tornado_coroutine",
    "list_registry_pickle_by_value",
    "load",
    "load_session",
    "loads",
    "options",
    "pickles",
    "register_pickle_by_value",
    "sign",
    "uninstall",
    "unregister_pickle_by_value",
    "verify_loads",
    "weigh",
]

# A program may have imported other objects under these names: the modules `copy`, `inspect` and `trace`, the function
# `inspect.getsource`, the library cloudpickle.
_NOT_STARRED = ("__version__", "cloudpickle", "copy", "getsource", "inspect", "trace")

# Submodule -> its public names; it is imported when one of them is first used.
_LAZY_NAMES = {
    "answers.explain": ["explain"],
    "answers.inspect": ["inspect"],
    "answers.weigh": ["weigh"],
    "code.source": ["getsource"],
    "engines.install": ["install", "uninstall"],
    "forms.fingerprints": ["fingerprint"],
    "guard": ["guard"],
    "tools.checking": ["CheckError", "CheckReport", "check", "copy", "pickles"],
    "tools.sessions": ["SessionError", "dump_session", "load_session"],
    "tools.signing": ["SignatureError", "sign", "verify_loads"],
    "tools.tracing": ["trace"],
}
_LAZY = {name: module for module, names in _LAZY_NAMES.items() for name in names}


if not TYPE_CHECKING:  # otherwise a type checker would accept any name

    def __getattr__(name: str) -> Any:
        if name not in _LAZY:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module = import_module(f"{__name__}.{_LAZY[name]}")
        value = getattr(module, name, module)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted((*__all__, *_NOT_STARRED))


if not COMPILED:
    from ._backend.pure_reason import warn_main_script

    warn_main_script()

# Set by `install` for the processes that are started from one that called it.
if os.environ.get("LAMBDAPKL_INSTALL", "0") not in ("", "0"):
    from .engines.install import DETERMINISTIC, install

    install(deterministic=os.environ["LAMBDAPKL_INSTALL"] == DETERMINISTIC)
