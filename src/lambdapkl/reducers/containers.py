"""Reducers for views of containers, which stay views of the same container."""

from __future__ import annotations

import sys
from collections import OrderedDict
from types import MappingProxyType
from typing import Any

from .. import wire
from ..errors import NotPicklableError
from ..rules.names import private
from .namespaces import behind, owner_of


def reduce_mapping_proxy(proxy: MappingProxyType[Any, Any]) -> Any:
    """Reduce a read-only view of a mapping, or of the namespace of a class."""
    owner = _class_of(proxy)
    if owner is not None:
        return wire.class_namespace, (owner,)
    return wire.mapping_proxy, (behind(proxy),)


def reduce_view(view: Any) -> Any:
    """Reduce a view of a dictionary's keys, values or items, together with the dictionary."""
    return wire.dict_view, (behind(view.mapping), private(_KINDS[type(view)]))


def reduce_memoryview(view: memoryview) -> Any:
    """Reduce a memoryview: a view of a whole object stays one.

    A view of a part is pickled as a copy.
    """
    try:
        exporter: Any = view.obj
    except ValueError:
        raise NotPicklableError(
            "cannot pickle a released memoryview: it has no data; pickle the object it was a view of"
        ) from None
    whole = memoryview(exporter) if exporter is not None else view
    if exporter is None or not (view.c_contiguous and whole.c_contiguous and view.nbytes == whole.nbytes):
        exporter = view.tobytes() if view.readonly else bytearray(view.tobytes())
        whole = memoryview(exporter)
    if (view.format, view.shape, view.readonly) == (whole.format, whole.shape, whole.readonly):
        return memoryview, (exporter,)
    return wire.memory_view, (exporter, private(view.format), view.shape, view.readonly)


def _class_of(proxy: Any) -> Any:
    """The class whose namespace `proxy` is a view of, or None."""
    # Most classes have one of the first two descriptors.
    for value in (proxy.get("__dict__"), proxy.get("__weakref__"), *proxy.values()):
        owner = getattr(value, "__objclass__", None)
        if isinstance(owner, type) and _shows(proxy, owner):
            return owner
    # Since 3.15 the `__objclass__` of these descriptors is `object`.
    return owner_of(behind(proxy)) if "__module__" in proxy else None


def _shows(proxy: Any, cls: type) -> bool:
    if sys.implementation.name == "pypy":  # its `vars` returns a new dictionary for each call
        return dict(vars(cls)) == dict(proxy)
    return behind(vars(cls)) is behind(proxy)


_mappings: tuple[dict[Any, Any], ...] = ({}, OrderedDict())
_KINDS: dict[type, str] = {
    type(getattr(mapping, kind)()): kind for mapping in _mappings for kind in ("keys", "values", "items")
}

REDUCERS: dict[type, Any] = {
    MappingProxyType: reduce_mapping_proxy,
    memoryview: reduce_memoryview,
    **dict.fromkeys(_KINDS, reduce_view),
}
