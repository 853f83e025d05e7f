"""Recreate lazy imports."""

from __future__ import annotations

import pickle
from typing import Any


def lazy_import(module: str, statement: str = "import", attribute: str = "") -> Any:
    """Return the placeholder that a lazy import statement binds, without importing anything.

    Parameters
    ----------
    statement
        One of

        - ``"import"``: ``lazy import MODULE``, which binds the top-level package
        - ``"import-as"``: ``lazy import MODULE as name``
        - ``"from"``: ``lazy from MODULE import ATTRIBUTE``
    """
    if not all(part.isidentifier() for part in (*module.split("."), attribute or "_")):
        raise pickle.UnpicklingError(f"the payload is damaged: {module!r} cannot be the name of a module")
    source = {
        "import": f"lazy import {module}",
        "import-as": f"lazy import {module} as bound",
        "from": f"lazy from {module} import {attribute} as bound",
    }[statement]
    namespace: dict[str, Any] = {}
    # Only the statement can create such an object.
    exec(compile(source, "<lambdapkl: lazy import>", "exec"), namespace)
    return namespace.pop(module.partition(".")[0] if statement == "import" else "bound")
