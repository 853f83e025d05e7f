"""`weigh`: measure how many bytes each part of an object or payload takes."""

from __future__ import annotations

from binascii import crc32
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..pickler import dumps
from .answer import Answer
from .opcodes import read
from .text import Branch, Line, grow, size, to_dict
from .tree import Beside, Item, tree_of
from .values import ATOM, BUFFER, CALL, GLOBAL, Made, Payload, Value, resolve

__all__ = ["Duplicate", "Item", "Weight", "weigh"]

# Smallest part that the text tree shows, as a fraction of the whole.
_SHOWN_PART = 0.005
# In bytes; smaller equal parts are not reported.
_LEAST_DUPLICATE = 512


@dataclass(frozen=True)
class Duplicate:
    """Large equal objects that are pickled more than once.

    Attributes
    ----------
    title
        A description of the object.
    size
        Size of one copy in bytes.
    paths
        The path to each copy.
    """

    title: str
    size: int
    paths: tuple[tuple[str, ...], ...]

    @property
    def wasted(self) -> int:
        """Bytes that would be saved if all copies were one object."""
        return self.size * (len(self.paths) - 1)


class Weight(Answer):
    """The result of `weigh`; `str`, `rich.print` and notebooks show it, `to_dict` returns plain data.

    Attributes
    ----------
    size
        Size in bytes, including out-of-band buffers.
    out_of_band
        Size of the out-of-band buffers in bytes.
    root
        The tree of parts: see `Item`.
    duplicates
        Large equal parts that were pickled more than once, the most wasteful first.
    """

    def __init__(self, payload: Payload, buffers: Sequence[Beside]) -> None:
        self.root = tree_of(payload, buffers)
        self.size = self.root.size
        self.out_of_band = self.size - payload.size
        self.duplicates = _duplicates(self.root)

    def heaviest(self) -> Item:
        """Return the deepest part that holds at least half of all bytes."""
        item = self.root
        while item.children and item.children[0].size * 2 >= self.size:
            item = item.children[0]
        return item

    def summary(self) -> str:
        """Return the result in one line."""
        total = size(self.size)
        if self.out_of_band:
            total += f", {size(self.out_of_band)} of it out of band"
        item = self.heaviest()
        if item is self.root:
            if not item.children:
                return total
            return f"{total}; no part takes half of it; {self._about(item.children[0])}"
        return f"{total}: {self._about(item)}"

    def _about(self, item: Item) -> str:
        return f"{item.size / max(1, self.size):.0%} is {' -> '.join(item.path())} ({item.title}, {size(item.size)})"

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain data, for JSON; parts below a thousandth of the whole are summed up."""
        return {
            "size": self.size,
            "out_of_band": self.out_of_band,
            "summary": self.summary(),
            "heaviest": {"path": self.heaviest().path(), "title": self.heaviest().title, "size": self.heaviest().size},
            "duplicates": [{**vars(each), "wasted": each.wasted} for each in self.duplicates],
            "tree": to_dict(self.root, self._data, self._large),
        }

    def _large(self, item: Item) -> list[Item]:
        return [child for child in item.children if child.size >= self.size // 1000]

    def _data(self, item: Item) -> dict[str, Any]:
        data: dict[str, Any] = {"label": item.label, "title": item.title, "size": item.size, "own": item.own}
        if item.shared:
            data["references"] = item.shared
        large = self._large(item)
        if len(large) < len(item.children):
            rest = item.size - item.own - sum(child.size for child in large)
            data["smaller"] = {"count": len(item.children) - len(large), "size": rest}
        return data

    def __repr__(self) -> str:
        return f"<Weight of {self.root.title}: {self.summary()}>"

    def _above(self) -> list[Line]:
        return [(self.summary(), "bold")]

    def _branch(self) -> Branch:
        return grow(self.root, self._leaf, self._parts)

    def _leaf(self, item: Item) -> Branch:
        share = item.size / max(1, self.size)
        note = f"{size(item.size)}  {share:.1%}"
        if item is self.root:
            return Branch(item.title, note)
        if item.shared and item.label:
            note += f", shared {item.shared + 1} times"
        return Branch(item.name, note, "bold" if share > 0.25 else "", share=share)

    def _parts(self, item: Item) -> Iterator[Item | Branch]:
        small = [child for child in item.children if child.size < self.size * _SHOWN_PART]
        yield from item.children[: len(item.children) - len(small)]
        if small and len(small) < len(item.children):
            what = "smaller part" if len(small) == 1 else "smaller parts"
            yield Branch(f"{len(small):,} {what}", size(sum(child.size for child in small)), "dim")

    def _below(self) -> list[Line]:
        lines: list[str] = []
        for each in self.duplicates[:10]:
            copies = f"{len(each.paths):,} equal copies of {each.title}, {size(each.size)} each"
            lines += ["", f"{copies}: share one, and save {size(each.wasted)}"]
            lines += [f"  {' -> '.join(path)}" for path in each.paths[:4]]
            if len(each.paths) > 4:
                lines.append(f"  and {len(each.paths) - 4:,} more")
        return [(line, "") for line in lines]


def weigh(
    what: Any,
    *,
    buffers: Iterable[Any] | None = None,
    out_of_band: bool = False,
    protocol: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Weight:
    """Measure how many bytes each part of an object or payload takes.

    Nothing in a payload is executed or imported.

    Parameters
    ----------
    what
        A payload of any pickler, as bytes, bytearray or memoryview, or an object, which is pickled first.
        To weigh bytes as an object, put them into a list.
    buffers
        The out-of-band buffers of a payload (PEP 574), in order.
    out_of_band
        Pickle an object with out-of-band buffers, as Dask and Ray do. They are counted, too.
    protocol
        The pickle protocol for an object.
    progress
        Called from time to time with the number of bytes read and the total.

    Raises
    ------
    pickle.PicklingError, TypeError
        The object cannot be pickled.
    pickle.UnpicklingError
        The payload is damaged.
    """
    beside: list[Any] = list(buffers or ())
    if isinstance(what, (bytes, bytearray, memoryview)):
        data: Any = what
    else:
        data = dumps(what, protocol, beside.append if out_of_band else None)
    return Weight(read(data, progress), [_beside(buffer) for buffer in beside])


def _beside(buffer: Any) -> Beside:
    with memoryview(buffer) as view:
        return view.nbytes, crc32(view) if view.contiguous else id(buffer)


def _duplicates(root: Item) -> tuple[Duplicate, ...]:
    """Find large equal parts; if equal parts contain each other, report only the outermost."""
    groups: dict[int, list[Item]] = {}
    digests: dict[int, int] = {}
    large = [item for item in root.walk() if item.value is not None and item.size >= _LEAST_DUPLICATE]
    # Digests take time. An item whose title is unique has no equal, so it needs none.
    titles = Counter(item.title for item in large)
    for item in large:
        if item.value is not None and titles[item.title] > 1:
            groups.setdefault(_digest(item.value, digests), []).append(item)
    alike = {id(item): key for key, items in groups.items() if len(items) > 1 for item in items}
    found: list[Duplicate] = []
    for items in groups.values():
        if len(items) < 2 or items[0] is root:
            continue
        above = {alike.get(id(item.parent)) for item in items}
        if None not in above and len(items) == sum(len(groups[each]) for each in above if each is not None):
            continue
        # The shortest path first, as it is the easiest to find.
        paths = sorted((tuple(item.path()) for item in items), key=len)
        found.append(Duplicate(items[0].title, min(item.size for item in items), tuple(paths)))
    return tuple(sorted(found, key=lambda each: -each.wasted))


_CYCLE = 7


def _digest(value: Value, digests: dict[int, int]) -> int:
    """Return a number that is the same for equal values in this process, references included."""
    stack: list[tuple[Value, bool]] = [(value, False)]
    while stack:
        each, ready = stack.pop()
        if ready:
            digests[id(each)] = _combined(each, digests)
        elif id(each) not in digests:
            digests[id(each)] = _CYCLE
            stack.append((each, True))
            stack += ((inner, False) for inner in _inner(each))
    return digests[id(value)]


def _inner(value: Value) -> list[Value]:
    if not isinstance(value, Made):
        return []
    entries = [*value.items, *value.pairs, *value.states]
    if value.kind == CALL:
        entries += [entry for entry in (value.callee, value.args, value.named) if entry is not None]
    return [resolve(entry) for entry in entries]


def _combined(value: Value, digests: dict[int, int]) -> int:
    if isinstance(value, Made):
        return hash((value.kind, value.mark, *(digests[id(each)] for each in _inner(value))))
    data = value.data
    if value.kind == ATOM and type(data) is bytearray:
        data = bytes(data)
    return hash((value.kind, type(data), data, id(value) if value.kind not in (ATOM, GLOBAL, BUFFER) else 0))
