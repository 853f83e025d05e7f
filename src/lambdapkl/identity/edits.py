"""Notices what a program has changed in a class since the class was first pickled or loaded.

A class keeps the key of its first digest. Its record has a node for each place of the class
(`reached`). Each dump compares the class with these nodes. A place whose digest has differed once
is written with each later payload, also when it has been changed back.
"""

from __future__ import annotations

import weakref
from functools import partial
from typing import Any

from ..rules import process_lock
from . import keys
from .digest import class_digest
from .reached import (
    ABSENT,
    Function,
    Node,
    Place,
    function_matches,
    is_inside,
    is_tracked_name,
    matches,
    node_digest,
)

# The digest of a place now, and the one before its first change, or None if that is not known. An
# empty digest means that there is nothing.
Change = tuple[bytes, bytes | None]


class Record:
    """What was last sent, or applied, of a live class.

    Attributes
    ----------
    nodes
        place -> node, as of the last comparison; None before the first
    attributes, functions
        What is compared; see `Scan`.
    changed
        The places that are written.
    sources
        Where their values are; see `_sources`.
    current
        The digest and running number of the class as it is now.
    applied
        place -> what a load applied last
    is_stale
        Whether a load has applied something since the last comparison.
    """

    __slots__ = ("applied", "attributes", "changed", "current", "functions", "is_stale", "nodes", "reference", "sources")

    def __init__(self, reference: weakref.ref[Any]) -> None:
        self.reference = reference
        self.nodes: dict[Place, Node] | None = None
        self.attributes: dict[str, Node] = {}
        self.functions: list[Function] = []
        self.changed: dict[Place, Change] = {}
        self.sources: dict[Place, tuple[Any, str, str]] = {}
        self.current: tuple[bytes, int] | None = None
        self.applied: dict[Place, Change] = {}
        self.is_stale = False


# id of a class -> its record
records: dict[int, Record] = {}
# id of a class -> what the compiled backend compares
watches: dict[int, Any] = {}


def record_of(cls: type) -> Record:
    """Return the record of `cls`; the first call creates it."""
    record = records.get(id(cls))
    if record is None or record.reference() is not cls:
        reference = weakref.ref(cls, partial(_forget, id(cls), records, watches))
        record = records[id(cls)] = Record(reference)
    return record


# The dictionaries are arguments because this module's globals may be gone when the interpreter exits.
def _forget(ident: int, known: dict[int, Record], watched: dict[int, Any], reference: weakref.ref[Any]) -> None:
    record = known.get(ident)
    if record is not None and record.reference is reference:
        del known[ident]
        watched.pop(ident, None)


def is_unchanged(record: Record, cls: type) -> bool:
    """Whether `cls`, and what its methods reach, is as it was at the last comparison."""
    if record.is_stale:
        return False
    count = 0
    for name, value in list(vars(cls).items()):
        if is_tracked_name(name, value):
            count += 1
            if not matches(record.attributes.get(name), value):
                return False
    return count == len(record.attributes) and all(map(function_matches, record.functions))


def remember(cls: type, scan: Any) -> Record:
    """Make the record of a class that is pickled for the first time; `scan` is what it consists of."""
    record = record_of(cls)
    record.nodes, record.attributes, record.functions = scan.nodes, scan.attributes, scan.functions
    return record


def compare(cls: type, key: keys.Key, scan: Any) -> None:
    """Find out which places of `cls` differ from the last comparison.

    Parameters
    ----------
    key
        The key of the class.
    scan
        What it consists of now.
    """
    record = record_of(cls)
    changed = dict(record.changed)
    if record.nodes is not None:
        _add_changes(record, scan, changed)
    for place, (_, first) in list(record.applied.items()):
        if place not in changed:
            changed[place] = node_digest(scan.nodes.get(place)) or b"", first
    current = record.current
    if changed:
        current = keys.current_key(cls, key, class_digest(cls))[2:]
    sources = _sources(scan, changed)
    with process_lock.lock:
        record.nodes, record.changed, record.sources, record.current = scan.nodes, changed, sources, current
        record.attributes, record.functions, record.is_stale = scan.attributes, scan.functions, False


def _add_changes(record: Record, scan: Any, changed: dict[Place, Change]) -> None:
    """Add the places with another digest than at the last comparison to `changed`."""
    before, now = record.nodes or {}, scan.nodes
    # A part of a function counts if the function was, and is, followed at the same place.
    followed = {entry[-1] for entry in record.functions} & {entry[-1] for entry in scan.functions}
    replaced: set[Place] = set()
    for place in {**now, **before}:
        old, new = before.get(place), now.get(place)
        if old is not None and new is not None and _same(old, new):
            continue
        if len(place) > 1:
            if place[0] == "" and len(place) == 3:
                # A global that no method reaches any more is still there.
                if new is None and place not in scan.missing:
                    continue
            elif place[:-1] not in followed and place[:-2] not in followed:
                continue
        # The parts of a new function come with it.
        if place not in changed and is_inside(place, replaced):
            continue
        first, digest = node_digest(old), node_digest(new)
        if first is not None and first == digest:
            continue
        changed[place] = digest or b"", changed[place][1] if place in changed else first
        replaced.add(place)


def _same(old: Node, new: Node) -> bool:
    """Whether two nodes describe the same objects."""
    if old[0] != new[0] or len(old) != len(new):
        return False
    for one, other in zip(old[1:], new[1:], strict=True):
        if isinstance(one, weakref.ref):
            if not isinstance(other, weakref.ref) or one() is not other() or one() is None:
                return False
        elif type(one) is tuple and one and type(one[0]) is tuple:
            if len(one) != len(other) or not all(map(_same, one, other)):
                return False
        elif one is not other:
            return False
    return True


def _sources(scan: Any, places: dict[Place, Change]) -> dict[Place, tuple[Any, str, str]]:
    """Return where the values of `places` are, except attributes of the class.

    The result has a weak reference to a function, the kind of part, and its name.
    """
    index: dict[int, tuple[Any, str, str]] = {}
    if places and max(map(len, places)) > 1:
        for reference, code, defaults, kwdefaults, attributes, cells, names, _ in scan.functions:
            index[id(defaults)] = reference, "defaults", ""
            index[id(kwdefaults)] = reference, "kwdefaults", ""
            pairs = attributes[3] if attributes is not None else ()
            index.update({id(node): (reference, "attr", name) for (_, name), node in zip(pairs[::2], pairs[1::2], strict=True)})
            index.update(
                {id(node): (reference, "cell", name) for name, node in zip(code.co_freevars, cells or (), strict=False)}
            )
            index.update({id(node): (reference, "global", name) for name, node in names or ()})
    nodes = scan.nodes
    return {place: index[id(nodes[place])] for place in places if len(place) > 1 and place in nodes}


def present(cls: type, record: Record) -> dict[Place, Any]:
    """Return what is in the changed places of `cls` now."""
    own = vars(cls)
    found: dict[Place, Any] = {}
    for place in record.changed:
        value: Any = ABSENT
        if len(place) == 1:
            value = own.get(place[0], ABSENT)
        elif place in record.sources:
            value = _part(*record.sources[place])
        if value is not ABSENT:
            found[place] = value
    return found


def _part(reference: Any, kind: str, name: str) -> Any:
    func = reference()
    if func is None:
        return ABSENT
    if kind == "global":
        return func.__globals__.get(name, ABSENT)
    if kind == "attr":
        return func.__dict__.get(name, ABSENT)
    if kind == "cell":
        try:
            return func.__closure__[func.__code__.co_freevars.index(name)].cell_contents
        except ValueError:
            return ABSENT
    value = getattr(func, f"__{kind}__")
    return ABSENT if value is None else value
