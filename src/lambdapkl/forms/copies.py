"""Decides whether two objects are certainly copies of each other."""

from __future__ import annotations

import copyreg
from types import CellType, CodeType, FunctionType
from typing import Any

from ..code.spelling import spell
from ..rules import byvalue, edited_annotations

__all__ = ["ATOMS", "Comparer"]

ATOMS = frozenset((type(None), bool, int, float, complex, str, bytes, type(Ellipsis), range))
_UNORDERED = frozenset((set, frozenset))
_ATTRIBUTES = ("__name__", "__qualname__", "__module__", "__doc__", "__defaults__", "__kwdefaults__", "__dict__")
_EMPTY = object()
# The comparison stops at so many pairs: a `__getstate__` may return new objects forever.
_MAX_PAIRS = 1_000_000


class Comparer:
    """Compares pairs of objects, and the objects that they reach."""

    def __init__(self) -> None:
        self._pairs: list[tuple[Any, Any]] = []
        # ids of two functions that are copies of each other -> the functions
        self._known_pairs: dict[tuple[int, int], tuple[Any, Any]] = {}
        # id of an object that was reached -> id of its counterpart; and the reverse
        self._counterparts: dict[int, int] = {}
        self._reverse: dict[int, int] = {}

    def equal(self, one: Any, other: Any, payload_state: Any) -> bool:
        """Whether certainly nothing that `one` and `other` reach differs.

        Cyclic objects are equal if following the same paths in both finds no difference.

        Parameters
        ----------
        payload_state
            Provides the behaviour and the global names of code objects, and knows which classes
            `object.__reduce_ex__` pickles.
        """
        self._counterparts, self._reverse = {}, {}
        self._pairs = [(one, other)]
        # `_pairs` keeps all objects until the end: some are temporary, and their ids must not be
        # reused.
        are_equal = all(self._compare(*pair, payload_state) for pair in self._pairs)
        if are_equal:
            self._known_pairs.update(((id(a), id(b)), (a, b)) for a, b in self._pairs if type(a) is FunctionType)
        self._pairs = []
        return are_equal

    def _compare(self, one: Any, other: Any, payload_state: Any) -> bool:
        """Compare two objects without their contents; add the pairs of contents to `_pairs`."""
        if len(self._pairs) > _MAX_PAIRS:
            return False
        if one is other or (id(one), id(other)) in self._known_pairs:
            return True
        kind = type(one)
        if kind is not type(other):
            return False
        if kind in ATOMS:
            return spell(one) == spell(other)
        if kind in _UNORDERED:
            return _elements(one) == _elements(other) is not None
        if id(one) in self._counterparts or id(other) in self._reverse:
            return self._counterparts.get(id(one)) == id(other) and self._reverse.get(id(other)) == id(one)
        self._counterparts[id(one)], self._reverse[id(other)] = id(other), id(one)
        if kind is tuple or kind is list:
            return self._all(one, other)
        if kind is dict:
            return self._all(list(one), list(other)) and self._all(one.values(), other.values())
        if kind is CellType:
            return self._all((_contents(one),), (_contents(other),))
        return (
            self._functions(one, other, payload_state) if kind is FunctionType else self._instances(one, other, payload_state)
        )

    def _all(self, ones: Any, others: Any) -> bool:
        if len(ones) != len(others):
            return False
        self._pairs.extend(zip(ones, others, strict=True))
        return True

    def _functions(self, one: FunctionType, other: FunctionType, payload_state: Any) -> bool:
        if any(type(each.__code__) is not CodeType or byvalue.by_reference(each) for each in (one, other)):
            return False
        infos = [payload_state.info(each.__code__) for each in (one, other)]
        if infos[0].blob != infos[1].blob or any(info.constants for info in infos):
            return False
        names = [*infos[0].names, "__name__", *(["__package__"] if infos[0].imports else [])]
        parts = []
        for each in (one, other):
            reached = [each.__globals__.get(name, _EMPTY) for name in names]
            if infos[0].imports:
                reached[-1] = reached[-1] if reached[-1] is not _EMPTY and reached[-1] else _EMPTY
            reached += [getattr(each, name) for name in _ATTRIBUTES]
            reached += each.__closure__ or ()
            # An empty dictionary only caches that there are no annotations.
            annotate = getattr(each, "__annotate__", None)
            cached = edited_annotations.cached(each) if annotate is not None else each.__annotations__ or None
            if annotate is not None and cached is not None:
                cached = edited_annotations.edited(each, cached)
            reached += [annotate, cached]
            reached.append(getattr(each, "__type_params__", ()))
            parts.append(reached)
        return self._all(*parts)

    def _instances(self, one: Any, other: Any, payload_state: Any) -> bool:
        if payload_state._plan(type(one)) is not True:
            return False
        states = []
        for each in (one, other):
            reduced: Any = object.__reduce_ex__(each, 2)
            constructor, args, state, *items = reduced
            newobj = copyreg.__newobj__  # type: ignore[attr-defined]
            if constructor is not newobj or len(args) != 1 or any(part is not None for part in items):
                return False
            states.append(state)
        return self._all(states[:1], states[1:])


def _elements(items: Any) -> list[str] | None:
    if not all(type(each) in ATOMS for each in items):
        return None
    return sorted(f"{type(each).__name__} {spell(each)}" for each in items)


def _contents(cell: CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return _EMPTY
