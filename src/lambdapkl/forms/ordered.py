"""A pickler that writes equal data alike: sets in order, equal strings and tuples as one.

What differs between two processes with equal objects is the order of a set, which goes by the hash seed and by what was
in it before, and which of two equal strings are one object, which goes by the interpreter's interning and by how a module
was loaded.  `pickle` writes both as they are.  The pickler in C offers no way to change that, so this is the one in Python.
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
from ..stdlib_picklers import PythonPickler, SessionMixin

__all__ = ["OrderedPickler"]

_BATCH = 1000  # as `pickle` has it
# Of these `spell` tells all.  A tuple of them, and of such tuples, is one with its equals: the compiler makes them one, too,
# where they are in one piece of source.
_SPELLED = frozenset((type(None), bool, int, float, complex, str, bytes, type(Ellipsis)))
# Elements of sets that lead to each other in circles are told apart by what is no more steps away than this.
_ROUNDS = 32
_SETS = (set, frozenset)
_SET_ITERATOR: Any = type(iter(set()))

# The name of the type of an element, and what tells it from others of that type.
_Key = tuple[str, bytes]
_Saver = Callable[["OrderedPickler", Any], None]
_Parent: Any = PythonPickler


class OrderedPickler(SessionMixin, PythonPickler):
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
        self._order = _Order(protocol, make_session)
        self._use(make_session(), protocol)
        # What has equals -> the one that is written.
        self._first: dict[Any, Any] = {}
        # id of a tuple of tuples -> the tuple, and the one that is written for it, None if it is no constant.
        self._nested: dict[int, tuple[Any, Any]] = {}

    def reducer_override(self, obj: Any) -> Any:
        reduced = super().reducer_override(obj)
        if reduced is not NotImplemented:
            return reduced
        kind = type(obj)
        if isinstance(obj, _SETS) and kind not in _SETS:
            return self._reduce_set_of_a_subclass(obj, kind)
        if kind is _SET_ITERATOR:
            make, (left,), *rest = obj.__reduce__()
            return (make, (self._listed(left),), *rest)
        if kind is weakref.WeakSet and self.dispatch_table.get(kind) is weakrefs.reduce_container:
            make, args, members, *rest = weakrefs.reduce_container(obj)
            return (make, args, self._listed(members), *rest)
        return NotImplemented

    def _reduce_set_of_a_subclass(self, obj: Any, kind: Any) -> Any:
        inherited = set if isinstance(obj, set) else frozenset
        if (
            kind.__reduce_ex__ is not object.__reduce_ex__
            or kind.__reduce__ is not inherited.__reduce__
            or kind in self.dispatch_table
        ):
            return NotImplemented
        made_by, (items,), *rest = obj.__reduce_ex__(self.proto)
        return (made_by, (self._listed(items),), *rest)

    def _save_equal(self, obj: Any, save: _Saver) -> None:
        """Save `obj`, or refer to an equal one that came before."""
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
        """Return the first of the constants that are equal to a tuple, None where that is no constant."""
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

    def _save_set(self, obj: set[Any]) -> None:
        items = self._listed(obj)
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
        items = self._listed(obj)
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

    def _listed(self, items: Iterable[Any]) -> list[Any]:
        """Return the elements of a set in order; of equal ones those first that have been written, in the order of that."""
        found = list(items)
        return sorted(found, key=lambda item: (*self._order.key(item), self._place(item))) if len(found) > 1 else found

    def _place(self, item: Any) -> int:
        written = self.memo.get(id(item))
        return sys.maxsize if written is None else int(written[0])

    dispatch: dict[Any, Any] = {
        **_Parent.dispatch,
        str: lambda self, obj: self._save_equal(obj, _Parent.dispatch[str]),
        bytes: lambda self, obj: self._save_equal(obj, _Parent.dispatch[bytes]),
        tuple: lambda self, obj: self._save_equal(obj, _Parent.dispatch[tuple]),
        complex: lambda self, obj: self._save_equal(obj, OrderedPickler._save_complex),
        set: _save_set,
        frozenset: _save_frozenset,
    }


class _ElementPickler(OrderedPickler):
    """Write what an element of a set is sorted by: where another set is in it, what that one's elements are sorted by."""

    def __init__(self, file: Any, protocol: int, make_session: Callable[[], Any], order: _Order) -> None:
        super().__init__(file, protocol, make_session)
        self._order = order

    def _listed(self, items: Iterable[Any]) -> list[Any]:
        return sorted([self._order.key(item) for item in items])


class _Order:
    """What elements of sets are sorted by, of one pickle."""

    def __init__(self, protocol: int, make_session: Callable[[], Any]) -> None:
        self._protocol = protocol
        self._make_session = make_session
        # id of an element -> the element, and its key
        self._known: dict[int, tuple[Any, _Key]] = {}
        # Tarjan's algorithm: elements whose keys are being found, or wait for that of one before them; id -> place in it;
        # for each that is being found, the lowest place that it has led back to.
        self._path: list[Any] = []
        self._places: dict[int, int] = {}
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
        place = self._places.get(id(item))
        if place is not None:
            self._lowest[-1] = min(self._lowest[-1], place)
            return name, b""
        return self._find(item, name)

    def _find(self, item: Any, name: str) -> _Key:
        place = len(self._path)
        self._places[id(item)] = place
        self._path.append(item)
        self._lowest.append(place)
        key = name, self._digest(item)
        lowest = self._lowest.pop()
        if lowest < place:
            self._lowest[-1] = min(self._lowest[-1], lowest)
            return key
        circle = self._path[place:]
        del self._path[place:]
        for each in circle:
            del self._places[id(each)]
        self._known[id(item)] = item, key
        if len(circle) > 1:
            self._refine(circle)
        return self._known[id(item)][1]

    def _refine(self, circle: list[Any]) -> None:
        """Find the keys of elements that lead to each other, whichever of them was met first."""
        names = [f"{type(each).__module__}.{type(each).__qualname__}" for each in circle]
        keys = [(name, b"") for name in names]
        for _ in range(_ROUNDS):
            self._known.update({id(each): (each, key) for each, key in zip(circle, keys, strict=True)})
            before = len(set(keys))
            keys = [(name, self._digest(each)) for name, each in zip(names, circle, strict=True)]
            # From here on nothing more is told apart.
            if len(set(keys)) == before:
                break
        self._known.update({id(each): (each, key) for each, key in zip(circle, keys, strict=True)})

    def _digest(self, item: Any) -> bytes:
        file = io.BytesIO()
        _ElementPickler(file, self._protocol, self._make_session, self).dump(item)
        return hashlib.sha256(file.getvalue()).digest()
