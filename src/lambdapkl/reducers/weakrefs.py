"""Reducers for weak references and containers of them.

A referent is pickled, too. After loading, it lives only if something else in the payload refers to
it. This is known only after the whole payload has been written. So at the first weak reference in a
dump, the whole object is pickled once more, with the output discarded and without following weak
references.
"""

from __future__ import annotations

import pickle
import weakref
from collections import ChainMap
from contextlib import suppress
from enum import Enum
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

from .. import wire
from ..errors import NotPicklableError
from ..rules import byvalue
from ..rules.reducer_tables import WithPayloadState
from .second_pickler import second_pickler


class _Held:
    """The objects to which a payload has strong references.

    Attributes
    ----------
    objects
        id -> anything that keeps the object alive; None if the search failed.
    copied
        ids of referents of proxies that nothing else holds: they are written in place of the proxy,
        as in `pickle`.
    """

    __slots__ = ("copied", "objects")

    def __init__(self) -> None:
        self.objects: dict[int, Any] | None = None
        self.copied: set[int] = set()


def reduce_reference(reference: Any, payload_state: Any) -> Any:
    kind = type(reference)
    if kind is weakref.KeyedRef:
        raise NotPicklableError(
            "cannot pickle a weakref.KeyedRef: it belongs to a WeakValueDictionary; pickle the dictionary instead"
        )
    if kind is not weakref.ref and kind is not weakref.WeakMethod:
        return NotImplemented
    target = reference()
    if target is None:
        return wire.weak_reference, (weakref.ref,)
    referent = target if kind is weakref.ref else target.__self__
    if type(payload_state.held) is list:
        payload_state.held.append((None, referent))
        return list, ()
    held = _held(payload_state)
    if held.objects is not None and id(referent) not in held.objects and not _is_found_again(referent, held.objects):
        raise NotPicklableError(
            f"cannot pickle a weakref.{_NAMES[kind]} to a {type(referent).__name__!r} object that nothing else in the "
            "payload holds: it would be dead when it is loaded; pickle the object together with it"
        )
    if kind is weakref.WeakMethod:
        return weakref.WeakMethod, (target,)
    callback = reference.__callback__
    return wire.weak_reference, (kind, target) if callback is None else (kind, target, callback)


def reduce_proxy(proxy: Any, payload_state: Any) -> Any:
    try:
        # All attributes of a proxy are those of its referent; a bound method has the referent
        # itself.
        referent = proxy.__reduce_ex__.__self__
    except ReferenceError:
        raise NotPicklableError(
            "cannot pickle a weak proxy whose referent no longer exists; keep a strong reference to it or leave the proxy out"
        ) from None
    if type(payload_state.held) is list:
        payload_state.held.append((proxy, referent))
        return list, ()
    if id(referent) in _held(payload_state).copied:
        return wire.weak_reference, (None, referent)
    return wire.weak_reference, (weakref.proxy, referent)


def _held(payload_state: Any) -> _Held:
    """Return what the payload of `payload_state` holds; the first call walks the whole object."""
    if payload_state.held is None:
        held = payload_state.held = _Held()
        if payload_state.root is not None:
            # If the walk fails, so will the dump, which raises the error.
            with suppress(Exception):
                held.objects, held.copied = _search(payload_state)
    return payload_state.held  # type: ignore[no-any-return]


def _search(payload_state: Any) -> tuple[dict[int, Any], set[int]]:
    objects: dict[int, Any] = {}
    copied: set[int] = set()
    if payload_state.pickler is not None and payload_state.dumped:
        # The pickler's memo also has objects that only weak containers hold.
        written = payload_state.pickler.memo.copy()
        earlier = _reached(payload_state, payload_state.dumped, {}, set())
        objects = {ident: known for ident, known in earlier.items() if ident in written}
    return _reached(payload_state, [payload_state.root], objects, copied), copied


def _reached(payload_state: Any, roots: list[Any], objects: dict[int, Any], copied: set[int]) -> dict[int, Any]:
    """Return `objects` with all that `roots` hold.

    Add to `copied` the referents that are written in place of proxies.
    """
    own = type(payload_state)(payload_state.table)
    # Weak references are added here instead of being written.
    references: list[tuple[Any, Any]] = []
    own.held = references
    containers: list[Any] = []

    def note_container(container: Any) -> Any:
        containers.append(container)
        return list, ()

    noted = {kind: note_container for kind in _CONTAINERS if payload_state.table.get(kind) is reduce_container}
    with second_pickler(payload_state, own, ChainMap(noted, payload_state.table), objects) as search:
        following = list(roots)
        count = 0
        followed: set[tuple[int, int]] = set()
        while following:
            for each in following:
                search.dump(each)
            objects.update(search.memo.copy())
            if hasattr(search, "persistent_id"):
                for _, referent in references[count:]:
                    search.persistent_id(referent)
            proxies = [referent for proxy, referent in references[count:] if proxy is not None]
            following = [referent for referent in proxies if id(referent) not in objects]
            copied.update(map(id, following))
            count = len(references)
            for container in containers:
                for holder, value in _conditional(container):
                    # This value lives as long as another object does.
                    if id(holder) in objects and (id(container), id(holder)) not in followed:
                        followed.add((id(container), id(holder)))
                        following.append(value)
    return objects


def _conditional(container: Any) -> list[tuple[Any, Any]]:
    """Return a pair for each entry: the object it depends on, and the object it then holds."""
    if isinstance(container, weakref.WeakKeyDictionary):
        return list(container.items())
    if isinstance(container, weakref.WeakValueDictionary):
        return [(value, key) for key, value in container.items()]
    return []


def _is_found_again(referent: Any, objects: dict[int, Any]) -> bool:
    """Whether loading `referent` returns an object that its class or a module of the reader holds."""
    if isinstance(referent, ModuleType):
        return byvalue.module_by_reference(referent)
    if isinstance(referent, (type, FunctionType, BuiltinFunctionType)):
        return byvalue.by_reference(referent)
    kind = type(referent)
    if isinstance(referent, Enum):
        return id(kind) in objects or byvalue.by_reference(kind)
    try:
        reduced = referent.__reduce_ex__(pickle.HIGHEST_PROTOCOL)
        # A logger, for example, is looked up by its name.
        return type(reduced) is str or reduced[0](*reduced[1]) is referent
    # The reducer may raise any error; the dump reports it if it matters.
    except Exception:
        return False


def reduce_container(container: Any) -> Any:
    """Reduce a weak set or dictionary; it is created empty, as its members may refer to it."""
    kind = type(container)
    members = list(container) if isinstance(container, weakref.WeakSet) else list(container.items())
    return wire.weak_container, (kind,), members, None, None, wire.weak_container


_NAMES: dict[type, str] = {weakref.ref: "ref", weakref.WeakMethod: "WeakMethod"}
_CONTAINERS = (weakref.WeakSet, weakref.WeakKeyDictionary, weakref.WeakValueDictionary)

REDUCERS: dict[type, Any] = dict.fromkeys(_CONTAINERS, reduce_container)

INHERITED: dict[type, Any] = {
    weakref.ref: WithPayloadState(reduce_reference),
    weakref.ProxyType: WithPayloadState(reduce_proxy),
    weakref.CallableProxyType: WithPayloadState(reduce_proxy),
}
