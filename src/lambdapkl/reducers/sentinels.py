"""Reducer for `object()` instances that the standard library uses as sentinels."""

from __future__ import annotations

import inspect
from typing import Any

from .. import wire
from ..rules.names import private

_MARKS = {id(mark): name for name, mark in vars(inspect).items() if type(mark) is object}


def reduce_object(obj: object) -> Any:
    name = _MARKS.get(id(obj))
    return object.__reduce_ex__(obj, 2) if name is None else (wire.attribute, (private("inspect"), private(name)))


REDUCERS: dict[type, Any] = {object: reduce_object}
