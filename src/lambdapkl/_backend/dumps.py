"""The backend's `dumps`, and the `PayloadState` that holds its reducers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import COMPILED

__all__ = ["PayloadState", "dumps", "set_callbacks"]

if TYPE_CHECKING or COMPILED:
    from .. import wire
    from .._fast import PayloadState, bind, dumps, set_callbacks
    from ..reducers import (
        classes,
        descriptors,
        edits,
        enumerations,
        loaded_files,
        modules,
        named_globals,
        namespaces,
        running_methods,
        sentinels,
        shared_cells,
        skeletons,
        subclass_state,
        table,
    )

    # The extension is loaded before these modules, so it cannot import them.
    bind(
        wire,
        classes,
        descriptors,
        edits,
        enumerations,
        loaded_files,
        modules,
        named_globals,
        namespaces,
        running_methods,
        sentinels,
        shared_cells,
        skeletons,
        subclass_state,
        table,
    )
else:
    from .._pure.dumps import dumps, set_callbacks
    from .._pure.payload_state import PayloadState

# Payloads name it as users do, the same with both backends.
dumps.__module__ = "lambdapkl"
