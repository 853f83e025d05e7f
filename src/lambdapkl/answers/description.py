"""The description of a value of a payload, in a user's words."""

from __future__ import annotations

from collections.abc import Callable

from ..code import blob_reader as blobs
from .opcodes import SMALL
from .values import ATOM, BUFFER, CALL, DICT, PERSISTENT, TUPLE, Entry, Long, Made, Ref, Value, items_of, resolve

__all__ = ["Description", "is_leaf", "text_of"]

Label = Callable[[int], str]
# Attributes in cloudpickle's state of a function -> how their parts are labelled.
_PARTS_OF_FUNCTIONS = {
    "'__globals__'": "global",
    "'__closure__'": "closure",
    "'__defaults__'": "default",
    "'_cloudpickle_submodules'": "submodule",
}


class Description:
    """What a value is, and which parts it has.

    Attributes
    ----------
    title
        Its name, or its type if it has no name.
    kind
        ``"function"``, ``"class"``, ``"module"``, ``"instance"``, ``"code"`` or ``"data"``.
    parts
        Pairs of a label and a value.
    own
        Size in bytes without `parts`.
    module
        The module that defines a function or class.
    code
        The code of a function, as far as it can be read.
    imports
        Names of modules that the reader imports for it.
    labels
        Labels of all parts of a function, including small ones.
    """

    def __init__(self, title: str, kind: str = "data") -> None:
        self.title = title
        self.kind = kind
        self.parts: list[tuple[str, Value]] = []
        self.own = 0
        self.module: str | None = None
        self.code: blobs.Code | None = None
        self.imports: tuple[str, ...] = ()
        self.labels: list[str] = []

    def add(self, label: str, entry: Entry | None) -> None:
        """Add `entry` as a part; if it is small or a reference, count its bytes in `own` instead."""
        if entry is None:
            return
        if self.kind == "function":
            self.labels.append(label)
        if isinstance(entry, Ref):
            self.own += entry.own
            return
        if is_leaf(entry) and entry.own < SMALL and entry.kind != BUFFER:
            self.own += entry.own
            return
        self.parts.append((label, entry))

    def open(self, entry: Entry | None, label: Label | str) -> None:
        """Add the items of a container as parts; the container itself is not shown."""
        if not isinstance(entry, Made) or entry.kind in (CALL, PERSISTENT):
            self.add(label if isinstance(label, str) else label(0), entry)
            return
        for index, item in enumerate(self.items(entry)):
            self.add(label if isinstance(label, str) else label(index), item)
        self.add_pairs(entry, label if isinstance(label, str) else "item")

    def items(self, entry: Entry | None) -> list[Entry]:
        """Count the bytes of a container in `own`, and return its items."""
        self.own += entry.own if entry is not None else 0
        return items_of(entry)

    def state(self, entry: Entry) -> None:
        """Add the state of an object: its attributes, or a tuple of attributes and other values."""
        parts = self.items(entry) if isinstance(entry, Made) and entry.kind == TUPLE else [entry]
        for part in parts:
            self.named(part, "attribute" if resolve(part).kind == DICT else "state")

    def named(self, entry: Entry | None, prefix: str) -> None:
        """Add the values of a dictionary of names, such as attributes or globals."""
        if not isinstance(entry, Made) or entry.kind != DICT:
            self.open(entry, prefix)
            return
        self.own += entry.own
        self.add_pairs(entry, prefix)

    def add_pairs(self, made: Made, prefix: str) -> None:
        """Add keys and values. A value is labelled by its key."""
        for key, value in made.keyed():
            text = text_of(key)
            self.add(f"key of {prefix}", key)
            inner = _PARTS_OF_FUNCTIONS.get(text)
            if inner is not None and self.kind == "function":
                self.named(value, inner)
            else:
                self.add(f"{prefix} {text}", value)


def is_leaf(value: Value) -> bool:
    """Whether `value` contains no other values."""
    return not isinstance(value, Made)


def text_of(entry: Entry) -> str:
    """Return a text for a key."""
    value = resolve(entry)
    if value.kind == ATOM:
        return f"{value.data!r:.60}" if not isinstance(value.data, Long) else "..."
    if value.kind == "tuple" and all(resolve(item).kind == ATOM for item in value.items):
        return f"({', '.join(map(text_of, value.items))})"
    return f"<{value.kind}>"
