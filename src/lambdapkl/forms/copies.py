"""Whether two objects are copies of each other, as far as that can be told without doubt."""

from __future__ import annotations

import copyreg
from types import CellType, CodeType, FunctionType
from typing import Any

from ..code.spelling import spell
from ..rules import byvalue, edited_annotations

__all__ = ["ATOMS", "Copies"]

ATOMS = frozenset((type(None), bool, int, float, complex, str, bytes, type(Ellipsis), range))
_UNORDERED = frozenset((set, frozenset))
_ATTRIBUTES = ("__name__", "__qualname__", "__module__", "__doc__", "__defaults__", "__kwdefaults__", "__dict__")
_EMPTY = object()
# A `__getstate__` may give new objects for ever.
_MOST_PAIRS = 1_000_000


class Copies:
    """Comparisons of two objects and of what they reach, for as long as both look alike."""

    def __init__(self) -> None:
        self._pairs: list[tuple[Any, Any]] = []
        # Functions that are copies of each other, by their ids.
        self._known: dict[tuple[int, int], tuple[Any, Any]] = {}
        # Of what was met: its id and that of what it was met with, both ways.
        self._twins: dict[int, int] = {}
        self._of: dict[int, int] = {}

    def are(self, one: Any, other: Any, session: Any) -> bool:
        """Return whether nothing that `one` and `other` reach tells them apart; where that is not known, False.

        Objects that reach themselves are alike if following both alike comes to no difference.

        Parameters
        ----------
        session
            Tells of a code object what it does and which globals it names, and which instances `object` pickles.
        """
        self._twins, self._of = {}, {}
        self._pairs = [(one, other)]
        # They are kept up to the end: a dictionary may be made for the question, and its id must not come again.
        alike = all(self._looks(*pair, session) for pair in self._pairs)
        if alike:
            self._known.update(((id(a), id(b)), (a, b)) for a, b in self._pairs if type(a) is FunctionType)
        self._pairs = []
        return alike

    def _looks(self, one: Any, other: Any, session: Any) -> bool:
        """Compare two objects but for what they hold, of which to compare is noted."""
        if len(self._pairs) > _MOST_PAIRS:
            return False
        if one is other or (id(one), id(other)) in self._known:
            return True
        kind = type(one)
        if kind is not type(other):
            return False
        if kind in ATOMS:
            return spell(one) == spell(other)
        if kind in _UNORDERED:
            return _elements(one) == _elements(other) is not None
        if id(one) in self._twins or id(other) in self._of:
            return self._twins.get(id(one)) == id(other) and self._of.get(id(other)) == id(one)
        self._twins[id(one)], self._of[id(other)] = id(other), id(one)
        if kind is tuple or kind is list:
            return self._all(one, other)
        if kind is dict:
            return self._all(list(one), list(other)) and self._all(one.values(), other.values())
        if kind is CellType:
            return self._all((_contents(one),), (_contents(other),))
        return self._functions(one, other, session) if kind is FunctionType else self._instances(one, other, session)

    def _all(self, ones: Any, others: Any) -> bool:
        if len(ones) != len(others):
            return False
        self._pairs.extend(zip(ones, others, strict=True))
        return True

    def _functions(self, one: FunctionType, other: FunctionType, session: Any) -> bool:
        if any(type(each.__code__) is not CodeType or byvalue.by_reference(each) for each in (one, other)):
            return False
        infos = [session.info(each.__code__) for each in (one, other)]
        if infos[0].blob != infos[1].blob or any(info.constants for info in infos):
            return False
        names = [*infos[0].names, "__name__", *(["__package__"] if infos[0].imports else [])]
        parts = []
        for each in (one, other):
            found = [each.__globals__.get(name, _EMPTY) for name in names]
            if infos[0].imports:
                found[-1] = found[-1] if found[-1] is not _EMPTY and found[-1] else _EMPTY
            found += [getattr(each, name) for name in _ATTRIBUTES]
            found += each.__closure__ or ()
            # That there are none is kept once it was asked for, and means no more than before.
            annotate = getattr(each, "__annotate__", None)
            kept = edited_annotations.kept(each) if annotate is not None else each.__annotations__ or None
            found += [annotate, edited_annotations.edited(each, kept) if annotate is not None and kept is not None else kept]
            found.append(getattr(each, "__type_params__", ()))
            parts.append(found)
        return self._all(*parts)

    def _instances(self, one: Any, other: Any, session: Any) -> bool:
        if not session._is_plain(type(one)):
            return False
        states = []
        for each in (one, other):
            reduced: Any = object.__reduce_ex__(each, 2)
            made_by, args, state, *items = reduced
            newobj = copyreg.__newobj__  # type: ignore[attr-defined]
            if made_by is not newobj or len(args) != 1 or any(part is not None for part in items):
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
