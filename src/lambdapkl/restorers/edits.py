"""Applies what the writer has changed in a class that this process has already.

Only classes that a load made are changed. The class keeps whatever the program here has set.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from types import CellType, FunctionType
from typing import Any

from ..identity import keys
from ..identity.building import unfinished
from ..identity.edits import Record, record_of, watches
from ..identity.reached import ABSENT, Place, Scan, inner_functions, is_inside, node_digest, scan
from ..identity.script_classes import defined_by_script
from ..rules import byvalue, process_lock
from .classes import set_attributes


def edited_class(first: Any, second: Any, *args: Any) -> Any:
    """Create the skeleton of a class that was changed after it was first pickled, or set its state.

    A skeleton is created by ``first(*args)``. `second` has the digest and the number in the key of
    the class, and those of the class as it is now.

    The state is a tuple:

    - the function that sets the state of the class if it is new here
    - its state
    - the changes: place -> its digest, the digest before the first change, and what is there, if anything
    """
    if isinstance(first, type):
        setter, state, changes = second
        is_new = unfinished(first)
        setter(first, state)
        if keys.is_loaded(first):
            places = {(place,) if type(place) is str else place: change for place, change in changes.items()}
            if is_new:
                _note(record_of(first), places)
            else:
                _merge(first, places)
        return first
    digest, number, current_digest, current_number = second
    key = args[1], args[0], digest, number
    current = args[1], args[0], current_digest, current_number
    if keys.find(key) is None:
        # Another process may have sent the class as it is now.
        found = keys.get(current, digest) or defined_by_script(current)
        if found is not None:
            keys.alias(found, key)
    made = first(*args)
    if keys.is_loaded(made):
        keys.alias(made, current, is_current=True)
    return made


def _merge(cls: type, changes: dict[Place, tuple[Any, ...]]) -> None:
    record = record_of(cls)
    # A part of a function comes after the function.
    pending = [place for place, change in changes.items() if _applied(record, place) != change[0]]
    pending.sort(key=len)
    if not pending:
        return
    live = scan(cls)
    adapt = _Adapter(live.namespaces)
    replaced: set[Place] = set()
    steps: list[tuple[Any, Any, Any]] = []
    for place in pending:
        _, first, *value = changes[place]
        if is_inside(place, replaced):
            continue
        found = _holder(live, place)
        if found is None:
            continue
        present, holder, key = found
        before = _applied(record, place)
        before = first if before is None else before
        is_own = present is not ABSENT and before is not None and node_digest(live.nodes.get(place)) != before
        if is_own and (not value or isinstance(present, (list, dict, set, bytearray))):
            continue
        replaced.add(place)
        steps.append((holder, key, adapt(value[0]) if value else ABSENT))
    # No code of the program runs while the lock is held.
    with process_lock.lock:
        _note(record, {place: changes[place] for place in pending})
        for namespace, names in adapt.missing():
            for name, each in names.items():
                namespace.setdefault(name, each)
        for holder, key, each in steps:
            _set(cls, holder, key, each)


def _applied(record: Record, place: Place) -> bytes | None:
    change = record.applied.get(place)
    return None if change is None else change[0]


def _note(record: Record, changes: dict[Place, tuple[Any, ...]]) -> None:
    record.applied.update({place: (change[0], change[1]) for place, change in changes.items()})
    record.is_stale = True
    watches.pop(id(record.reference()), None)


def _holder(live: Scan, place: Place) -> tuple[Any, Any, Any] | None:
    """Return what is at `place`, the object that holds it (None for the class), and the name there."""
    found = live.found.get(place)
    if found is not None:
        return found
    if len(place) == 1:
        return ABSENT, None, place[0]
    if place[0] == "" and place[1] in live.namespaces:
        return ABSENT, live.namespaces[place[1]], place[2]
    func = next((func for at, func in live.followed if at in (place[:-1], place[:-2])), None)
    if func is None:
        return None
    part = place[-2:]
    if part[0] == "attr":
        return ABSENT, func.__dict__, part[1]
    if part[0] == "cell":
        cells = dict(zip(func.__code__.co_freevars, func.__closure__ or (), strict=False))
        return (ABSENT, cells[part[1]], None) if part[1] in cells else None
    return (ABSENT, func, f"__{place[-1]}__") if place[-1] in ("defaults", "kwdefaults") else None


def _set(cls: type, holder: Any, key: Any, value: Any) -> None:
    """Set what is at a place; delete it if `value` is `ABSENT`."""
    if holder is None:
        if value is not ABSENT:
            set_attributes(cls, {key: value})
        elif key in vars(cls):
            type.__delattr__(cls, key)
    elif type(holder) is CellType:
        if value is not ABSENT:
            holder.cell_contents = value
        else:
            del holder.cell_contents
    elif type(holder) is FunctionType:
        setattr(holder, key, None if value is ABSENT else value)
    elif value is ABSENT:
        holder.pop(key, None)
    else:
        holder[sys.intern(key)] = value


class _Adapter:
    """Recreates functions that came with a payload on the globals that the class here uses already.

    Parameters
    ----------
    namespaces
        name -> globals, as in `Scan`.
    """

    def __init__(self, namespaces: dict[str, dict[str, Any]]) -> None:
        self._namespaces = namespaces
        # id of an object -> the object, and what replaces it
        self._done: dict[int, tuple[Any, Any]] = {}
        # id of the globals of a payload -> these globals, and those that replace them
        self._replaced: dict[int, tuple[dict[str, Any], dict[str, Any]]] = {}

    def __call__(self, value: Any) -> Any:
        """Return what replaces `value`, which is `value` itself if it is no function and holds none."""
        done = self._done.get(id(value))
        if done is not None:
            return done[1]
        kind = type(value)
        if kind is FunctionType:
            return self._function(value)
        if kind is staticmethod or kind is classmethod:
            func = self(value.__func__)
            return value if func is value.__func__ else kind(func)
        if kind is property:
            parts = value.fget, value.fset, value.fdel
            adapted = tuple(map(self, parts))
            return value if all(map(_is, parts, adapted)) else property(adapted[0], adapted[1], adapted[2], value.__doc__)
        if kind is tuple:
            items = tuple([self(each) for each in value])
            return value if all(map(_is, value, items)) else items
        self._done[id(value)] = value, value
        if kind is dict:
            for key, each in list(value.items()):
                value[key] = self(each)
        elif kind is list:
            value[:] = [self(each) for each in value]
        elif not isinstance(value, type):
            return self._other(value)
        return value

    def _other(self, value: Any) -> Any:
        for name, part in list(inner_functions(value)):
            adapted = self(part)
            if adapted is part:
                continue
            if hasattr(value, "cache_parameters"):
                from functools import lru_cache

                replacement = lru_cache(**value.cache_parameters())(adapted)
                self._done[id(value)] = value, replacement
                return replacement
            if name in vars(value):
                vars(value)[name] = adapted
        return value

    def _function(self, func: FunctionType) -> FunctionType:
        namespace = self._namespaces.get(str(byvalue.module_in_payload(func.__globals__.get("__name__"))))
        if namespace is None or namespace is func.__globals__ or byvalue.by_reference(func):
            return func
        self._replaced[id(func.__globals__)] = func.__globals__, namespace
        cells = func.__closure__ or ()
        new_cells = [cell for cell in cells if id(cell) not in self._done]
        self._done.update({id(cell): (cell, CellType()) for cell in new_cells})
        closure = tuple([self._done[id(cell)][1] for cell in cells])
        made = FunctionType(func.__code__, namespace, func.__name__, None, closure or None)
        self._done[id(func)] = func, made
        for cell in new_cells:
            with suppress(ValueError):  # an empty cell
                self._done[id(cell)][1].cell_contents = self(cell.cell_contents)
        made.__defaults__, made.__kwdefaults__ = self(func.__defaults__), self(func.__kwdefaults__)
        made.__qualname__, made.__module__, made.__doc__ = func.__qualname__, func.__module__, func.__doc__
        if sys.version_info >= (3, 12):
            made.__type_params__ = func.__type_params__
        if sys.version_info >= (3, 14):
            made.__annotate__ = self(func.__annotate__)
        else:
            made.__annotations__ = func.__annotations__
        made.__dict__.update({name: self(value) for name, value in func.__dict__.items()})
        return made

    def missing(self) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        """Return globals, and the names to add to them: those that only the payload's globals have."""
        found: list[tuple[dict[str, Any], dict[str, Any]]] = []
        done: set[int] = set()
        while len(done) < len(self._replaced):
            for theirs, namespace in list(self._replaced.values()):
                if id(theirs) not in done:
                    done.add(id(theirs))
                    names = {name: self(value) for name, value in list(theirs.items()) if name not in namespace}
                    found.append((namespace, names))
        return found


def _is(one: Any, other: Any) -> bool:
    return one is other
