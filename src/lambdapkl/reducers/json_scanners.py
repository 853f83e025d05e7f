"""Reducer for the compiled scanner of a `json.JSONDecoder`."""

from __future__ import annotations

import json
from types import MemberDescriptorType
from typing import Any

from .. import wire
from ..rules.names import private


def reduce_scanner(scanner: Any) -> Any:
    """Reduce a scanner to the options of its decoder, which it keeps in fields of the same names."""
    fields = [name for name, value in vars(type(scanner)).items() if isinstance(value, MemberDescriptorType)]
    return wire.json_scanner, ({private(name): getattr(scanner, name) for name in fields},)


REDUCERS: dict[type, Any] = {}

# PyPy's scanner is a Python function.
if type(_scanner := json.JSONDecoder().scan_once).__module__ == "_json":  # type: ignore[attr-defined]
    REDUCERS[type(_scanner)] = reduce_scanner
