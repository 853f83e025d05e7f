"""Views of containers."""

from __future__ import annotations

import pickle
from types import MappingProxyType
from typing import Any


def mapping_proxy(mapping: Any) -> MappingProxyType[Any, Any]:
    """Return a read-only view of `mapping`."""
    return MappingProxyType(mapping)


def class_namespace(cls: type) -> MappingProxyType[str, Any]:
    """Return what `vars` gives of a class."""
    return vars(cls)


def class_dict(cls: type) -> Any:
    """Return a view of the dictionary in which `cls` keeps its attributes, for a cell called ``__classdict__``.

    It is not the dictionary itself: what is written there does not reach the interpreter's cache of attributes, which would
    then hand out objects that are gone.
    """
    return _namespace_of(cls)


_namespace_of = vars(type)["__dict__"].__get__


def dict_view(mapping: Any, kind: str) -> Any:
    """Return the view of the ``keys``, ``values`` or ``items`` of `mapping`."""
    if kind not in ("keys", "values", "items"):
        raise pickle.UnpicklingError(f"the payload is damaged: {kind!r} is no view of a mapping")
    return (
        {"keys": dict.keys, "values": dict.values, "items": dict.items}[kind](mapping)
        if type(mapping) is dict
        else (getattr(mapping, kind)())
    )


def memory_view(exporter: Any, format: str, shape: tuple[int, ...], readonly: bool) -> memoryview:
    """Return a view of all of `exporter` with another format, shape or permission than it offers itself."""
    view = memoryview(exporter)
    if (view.format, view.shape) != (format, shape):
        view = view.cast("B").cast(format, shape)  # type: ignore[call-overload]
    return view.toreadonly() if readonly else view
