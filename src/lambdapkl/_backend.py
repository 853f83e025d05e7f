"""Choose the compiled or the pure backend, once, at import.

``LAMBDAPKL_PURE=1`` in the environment forces the pure one.  Nothing else asks which it is, but for
`lambdapkl.COMPILED`, which says so.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

__all__ = [
    "COMPILED",
    "Session",
    "cell",
    "code",
    "configure",
    "describe_steps",
    "dumps",
    "frames",
    "function",
    "in_order",
    "link_steps",
    "position",
    "quick_class",
]

if TYPE_CHECKING:
    from ._fast import (
        COMPILED,
        Session,
        cell,
        code,
        configure,
        describe_steps,
        dumps,
        frames,
        function,
        in_order,
        link_steps,
        position,
        quick_class,
    )
elif os.environ.get("LAMBDAPKL_PURE", "0") not in ("", "0"):
    from ._pure.dumps import (
        COMPILED,
        Session,
        cell,
        code,
        configure,
        describe_steps,
        dumps,
        frames,
        function,
        in_order,
        link_steps,
        position,
        quick_class,
    )
else:
    try:
        from ._fast import (
            COMPILED,
            Session,
            cell,
            code,
            configure,
            describe_steps,
            dumps,
            frames,
            function,
            in_order,
            link_steps,
            position,
            quick_class,
        )
    except ImportError as error:
        # A compiled module that was built is refused by interpreters other than the first (PEP 684): they run the pure one.
        if not isinstance(error, ModuleNotFoundError) and "subinterpreters" not in str(error):
            raise
        from ._pure.dumps import (
            COMPILED,
            Session,
            cell,
            code,
            configure,
            describe_steps,
            dumps,
            frames,
            function,
            in_order,
            link_steps,
            position,
            quick_class,
        )
