"""The walk over what a class is made of: how each part is written, numbered, and limited."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any

from ..code.spelling import spell
from ..rules.byvalue import module_in_payload
from ..rules.names import TYPE_BASES
from .traces_of_use import VOLATILE, is_answer, unused_enumeration

__all__ = ["MAX_DEPTH", "MAX_IN_SETS", "MAX_ITEMS", "SPELLED", "Walk"]

# A class attribute may lead to any amount of data.  What is further away than this does not make a class another one.
MAX_DEPTH = 12
MAX_ITEMS = 10_000
# Elements of sets are told one by one, with all that they share: so much of that in a class.
MAX_IN_SETS = 200_000

# Types of which `spell` tells all.
SPELLED = frozenset((bool, int, float, complex, range, slice, type(Ellipsis)))


class Walk:
    """What was found so far, each part with its type and length; the compiled backend has it in C.

    Parameters
    ----------
    feed
        Called with this walk and an object that has parts; adds them.
    """

    def __init__(self, feed: Callable[[Any, Any], None]) -> None:
        self._feed_parts = feed
        self.parts: list[bytes] = []
        self.seen: dict[int, int] = {}
        self.numbered = 0
        self.alive: list[Any] = []
        self.depth = 0
        self.limit = MAX_ITEMS
        # What is left for elements of sets; None inside of one.
        self.room: int | None = MAX_IN_SETS

    def text(self, tag: str, value: str) -> None:
        data = str.encode(value, "utf-8", "surrogatepass")
        self.parts.append(b"%s%d:%s" % (tag.encode(), len(data), data))

    def add(self, obj: Any) -> None:
        kind = type(obj)
        if kind is str:
            self.text("s", obj)
        elif kind is bytes:
            self.parts.append(b"b%d:%s" % (len(obj), obj))
        elif obj is None or kind in SPELLED:
            self.text("a", spell(obj))
        elif self.depth >= MAX_DEPTH or len(self.parts) >= self.limit:
            self.name("deep", kind)
        elif kind is tuple:
            # Of equal tuples, one object or several: that goes by the compiler, and by how a module was loaded.
            self._feed(obj)
        elif id(obj) in self.seen:
            self.text("r", str(self.seen[id(obj)]))
        else:
            self.number(obj)
            # Objects made on the way (bound methods, copies) must not hand their id to the next one.
            self.alive.append(obj)
            self._feed(obj)

    def number(self, obj: Any) -> None:
        self.seen[id(obj)] = self.numbered
        self.numbered += 1

    def _feed(self, obj: Any) -> None:
        self.depth += 1
        try:
            self._feed_parts(self, obj)
        finally:
            self.depth -= 1

    def items(self, tag: str, items: Any) -> None:
        items = list(items)
        self.text(tag, str(len(items)))
        for item in items:
            self.add(item)

    def unordered(self, items: Any) -> None:
        """Add a set: each element as if it came first, the results sorted, and only then numbered."""
        items = list(items)
        self.text("set", str(len(items)))
        if not items:
            return
        whole, limit, room, base = self.parts, self.limit, self.room, self.numbered
        # A share for each, or which elements get a place would go by the order in which they come.
        self.limit = min(MAX_ITEMS, max(0, limit - len(whole) if room is None else room) // len(items))
        self.room = None
        before = len(self.seen)
        found: list[tuple[bytes, int, list[tuple[int, int]]]] = []
        used = 0
        for item in items:
            self.parts = []
            self.numbered = base
            self.add(item)
            numbers = [self.seen.popitem() for _ in range(len(self.seen) - before)]
            found.append((b"".join(self.parts), self.numbered - base, numbers))
            used += len(self.parts)
        self.parts, self.limit, self.room = whole, limit, None if room is None else max(0, room - used)
        found.sort(key=itemgetter(0))
        self.numbered = start = base
        last: bytes | None = None
        for data, size, numbers in found:
            whole.append(data)
            # Nothing tells apart what is equal: they share their numbers.
            if data != last:
                last, start = data, self.numbered
                self.numbered += size
            for ident, number in reversed(numbers):
                self.seen.setdefault(ident, number - base + start)

    def name(self, tag: str, obj: Any) -> None:
        module = module_in_payload(getattr(obj, "__module__", None))
        qualname = getattr(obj, "__qualname__", None)
        self.text(tag, f"{module}:{qualname}")

    def classes(self, cls: type, full: bool = False) -> None:
        self.name("class", cls)
        if not full:
            return
        self.number(cls)
        self.name("meta", type(cls))
        for base in TYPE_BASES(cls):
            self.name("base", base)
        own = dict(vars(cls))
        self.attributes(unused_enumeration(own) if "_member_map_" in own else own)

    def attributes(self, own: Mapping[str, Any]) -> None:
        """Add the dictionary of a class."""
        # A copy: describing a value may run code that changes the class; `copyreg` adds ``__slotnames__``.
        for key, value in list(own.items()):
            if key not in VOLATILE and not is_answer(key, value):
                if isinstance(key, str):
                    self.text("k", key)
                else:
                    self.add(key)
                # The docstring of a dataclass has its signature, with types of the script.
                self.add(module_in_payload(value) if key in ("__module__", "__doc__") else value)
