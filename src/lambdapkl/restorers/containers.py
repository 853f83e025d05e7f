"""Recreate views of containers."""

from __future__ import annotations

import pickle
from types import MappingProxyType
from typing import Any


def mapping_proxy(mapping: Any) -> MappingProxyType[Any, Any]:
    """Return a read-only view of `mapping`."""
    return MappingProxyType(mapping)


def class_namespace(cls: type) -> MappingProxyType[str, Any]:
    """Return the namespace of a class, as `vars` does."""
    return vars(cls)


def class_dict(cls: type) -> Any:
    """Return a read-only view of the namespace of `cls`, for a cell called ``__classdict__``.

    It must not be the dictionary itself. Writing to that would bypass the interpreter's attribute
    cache, which could then return freed objects.
    """
    return _namespace_of(cls)


_namespace_of = vars(type)["__dict__"].__get__


def dict_view(mapping: Any, kind: str) -> Any:
    """Return the view of the ``keys``, ``values`` or ``items`` of `mapping`."""
    if kind not in ("keys", "values", "items"):
        raise pickle.UnpicklingError(f"the payload is damaged: {kind!r} is not a view of a mapping")
    return getattr(mapping, kind)()


def memory_view(exporter: Any, format: str, shape: tuple[int, ...], readonly: bool) -> memoryview:
    """Return a view of all of `exporter` with the given format, shape and permission."""
    view = memoryview(exporter)
    if (view.format, view.shape) != (format, shape):
        view = view.cast("B").cast(format, shape)  # type: ignore[call-overload]
    return view.toreadonly() if readonly else view
