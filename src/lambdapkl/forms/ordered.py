"""A pickler that writes equal objects as equal bytes: sets are sorted, equal strings written once.

Two processes with equal objects may differ in two ways, and `pickle` writes both differences:

- The order of a set depends on the hash seed, and on former elements.
- Whether equal strings or tuples are one object depends on interning, and on how a module was
  loaded.

The C pickler offers no way to change this, so this class extends the Python pickler.
"""

from __future__ import annotations

import hashlib
import io
import pickle
import sys
import weakref
from collections.abc import Callable, Iterable
from typing import Any

from ..code.spelling import spell
from ..reducers import weakrefs
from ..stdlib_picklers import PayloadStateMixin, PythonPickler

__all__ = ["OrderedPickler"]

_BATCH = 1000  # the same as in `pickle`
# `spell` is exact for these types. Equal tuples of them (and of such tuples) are written once, as
# the compiler would merge them.
_SPELLED = frozenset((type(None), bool, int, float, complex, str, bytes, type(Ellipsis)))
# How many references deep elements of sets are compared if they refer to each other in a cycle.
_MAX_ROUNDS = 32
_SETS = (set, frozenset)
_SET_ITERATOR: Any = type(iter(set()))

# The sort key of an element: the name of its type, and bytes for its value.
_Key = tuple[str, bytes]
_Saver = Callable[["OrderedPickler", Any], None]
_Parent: Any = PythonPickler


class OrderedPickler(PayloadStateMixin, PythonPickler):
    """Writes pickles that depend on values alone, not on identity or on the order of sets.

    Parameters
    ----------
    make_state
        Returns the state for a new pickler. Elements of sets are pickled separately to be compared.
    buffer_callback, fix_imports
        As for `pickle.Pickler`.
    """

    def __init__(
        self,
        file: Any,
        protocol: int,
        make_state: Callable[[], Any],
        *,
        fix_imports: bool = True,
        buffer_callback: Callable[[pickle.PickleBuffer], object] | None = None,
    ) -> None:
        super().__init__(file, protocol, fix_imports=fix_imports, buffer_callback=buffer_callback)
        self._order = _Order(protocol, make_state)
        self._use(make_state(), protocol)
        # value -> the first object with this value, which is written for all of them
        self._first: dict[Any, Any] = {}
        # id of a tuple of tuples -> the tuple, and the first equal one; None if it is no constant
        self._nested: dict[int, tuple[Any, Any]] = {}

    def reducer_override(self, obj: Any) -> Any:
        reduced = super().reducer_override(obj)
        kind = type(obj)
        if isinstance(obj, _SETS) and kind not in _SETS:
            return self._reduce_set_of_a_subclass(obj, kind, reduced)
        if reduced is not NotImplemented:
            return reduced
        if kind is _SET_ITERATOR:
            constructor, (remaining,), *rest = obj.__reduce__()
            return (constructor, (self._sorted(remaining),), *rest)
        if kind is weakref.WeakSet and self.dispatch_table.get(kind) is weakrefs.reduce_container:
            constructor, args, members, *rest = weakrefs.reduce_container(obj)
            return (constructor, args, self._sorted(members), *rest)
        return NotImplemented

    def _reduce_set_of_a_subclass(self, obj: Any, kind: Any, reduced: Any) -> Any:
        inherited = set if isinstance(obj, set) else frozenset
        if (
            kind.__reduce_ex__ is not object.__reduce_ex__
            or kind.__reduce__ is not inherited.__reduce__
            or kind in self.dispatch_table
        ):
            return reduced
        if reduced is NotImplemented:
            reduced = obj.__reduce_ex__(self.proto)
        constructor, (items,), *rest = reduced
        return (constructor, (self._sorted(items),), *rest)

    def _save_equal(self, obj: Any, save: _Saver) -> None:
        """Save `obj`, or refer to an equal object that came earlier."""
        kind = type(obj)
        if kind is tuple:
            first = self._first_tuple(obj) if obj else None
        else:
            first = self._first.setdefault((kind, spell(obj) if kind is complex else obj), obj)
        if first is not None and first is not obj and id(first) in self.memo:
            self.write(self.get(self.memo[id(first)][0]))
        else:
            save(self, obj if first is None else first)

    def _first_tuple(self, obj: tuple[Any, ...]) -> Any:
        """Return the first constant that equals a tuple, or None if the tuple is no constant."""
        known = self._nested.get(id(obj))
        if known is not None:
            return known[1]
        parts: list[Any] = []
        nested = False
        first: Any = None
        for each in obj:
            kind = type(each)
            if kind in _SPELLED:
                parts.append(spell(each))
                continue
            inner = None
            if kind is tuple:
                nested = True
                inner = self._first_tuple(each) if each else each
            if inner is None:
                break
            parts.append(id(inner))
        else:
            first = self._first.setdefault((tuple, tuple(parts)), obj)
        if nested:
            self._nested[id(obj)] = obj, first
        return first

    def _save_complex(self, obj: complex) -> None:
        self.save_reduce(complex, (obj.real, obj.imag), obj=obj)

    def _save_set(self, obj: set[Any] | frozenset[Any]) -> None:
        items = self._sorted(obj)
        if self.proto < 4:
            self.save_reduce(type(obj), (items,), obj=obj)
        elif type(obj) is frozenset:
            self._save_frozenset(obj, items)
        else:
            self.write(pickle.EMPTY_SET)
            self.memoize(obj)
            for start in range(0, len(items), _BATCH):
                self.write(pickle.MARK)
                for item in items[start : start + _BATCH]:
                    self.save(item)
                self.write(pickle.ADDITEMS)

    def _save_frozenset(self, obj: frozenset[Any], items: list[Any]) -> None:
        self.write(pickle.MARK)
        for item in items:
            self.save(item)
        if id(obj) in self.memo:  # an element refers to the set, so the set was written with it
            self.write(pickle.POP_MARK + self.get(self.memo[id(obj)][0]))
            return
        self.write(pickle.FROZENSET)
        self.memoize(obj)

    def _sorted(self, items: Iterable[Any]) -> list[Any]:
        """Return the elements of a set, sorted.

        Among elements with equal keys, those that were already written come first, in that order.
        """
        elements = list(items)
        return sorted(elements, key=lambda item: (*self._order.key(item), self._rank(item))) if len(elements) > 1 else elements

    def _rank(self, item: Any) -> int:
        written = self.memo.get(id(item))
        return sys.maxsize if written is None else int(written[0])

    dispatch: dict[Any, Any] = {
        **_Parent.dispatch,
        str: lambda self, obj: self._save_equal(obj, _Parent.dispatch[str]),
        bytes: lambda self, obj: self._save_equal(obj, _Parent.dispatch[bytes]),
        tuple: lambda self, obj: self._save_equal(obj, _Parent.dispatch[tuple]),
        complex: lambda self, obj: self._save_equal(obj, OrderedPickler._save_complex),
        set: _save_set,
        frozenset: _save_set,
    }


class _ElementPickler(OrderedPickler):
    """Pickles an element for its sort key; an inner set is written as the keys of its elements."""

    def __init__(self, file: Any, protocol: int, make_state: Callable[[], Any], order: _Order) -> None:
        super().__init__(file, protocol, make_state)
        self._order = order

    def _sorted(self, items: Iterable[Any]) -> list[Any]:
        return sorted([self._order.key(item) for item in items])


class _Order:
    """Computes the sort keys of elements of sets, for one pickle."""

    def __init__(self, protocol: int, make_state: Callable[[], Any]) -> None:
        self._protocol = protocol
        self._make_state = make_state
        # id of an element -> the element, and its key
        self._known: dict[int, tuple[Any, _Key]] = {}
        # Tarjan's algorithm: the stack of elements whose keys are computed, or wait for an earlier
        # one.
        self._stack: list[Any] = []
        # id of an element -> its index in the stack
        self._indices: dict[int, int] = {}
        # For each element whose key is computed now: the lowest index that it has reached.
        self._lowest: list[int] = []

    def key(self, item: Any) -> _Key:
        """Return the key of an element: its type, and its value or the digest of its pickle."""
        kind = type(item)
        name = f"{kind.__module__}.{kind.__qualname__}"
        if kind is str:
            return name, item.encode("utf-8", "surrogatepass")
        if kind is bytes:
            return name, item
        if kind is int:
            return name, item.to_bytes(item.bit_length() // 8 + 1, "big", signed=True)
        known = self._known.get(id(item))
        if known is not None:
            return known[1]
        index = self._indices.get(id(item))
        if index is not None:
            self._lowest[-1] = min(self._lowest[-1], index)
            return name, b""
        return self._compute_key(item, name)

    def _compute_key(self, item: Any, name: str) -> _Key:
        index = len(self._stack)
        self._indices[id(item)] = index
        self._stack.append(item)
        self._lowest.append(index)
        key = name, self._digest(item)
        lowest = self._lowest.pop()
        if lowest < index:
            self._lowest[-1] = min(self._lowest[-1], lowest)
            return key
        cycle = self._stack[index:]
        del self._stack[index:]
        for each in cycle:
            del self._indices[id(each)]
        self._known[id(item)] = item, key
        if len(cycle) > 1:
            self._refine(cycle)
        return self._known[id(item)][1]

    def _refine(self, cycle: list[Any]) -> None:
        """Compute the keys of elements that refer to each other, independent of the first one."""
        keys = [(f"{type(each).__module__}.{type(each).__qualname__}", b"") for each in cycle]
        distinct = 0
        for _ in range(_MAX_ROUNDS + 1):
            self._known.update({id(each): (each, key) for each, key in zip(cycle, keys, strict=True)})
            # Further rounds would not distinguish more elements.
            if len(set(keys)) == distinct:
                break
            distinct = len(set(keys))
            keys = [(name, self._digest(each)) for (name, _), each in zip(keys, cycle, strict=True)]

    def _digest(self, item: Any) -> bytes:
        file = io.BytesIO()
        _ElementPickler(file, self._protocol, self._make_state, self).dump(item)
        return hashlib.sha256(file.getvalue()).digest()
