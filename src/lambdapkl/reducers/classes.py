"""Reducers for classes: by reference, or by value as a skeleton and its attributes."""

from __future__ import annotations

import abc
import enum
import sys
from collections import Counter
from typing import Any

from .. import wire
from ..identity.digest import class_digest
from ..restorers.builtin import BUILTIN_TYPES
from ..rules import byvalue, finders
from ..rules.names import plain
from . import enumerations
from .loaded_files import from_file
from .skeletons import importable_instance

# `pickle` restores these as ``type(None)`` and so on.
_SINGLETON_TYPES = frozenset(("NoneType", "NotImplementedType", "ellipsis"))
BUILTIN_NAMES = {id(kind): name for name, kind in BUILTIN_TYPES.items() if name not in _SINGLETON_TYPES}


def reduce_class(cls: type, payload_state: Any) -> Any:
    """Reduce a class; NotImplemented if `pickle` can save it by reference."""
    if id(cls) in BUILTIN_NAMES:
        return wire.builtin_type, (payload_state.name(BUILTIN_NAMES[id(cls)]),)
    if byvalue.by_reference(cls):
        return reduce_by_name(cls, payload_state)
    return reduce_class_by_value(cls, payload_state)


def reduce_by_name(obj: Any, payload_state: Any) -> Any:
    """Reduce a function or class pickled by reference; NotImplemented if `pickle` can do so.

    `pickle` cannot if a name is an instance of a subclass of str: it writes that object, and
    refuses to load it as a name.
    """
    module, qualname = obj.__module__, obj.__qualname__
    if not isinstance(module, str) or type(module) is type(qualname) is str:
        return NotImplemented
    outer, _, last = plain(qualname).rpartition(".")
    if outer:
        return getattr, (byvalue.lookup(sys.modules[module], outer), payload_state.name(last))
    return wire.attribute, (payload_state.name(module), payload_state.name(last))


def reduce_class_by_value(cls: type, payload_state: Any) -> Any:
    """Reduce a class that cannot be found by name."""
    if issubclass(cls, type):
        importable = importable_instance(cls, payload_state)
        if importable is not None:
            return type, (importable,)
    # The metaclasses of `ctypes` cannot be found by name.
    if (type(cls) is not type or issubclass(cls, type)) and "_ctypes" in sys.modules:
        from .ctypes_classes import reduce_structure_class

        reduced = reduce_structure_class(cls, payload_state)
        if reduced is not NotImplemented:
            return reduced
    if byvalue.is_extension_type(cls):
        # If no module has it, `pickle` raises a clear error.
        name = byvalue.other_name(cls)
        return NotImplemented if name is None else payload_state.name(name)
    reduced = payload_state.with_edits(cls, _reduce_python_class(cls, payload_state))
    return from_file(cls, reduced, payload_state) if finders.not_found else reduced


def _reduce_python_class(cls: type, payload_state: Any) -> Any:
    if isinstance(cls, enum.EnumType) and "_member_map_" in vars(cls):
        return enumerations.reduce_enum_class(cls, payload_state)
    args, attributes = payload_state.describe(cls)
    if issubclass(type(cls), abc.ABCMeta):
        return wire.abc_class, args, (attributes, _registered(cls)), None, None, wire.abc_class
    return wire.class_, args, attributes, None, None, wire.class_


def reduce_instance(obj: Any, payload_state: Any) -> Any:
    """Reduce an instance of a class with a custom metaclass, if it is a member of an enumeration."""
    if isinstance(type(obj), enum.EnumType):
        return enumerations.reduce_enum_member(obj, payload_state)
    return NotImplemented


def is_enum_member(obj: Any) -> bool:
    """Whether `obj` is pickled as a member of its enumeration, which the reader makes with the class."""
    cls = type(obj)
    return isinstance(cls, enum.EnumType) and cls._member_map_.get(getattr(obj, "_name_", None)) is obj


def _registered(cls: type) -> list[type]:
    """The virtual subclasses of an abstract base class, sorted, as its registry is a set."""
    registry = abc._get_dump(cls)[0]  # type: ignore[attr-defined]
    found = [subclass for reference in registry if (subclass := reference()) is not None]
    names = [(str(subclass.__module__), subclass.__qualname__) for subclass in found]
    # Digests are slow, and needed only if classes have the same name.
    count = Counter(names)
    keys = [(*name, class_digest(cls) if count[name] > 1 else b"") for name, cls in zip(names, found, strict=True)]
    return [found[index] for index in sorted(range(len(found)), key=keys.__getitem__)]
