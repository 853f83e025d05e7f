"""Chooses the compiled or the pure backend, once, at import.

``LAMBDAPKL_PURE=1`` in the environment chooses the pure backend. `constructors` has the functions
of the backend that load, `dumps` those that pickle.
"""

from __future__ import annotations

import os

__all__ = ["COMPILED", "IS_PURE_CHOSEN"]

IS_PURE_CHOSEN = os.environ.get("LAMBDAPKL_PURE", "0") not in ("", "0")


def _is_compiled() -> bool:
    if IS_PURE_CHOSEN:
        return False
    try:
        from .._fast import COMPILED
    except ImportError as error:
        # Subinterpreters refuse to import the extension (PEP 684), so they use the pure backend.
        if not isinstance(error, ModuleNotFoundError) and "subinterpreters" not in str(error):
            raise
        return False
    return COMPILED


COMPILED = _is_compiled()
