"""Adds to the reduced form of a class what the program has changed since the class was first pickled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import wire
from ..identity import edits, keys, reached
from ..options import current_form
from ..rules.names import class_names
from .skeletons import in_wire_form


def with_edits(
    cls: type, reduced: Any, payload_state: Any, is_unchanged: bool = False, scan: Callable[[type], Any] = reached.scan
) -> Any:
    """Return `reduced`, the reduced form of the by-value class `cls`, with the changes in `cls`.

    A class without changes is returned as it is.

    Parameters
    ----------
    is_unchanged
        Whether the class is known to be as it was at the last comparison.
    scan
        `reached.scan`, or the compiled version.
    """
    # These forms describe the class as it is now, whatever it was before.
    if type(reduced) is not tuple or len(reduced) != 6 or current_form().deterministic:
        return reduced
    record = edits.records.get(id(cls))
    if record is None or record.reference() is not cls:
        edits.remember(cls, scan(cls))
        return reduced
    module, qualname, _ = class_names(cls)
    key = keys.key_of(cls, module, qualname)
    if not is_unchanged and not edits.is_unchanged(record, cls):
        edits.compare(cls, key, scan(cls))
    if not record.changed:
        return reduced
    constructor, args, state, _, _, setter = reduced
    found = edits.present(cls, record)
    changes: dict[Any, Any] = {}
    for place, (digest, first) in record.changed.items():
        written: Any = payload_state.name(place[0]) if len(place) == 1 else tuple([payload_state.name(part) for part in place])
        if place in found:
            value = in_wire_form(place[0], found[place]) if len(place) == 1 else found[place]
            changes[written] = digest, first, value
        elif not digest:
            changes[written] = b"", first
    current = record.current or key[2:]
    identity = (_the_same(args, key[2]), key[3], *current)
    return wire.edited_class, (constructor, identity, *args), (setter, state, changes), None, None, wire.edited_class


def _the_same(args: tuple[Any, ...], digest: bytes) -> bytes:
    """Return the object in `args` that is the digest, so that the payload has one."""
    return next((each for each in args if type(each) is bytes and each == digest), digest)
