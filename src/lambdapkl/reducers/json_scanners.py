"""The compiled scanner of a `json.JSONDecoder`, which `pickle` refuses."""

from __future__ import annotations

import json
from types import MemberDescriptorType
from typing import Any

from .. import wire
from ..rules.names import private


def reduce_scanner(scanner: Any) -> Any:
    """A scanner, by the options of the decoder that it was made for; it keeps each in a field of the same name."""
    fields = [name for name, value in vars(type(scanner)).items() if isinstance(value, MemberDescriptorType)]
    return wire.json_scanner, ({private(name): getattr(scanner, name) for name in fields},)


REDUCERS: dict[type, Any] = {}

# PyPy's scanner is a Python function.
if type(_scanner := json.JSONDecoder().scan_once).__module__ == "_json":  # type: ignore[attr-defined]
    REDUCERS[type(_scanner)] = reduce_scanner
