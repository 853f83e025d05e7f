"""The walk for digests without file names and line numbers (``deterministic=True``)."""

from __future__ import annotations

from collections.abc import Mapping
from types import CodeType
from typing import Any

from ..code.placeless import without_places
from .walk import Walk


class PlacelessWalk(Walk):
    """Collects the bytes of a digest, without file names and line numbers."""

    def add(self, obj: Any) -> None:
        super().add(without_places(obj) if type(obj) is CodeType else obj)

    def attributes(self, namespace: Mapping[str, Any]) -> None:
        # Sorted, because a round trip changes the order of some attributes.
        super().attributes({key: namespace[key] for key in sorted(namespace, key=str) if key != "__firstlineno__"})
