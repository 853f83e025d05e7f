"""The tree of the parts of a payload, each with its size."""

from __future__ import annotations

from collections.abc import Sequence

from .description import Meaning, is_leaf
from .meaning import meaning_of
from .values import BUFFER, Payload, Ref, Value, resolve

__all__ = ["Beside", "Item", "tree_of"]

# A buffer that is pickled beside the payload: its length and a checksum.
Beside = tuple[int, int]


class Item:
    """A part of a payload.

    Attributes
    ----------
    label
        How it is called in its parent.
    title
        What it is.
    size
        Its bytes and those of its parts; what is there more than once is counted where it comes first.
    own
        Its bytes without those of its parts.
    shared
        How often it is referred to from elsewhere.
    """

    __slots__ = ("children", "label", "meaning", "own", "parent", "shared", "size", "value")

    def __init__(self, label: str, value: Value | None, meaning: Meaning, parent: Item | None) -> None:
        self.label = label
        self.value = value
        self.meaning = meaning
        self.parent = parent
        self.own = meaning.own
        self.size = meaning.own
        self.shared = 0 if value is None else value.refs
        self.children: list[Item] = []

    @property
    def title(self) -> str:
        return self.meaning.title

    @property
    def name(self) -> str:
        """Label and title together."""
        if not self.label:
            return self.title
        return self.label if self.label == self.title else f"{self.label} ({self.title})"

    def path(self) -> list[str]:
        """Return the steps from the root; of more than 40, those in the middle are left out."""
        found: list[str] = []
        item: Item | None = self
        while item is not None and item.parent is not None and len(found) < 39:
            found.append(item.label)
            item = item.parent
        while item is not None and item.parent is not None:
            item = item.parent
            if item.parent is None:
                found.append("...")
        if item is not None:
            found.append(item.title)
        return found[::-1]


def tree_of(payload: Payload, buffers: Sequence[Beside] = ()) -> Item:
    """Return the tree of what is in `payload`, the largest part first."""
    value = resolve(payload.root)
    root = Item("", value, meaning_of(value), None)
    # Each value belongs where it was made, which is not always where the root is (a recursive tuple is made inside itself).
    seen: set[int] = {id(value)}
    if isinstance(payload.root, Ref):
        root.own += payload.root.own
    root.own += payload.overhead
    items = [root]
    stack = [root]
    while stack:
        item = stack.pop()
        for label, part in item.meaning.parts:
            _grow(item, label, part, seen, stack, items)
        item.meaning.parts = []
        if item is root:
            for entry in payload.dropped:
                if isinstance(entry, Ref) or is_leaf(entry):
                    root.own += entry.own
                else:
                    _grow(root, "made on the way", entry, seen, stack, items)
    for item in items:
        if item.value is not None and item.value.kind == BUFFER and item.value.data < len(buffers):
            length, checksum = buffers[item.value.data]
            item.own += length
            item.meaning.title = f"buffer of length {length:,}"
            item.value.data = "beside", length, checksum
    for item in reversed(items):
        item.size = item.own + sum(child.size for child in item.children)
        item.children.sort(key=lambda child: -child.size)
        if item.title.startswith("numpy.ndarray"):
            # That its data is one more object in the payload says nothing to a user.
            item.own, item.children = item.size, []
    return root


def _grow(item: Item, label: str, part: Value, seen: set[int], stack: list[Item], items: list[Item]) -> None:
    if id(part) in seen:
        return
    seen.add(id(part))
    child = Item(label, part, meaning_of(part), item)
    item.children.append(child)
    stack.append(child)
    items.append(child)
