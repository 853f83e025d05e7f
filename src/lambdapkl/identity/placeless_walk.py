"""The walk for digests that do not depend on files and lines, as ``deterministic=True`` needs them."""

from __future__ import annotations

from collections.abc import Mapping
from types import CodeType
from typing import Any

from ..code.placeless import without_places
from .walk import Walk

__all__ = ["PlacelessWalk"]


class PlacelessWalk(Walk):
    """What a digest is made of, without the places where code was written."""

    def add(self, obj: Any) -> None:
        super().add(without_places(obj) if type(obj) is CodeType else obj)

    def attributes(self, own: Mapping[str, Any]) -> None:
        # Sorted: after a round trip, some attributes come in another order.
        super().attributes({key: own[key] for key in sorted(own, key=str) if key != "__firstlineno__"})
