"""A pickler that writes equal data alike: sets in order, equal strings and tuples as one.

What differs between two processes with equal objects is the order of a set, which goes by the hash seed and by what was
in it before, and which of two equal strings are one object, which goes by the interpreter's interning and by how a module
was loaded.  `pickle` writes both as they are.  The pickler in C offers no way to change that, so this is the one in Python.
"""

from __future__ import annotations

import hashlib
import io
import pickle
from collections.abc import Callable
from typing import Any

from .base import PythonPickler
from .spelling import spell

__all__ = ["OrderedPickler"]

_BATCH = 1000  # as `pickle` has it
# Of these `spell` tells all.  A tuple of few of them is one with its equals.
_SPELLED = frozenset((type(None), bool, int, float, complex, str, bytes, type(Ellipsis)))
_LONGEST_TUPLE = 64

_Saver = Callable[["OrderedPickler", Any], None]
_Parent: Any = PythonPickler


class OrderedPickler(PythonPickler):
    """Write a pickle of which the bytes go by what is equal, and in no order but one of the program's.

    Parameters
    ----------
    make_session
        Returns the session of a new pickler: elements of sets are pickled by themselves to be compared.
    buffer_callback, fix_imports
        As for `pickle.Pickler`.
    """

    def __init__(
        self,
        file: Any,
        protocol: int,
        make_session: Callable[[], Any],
        *,
        fix_imports: bool = True,
        buffer_callback: Callable[[pickle.PickleBuffer], object] | None = None,
    ) -> None:
        super().__init__(file, protocol, fix_imports=fix_imports, buffer_callback=buffer_callback)
        self._protocol = protocol
        self._make_session = make_session
        self.session = make_session()
        self.dispatch_table = self.session.table
        # What has equals -> the one that is written.
        self._first: dict[Any, Any] = {}
        # id of an element of a set -> the element, and what it is sorted by; None while that is being found.
        self._order: dict[int, tuple[Any, tuple[str, bytes] | None]] = {}

    def reducer_override(self, obj: Any) -> Any:
        return self.session.reduce(obj)

    def _save_equal(self, obj: Any, save: _Saver) -> None:
        """Save `obj`, or refer to an equal one that came before."""
        kind = type(obj)
        if kind is tuple and (not 0 < len(obj) <= _LONGEST_TUPLE or not all(type(each) in _SPELLED for each in obj)):
            save(self, obj)
            return
        first = self._first.setdefault((kind, tuple(map(spell, obj)) if kind is tuple else obj), obj)
        if first is not obj and id(first) in self.memo:
            self.write(self.get(self.memo[id(first)][0]))
        else:
            save(self, first)

    def _save_set(self, obj: set[Any]) -> None:
        items = self._sorted(obj)
        if self.proto < 4:
            self.save_reduce(set, (items,), obj=obj)
            return
        self.write(pickle.EMPTY_SET)
        self.memoize(obj)
        for start in range(0, len(items), _BATCH):
            self.write(pickle.MARK)
            for item in items[start : start + _BATCH]:
                self.save(item)
            self.write(pickle.ADDITEMS)

    def _save_frozenset(self, obj: frozenset[Any]) -> None:
        items = self._sorted(obj)
        if self.proto < 4:
            self.save_reduce(frozenset, (items,), obj=obj)
            return
        self.write(pickle.MARK)
        for item in items:
            self.save(item)
        if id(obj) in self.memo:  # an element refers to it and has written it
            self.write(pickle.POP_MARK + self.get(self.memo[id(obj)][0]))
            return
        self.write(pickle.FROZENSET)
        self.memoize(obj)

    def _sorted(self, items: Any) -> list[Any]:
        return sorted(items, key=self._key) if len(items) > 1 else list(items)

    def _key(self, item: Any) -> tuple[str, bytes]:
        """Return what an element is sorted by: its type, and its value or the digest of its pickle."""
        kind = type(item)
        name = f"{kind.__module__}.{kind.__qualname__}"
        if kind is str:
            return name, item.encode("utf-8", "surrogatepass")
        if kind is bytes:
            return name, item
        if kind is int:
            return name, item.to_bytes(item.bit_length() // 8 + 1, "big", signed=True)
        known = self._order.get(id(item))
        if known is None:
            self._order[id(item)] = item, None
            known = self._order[id(item)] = item, (name, self._digest(item))
        # An element that leads back to its own set: there, its type must do.
        return known[1] or (name, b"")

    def _digest(self, item: Any) -> bytes:
        file = io.BytesIO()
        inner = OrderedPickler(file, self._protocol, self._make_session)
        inner._order = self._order
        inner.dump(item)
        return hashlib.sha256(file.getvalue()).digest()

    dispatch = {
        **_Parent.dispatch,
        str: lambda self, obj: self._save_equal(obj, _Parent.dispatch[str]),
        bytes: lambda self, obj: self._save_equal(obj, _Parent.dispatch[bytes]),
        tuple: lambda self, obj: self._save_equal(obj, _Parent.dispatch[tuple]),
        set: _save_set,
        frozenset: _save_frozenset,
    }
