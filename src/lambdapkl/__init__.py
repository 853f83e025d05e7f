"""Pickle what `pickle` refuses: lambdas, closures, local classes, whatever lives in ``__main__``.

The interface is that of `pickle` and of cloudpickle 3.1; `pickle.loads` reads what is written here.
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

# What `from lambdapkl import *` brings.  The names of modules that a program may have imported are public as well, but not
# in this list: see `_NOT_STARRED`.
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

# `copy`, `inspect` and `trace` are modules of the standard library, `getsource` is a function of `inspect`, `cloudpickle` is
# another library.
_NOT_STARRED = ("__version__", "cloudpickle", "copy", "getsource", "inspect", "trace")

# Public name -> the submodule that has it, imported when the name is first asked for.
_LAZY = {
    "CheckError": "tools.checking",
    "CheckReport": "tools.checking",
    "SessionError": "tools.sessions",
    "SignatureError": "tools.signing",
    "check": "tools.checking",
    "copy": "tools.checking",
    "dump_session": "tools.sessions",
    "explain": "answers.explain",
    "fingerprint": "forms.fingerprints",
    "getsource": "code.source",
    "guard": "guard",
    "inspect": "answers.inspect",
    "install": "engines.install",
    "load_session": "tools.sessions",
    "pickles": "tools.checking",
    "sign": "tools.signing",
    "trace": "tools.tracing",
    "uninstall": "engines.install",
    "verify_loads": "tools.signing",
    "weigh": "answers.weigh",
}


if not TYPE_CHECKING:  # a type checker would take any name

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
