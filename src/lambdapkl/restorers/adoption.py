"""What standalone payloads have made in a process before lambdapkl was imported there; see `bootstrap`."""

from __future__ import annotations

import sys
from typing import Any

from ..identity import keys
from ..rules import process_lock
from . import contexts

__all__ = ["adopt"]


def adopt() -> None:
    """Know the classes and variables of the packages that standalone payloads have made, so that each stays one.

    The next standalone payload uses lambdapkl.
    """
    for package in list(vars(sys.modules["_lambdapkl"]).values()):
        if not hasattr(package, "texts"):
            continue
        with package.lock, process_lock.lock:
            package.found.clear()
            carried: Any = sys.modules.get(f"{package.__name__}.identity.keys")
            for key in list(carried._by_key) if carried else ():
                obj = carried.find(key)
                if obj is not None and keys.find(key) is None:
                    keys.track(key, obj)
            variables: Any = sys.modules.get(f"{package.__name__}.restorers.contexts")
            for key, variable in list(variables._variables.items()) if variables else ():
                if key not in contexts._variables:
                    contexts._variables[key] = variable
                    contexts._keys[variable] = key
