"""Weak references and containers of them: the referents travel, and live as long as something else holds them."""

from __future__ import annotations

import pickle
import weakref
from typing import Any

from .. import wire


def reduce_reference(reference: Any) -> Any:
    kind = type(reference)
    referent = reference()
    if kind is weakref.KeyedRef:
        raise pickle.PicklingError(
            "cannot pickle a weakref.KeyedRef: it belongs to a WeakValueDictionary; pickle the dictionary instead"
        )
    if referent is None:
        return wire.weak_reference, (weakref.ref,)
    callback = reference.__callback__
    return wire.weak_reference, (kind, referent) if callback is None else (kind, referent, callback)


def reduce_weak_method(reference: weakref.WeakMethod[Any]) -> Any:
    method = reference()
    if method is None:
        return wire.weak_reference, (weakref.ref,)
    return weakref.WeakMethod, (method,)


def reduce_proxy(proxy: Any) -> Any:
    try:
        # A proxy answers for its referent in everything; a bound method tells who that is.
        referent = proxy.__reduce_ex__.__self__
    except ReferenceError:
        raise pickle.PicklingError(
            "cannot pickle a weak proxy whose referent is gone; keep a strong reference to it or leave the proxy out"
        ) from None
    return wire.weak_reference, (weakref.proxy, referent)


def reduce_container(container: Any) -> Any:
    """A weak set or dictionary, empty first: its members may refer to it."""
    kind = type(container)
    members = list(container) if isinstance(container, weakref.WeakSet) else list(container.items())
    return wire.weak_container, (kind,), members, None, None, wire.weak_container


REDUCERS: dict[type, Any] = {
    weakref.ref: reduce_reference,
    weakref.KeyedRef: reduce_reference,
    weakref.WeakMethod: reduce_weak_method,
    weakref.ProxyType: reduce_proxy,
    weakref.CallableProxyType: reduce_proxy,
    weakref.WeakSet: reduce_container,
    weakref.WeakKeyDictionary: reduce_container,
    weakref.WeakValueDictionary: reduce_container,
}
