"""A second pickler for a part of the object that is being pickled.

It discards its output, and has the hooks of the first pickler.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from types import BuiltinMethodType
from typing import Any

from ..files import Nowhere
from ..stdlib_picklers import BasePickler


class _SecondPickler(BasePickler):
    reducer_override: Any


class _SecondPicklerWithIds(_SecondPickler):
    """A second pickler for one that has its own `persistent_id`."""

    find_id: Any
    # Objects with a persistent id: the reader has them already.
    known: dict[int, Any]

    def persistent_id(self, obj: Any) -> Any:
        found = self.find_id(obj)
        if found is not None:
            self.known[id(obj)] = obj
        return found


@contextmanager
def second_pickler(payload_state: Any, second: Any, table: Any, known: dict[int, Any]) -> Iterator[Any]:
    """Return a pickler that discards its output.

    It and the first pickler use the state `second` inside the block.

    Parameters
    ----------
    payload_state
        The state of the dump that is running.
    table
        The dispatch table.
    known
        Dictionary to which objects with a persistent id are added, by their `id`.
    """
    first = payload_state.pickler
    owner = getattr(first, "_owner", None)
    if owner is not None:
        second.own_globals(vars(owner), owner)
    find_id = getattr(first, "persistent_id", None)
    with_ids = find_id is not None and not isinstance(find_id, BuiltinMethodType)
    kind: Any = _SecondPicklerWithIds if with_ids else _SecondPickler
    made = kind(Nowhere(), pickle.HIGHEST_PROTOCOL, buffer_callback=lambda buffer: None)
    made.find_id, made.known = find_id, known
    made.reducer_override = second.reduce if first is None else first.reducer_override
    made.dispatch_table = table
    if first is None:
        yield made
        return
    before = first._payload_state
    first._payload_state = second
    try:
        yield made
    finally:
        first._payload_state = before
