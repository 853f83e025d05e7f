"""The backend's `dumps`, and the `Session` that holds its reducers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import COMPILED

__all__ = ["Session", "dumps", "set_callbacks"]

if TYPE_CHECKING or COMPILED:
    from .. import wire
    from .._fast import Session, bind, dumps, set_callbacks
    from ..reducers import classes, descriptors, enumerations, modules, namespaces, skeletons, subclass_state, table

    # The extension is one module, loaded before these; the pure backend imports what it uses.
    bind(wire, classes, descriptors, enumerations, modules, namespaces, skeletons, subclass_state, table)
else:
    from .._pure.dumps import dumps, set_callbacks
    from .._pure.session import Session

# Payloads name it as users do, and alike with both backends.
dumps.__module__ = "lambdapkl"
