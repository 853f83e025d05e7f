"""The backend's `dumps`, the `Session` that holds its reducers, and `in_order`, which sorts sets in a payload."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import COMPILED

__all__ = ["Session", "dumps", "in_order", "set_callbacks"]

if TYPE_CHECKING or COMPILED:
    from .. import wire
    from .._fast import Session, bind, dumps, in_order, set_callbacks
    from ..reducers import classes, descriptors, enumerations, modules, namespaces, skeletons, subclass_state, table

    # The extension is one module, loaded before these; the pure backend imports what it uses.
    bind(wire, classes, descriptors, enumerations, modules, namespaces, skeletons, subclass_state, table)
else:
    from .._pure.dumps import dumps, set_callbacks
    from .._pure.session import Session
    from ..rules.sets import in_order
