"""Objects that exist once and are told apart by identity."""

from __future__ import annotations

import dataclasses
from typing import Any

from ..names import private


def reduce_missing(obj: Any) -> Any:
    # cloudpickle's loads copies it, into classes that it finds in the process, too (cloudpickle 3.1.2).
    return private("MISSING") if obj is dataclasses.MISSING else object.__reduce_ex__(obj, 2)


def reduce_kw_only(_: Any) -> str:
    return private("KW_ONLY")


def reduce_default_factory(_: Any) -> str:
    return private("_HAS_DEFAULT_FACTORY")


def reduce_field_kind(kind: Any) -> str:
    return private(kind.name)


REDUCERS: dict[type, Any] = {
    type(dataclasses._HAS_DEFAULT_FACTORY): reduce_default_factory,  # type: ignore[attr-defined]
    type(dataclasses._FIELD): reduce_field_kind,  # type: ignore[attr-defined]
}
# Since 3.15 both are sentinels of PEP 661, which pickle by themselves.
if type(dataclasses.MISSING) is not type(dataclasses.KW_ONLY):  # type: ignore[comparison-overlap]
    REDUCERS[type(dataclasses.MISSING)] = reduce_missing
    REDUCERS[type(dataclasses.KW_ONLY)] = reduce_kw_only

OWN_KEYS = (dataclasses.Field, dataclasses._DataclassParams)  # type: ignore[attr-defined]
