"""The choice between the compiled and the pure backend, made once, at import.

``LAMBDAPKL_PURE=1`` in the environment forces the pure one.  `constructors` has what `lambdapkl.wire` and the restorers
need of the backend, `dumps` what pickles.
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
        # Interpreters other than the first refuse an extension module like ours (PEP 684): they run the pure backend.
        if not isinstance(error, ModuleNotFoundError) and "subinterpreters" not in str(error):
            raise
        return False
    return COMPILED


COMPILED = _is_compiled()
