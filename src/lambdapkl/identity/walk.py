"""The walk over the parts of a class: how each part is written, numbered, and limited."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any

from ..code.spelling import spell
from ..rules.byvalue import module_in_payload
from ..rules.names import TYPE_BASES
from .traces_of_use import VOLATILE, is_cached_absence, unused_enumeration

# Class attributes may refer to any amount of data. Beyond these limits, a difference does not
# change the digest.
MAX_DEPTH = 12
MAX_ITEMS = 10_000
# Each element of a set is described separately, shared parts included; this limits the total number
# of parts for a class.
SET_BUDGET = 200_000

# The types for which `spell` is exact.
SPELLED = frozenset((bool, int, float, complex, range, slice, type(Ellipsis)))


class Walk:
    """Collects the bytes that the digest is made of; each part carries its type and length.

    The compiled backend implements it in C.

    Parameters
    ----------
    feed
        Called with this walk and an object; adds the parts of the object to the walk.
    """

    def __init__(self, feed: Callable[[Any, Any], None]) -> None:
        self._feed_parts = feed
        self.parts: list[bytes] = []
        self.seen: dict[int, int] = {}
        self.numbered = 0
        self.alive: list[Any] = []
        self.depth = 0
        self.limit = MAX_ITEMS
        # How many parts sets may still add; None while inside a set.
        self.set_budget: int | None = SET_BUDGET

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
            # Tuples are never numbered: whether equal ones are one object depends on the compiler
            # and on how the module was loaded.
            self._feed(obj)
        elif id(obj) in self.seen:
            self.text("r", str(self.seen[id(obj)]))
        else:
            self.number(obj)
            # Keep temporary objects (bound methods, copies) alive: no later one may get their id.
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
        """Add the elements of a set.

        Each element is described as if it came first. The descriptions are sorted, and then their
        objects are numbered.
        """
        items = list(items)
        self.text("set", str(len(items)))
        if not items:
            return
        whole, limit, budget, base = self.parts, self.limit, self.set_budget, self.numbered
        # All elements get the same share. Otherwise, which are described depends on their order.
        self.limit = min(MAX_ITEMS, max(0, limit - len(whole) if budget is None else budget) // len(items))
        self.set_budget = None
        before = len(self.seen)
        described: list[tuple[bytes, int, list[tuple[int, int]]]] = []
        used = 0
        for item in items:
            self.parts = []
            self.numbered = base
            self.add(item)
            numbers = [self.seen.popitem() for _ in range(len(self.seen) - before)]
            described.append((b"".join(self.parts), self.numbered - base, numbers))
            used += len(self.parts)
        self.parts, self.limit, self.set_budget = whole, limit, None if budget is None else max(0, budget - used)
        described.sort(key=itemgetter(0))
        self.numbered = start = base
        last: bytes | None = None
        for data, size, numbers in described:
            whole.append(data)
            # Elements with equal descriptions share their numbers: nothing distinguishes them.
            if data != last:
                last, start = data, self.numbered
                self.numbered += size
            for ident, number in reversed(numbers):
                self.seen.setdefault(ident, number - base + start)

    def name(self, tag: str, obj: Any) -> None:
        module = module_in_payload(getattr(obj, "__module__", None))
        qualname = getattr(obj, "__qualname__", None)
        self.text(tag, f"{module}:{qualname}")

    def add_class_name(self, cls: type) -> None:
        self.name("class", cls)

    def add_class_body(self, cls: type) -> None:
        self.add_class_name(cls)
        self.number(cls)
        self.name("meta", type(cls))
        for base in TYPE_BASES(cls):
            self.name("base", base)
        namespace = dict(vars(cls))
        self.attributes(unused_enumeration(namespace) if "_member_map_" in namespace else namespace)

    def attributes(self, namespace: Mapping[str, Any]) -> None:
        """Add the dictionary of a class."""
        # A copy, because describing a value may run code that changes the class: `copyreg` adds
        # ``__slotnames__``.
        for key, value in list(namespace.items()):
            if key not in VOLATILE and not is_cached_absence(key, value):
                if isinstance(key, str):
                    self.text("k", key)
                else:
                    self.add(key)
                # The docstring of a dataclass contains its signature, which may name `__mp_main__`.
                self.add(module_in_payload(value) if key in ("__module__", "__doc__") else value)
