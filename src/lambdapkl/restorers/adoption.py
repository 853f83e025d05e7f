"""Adopt the classes that standalone payloads created before lambdapkl was imported.

See `bootstrap`.
"""

from __future__ import annotations

import sys
from typing import Any

from ..identity import keys
from ..rules import process_lock
from . import contexts


def adopt() -> None:
    """Register the classes and context variables that standalone payloads created, so that they stay unique.

    Later standalone payloads use lambdapkl itself.
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
