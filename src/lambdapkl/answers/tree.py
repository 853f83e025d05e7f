"""The tree of the parts of a payload, with their sizes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .describing import describe
from .description import Description, is_leaf
from .values import BUFFER, Payload, Ref, Value, resolve

__all__ = ["Beside", "Item", "tree_of"]

# An out-of-band buffer: its length and a checksum.
Beside = tuple[int, int]


class Item:
    """A part of a payload.

    Attributes
    ----------
    label
        Its name in its parent.
    title
        A description of it.
    size
        Size in bytes, including its parts. An object that is referred to several times counts as a part
        of the first object that refers to it.
    own
        Size in bytes without its parts.
    shared
        How many other references to it there are.
    """

    __slots__ = ("children", "description", "label", "own", "parent", "shared", "size", "value")

    def __init__(self, label: str, value: Value | None, description: Description, parent: Item | None) -> None:
        self.label = label
        self.value = value
        self.description = description
        self.parent = parent
        self.own = description.own
        self.size = description.own
        self.shared = 0 if value is None else value.refs
        self.children: list[Item] = []

    @property
    def title(self) -> str:
        return self.description.title

    @property
    def name(self) -> str:
        """Label and title together."""
        if not self.label:
            return self.title
        return self.label if self.label == self.title else f"{self.label} ({self.title})"

    def path(self) -> list[str]:
        """Return the steps from the root; if there are more than 40, those in the middle are left out."""
        steps: list[str] = []
        item = self
        while item.parent is not None:
            steps.append(item.label)
            item = item.parent
        steps = [item.title, *reversed(steps)]
        return steps if len(steps) <= 40 else [steps[0], "...", *steps[-39:]]

    def walk(self) -> Iterator[Item]:
        """Yield this part and all parts below it, each before its own parts."""
        stack = [self]
        while stack:
            item = stack.pop()
            yield item
            stack += reversed(item.children)


def tree_of(payload: Payload, buffers: Sequence[Beside] = ()) -> Item:
    """Return the tree of the parts of `payload`, the largest part first."""
    value = resolve(payload.root)
    description = describe(value)
    description.own += payload.overhead + (payload.root.own if isinstance(payload.root, Ref) else 0)
    for entry in payload.dropped:
        if isinstance(entry, Ref) or is_leaf(entry):
            description.own += entry.own
        else:
            description.parts.append(("made on the way", entry))
    root = Item("", value, description, None)
    # A value is a part of the object inside which it was created. That need not be below the root: a
    # recursive tuple is created inside itself.
    seen = {id(value)}
    items = [root]
    for item in items:  # the list grows meanwhile
        for label, part in item.description.parts:
            if id(part) not in seen:
                seen.add(id(part))
                item.children.append(Item(label, part, describe(part), item))
        item.description.parts = []
        items += item.children
    for item in items:
        if item.value is not None and item.value.kind == BUFFER and item.value.data < len(buffers):
            length, checksum = buffers[item.value.data]
            item.own += length
            item.description.title = f"buffer of length {length:,}"
            item.value.data = "beside", length, checksum
    for item in reversed(items):
        item.size = item.own + sum(child.size for child in item.children)
        item.children.sort(key=lambda child: -child.size)
        if item.title.startswith("numpy.ndarray"):
            # Its data is a separate object in the payload, but not for a user.
            item.own, item.children = item.size, []
    return root
