"""Objects that exist once and are told apart by identity."""

from __future__ import annotations

import dataclasses
from typing import Any

from ..names import private


def reduce_missing(_: Any) -> str:
    return private("MISSING")


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
if type(dataclasses.MISSING) is not type(dataclasses.KW_ONLY):  # type: ignore[comparison-overlap]  # since 3.15 both are sentinels of PEP 661
    REDUCERS[type(dataclasses.MISSING)] = reduce_missing
    REDUCERS[type(dataclasses.KW_ONLY)] = reduce_kw_only

OWN_KEYS = (dataclasses.Field, dataclasses._DataclassParams)  # type: ignore[attr-defined]
