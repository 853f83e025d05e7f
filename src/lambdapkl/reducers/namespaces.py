"""Reducers for the dictionary in which a class keeps its attributes.

Code of a class body that is evaluated later (annotations since 3.14, bounds of type parameters
since 3.12) looks up names in that dictionary, through a cell called ``__classdict__``.
"""

from __future__ import annotations

import gc
from itertools import chain
from types import CellType, FunctionType, GetSetDescriptorType, MappingProxyType, MemberDescriptorType
from typing import Any

from .. import wire
from ..identity.traces_of_use import VOLATILE
from ..rules.names import class_names


class ClassDict:
    """Pickled in place of the dictionary of a class, as a copy would not change with the class."""

    __slots__ = ("owner",)

    def __init__(self, owner: type) -> None:
        self.owner = owner


def note_owner(cls: type, payload_state: Any) -> None:
    """Record in `payload_state` that functions of `cls` may look up names in its dictionary.

    See `class_dict`.
    """
    # Its dictionary is not a key: finding it stops all threads of a free-threaded build, and few
    # classes need it.
    payload_state.class_dicts[id(cls)] = payload_state.class_dicts[class_names(cls)[1]] = cls


def class_dict(namespace: Any, func: FunctionType, payload_state: Any) -> Any:
    """Return the object to pickle for the contents of a ``__classdict__`` cell of `func`.

    If the class is in the payload, the reader takes the dictionary from it. The same holds for a
    class that replaced the original: ``@dataclass(slots=True)`` creates a second class and drops
    the first, and the garbage collector may already have emptied the first one's dictionary. Any
    other dictionary is copied, without the descriptors and cells that the interpreter adds.
    """
    around = _class_around(func, payload_state)
    # In a loaded function the cell holds a view of the dictionary.
    held = behind(namespace) if type(namespace) is MappingProxyType else namespace
    for owner in chain((around,), payload_state.class_dicts.values()):
        if owner is not None and behind(vars(owner)) is held:
            return ClassDict(owner)
    if around is not None:
        return ClassDict(around)
    return {
        payload_state.key(name): value
        for name, value in list(namespace.items())
        if name not in VOLATILE and not isinstance(value, (GetSetDescriptorType, MemberDescriptorType, CellType))
    }


def _class_around(func: FunctionType, payload_state: Any) -> type | None:
    """Return the class of the payload whose body defines `func`, according to its qualified name."""
    outer = func.__qualname__
    while outer := outer.rpartition(".")[0]:
        owner: type | None = payload_state.class_dicts.get(outer)
        if owner is not None and owner.__module__ == func.__module__:
            return owner
    return None


def owner_of(namespace: Any) -> type | None:
    """Return the class that keeps its attributes in the dictionary `namespace`, or None."""
    classes = (each for each in gc.get_referrers(namespace) if isinstance(each, type))
    return next((cls for cls in classes if behind(vars(cls)) is namespace), None)


def behind(view: Any) -> Any:
    """Return the mapping behind a proxy: the only object it refers to; no attribute leads to it."""
    return next(iter(gc.get_referents(view)), None)


class ClassPart:
    """A part of the state of a class that the reader sets before it loads the rest.

    Attributes
    ----------
    owner
        The class.
    state
        The attributes, or another argument for `setter`.
    setter
        The function that sets them in the reader.
    """

    __slots__ = ("owner", "setter", "state")

    def __init__(self, owner: type, state: Any, setter: Any = wire.class_part) -> None:
        self.owner = owner
        self.state = state
        self.setter = setter


def staged(cls: type, attributes: dict[str, Any]) -> dict[str, Any]:
    """Put methods first if an attribute of `cls` is a set or dictionary of its instances.

    Such a container is filled while it is loaded, before the class gets its attributes, and hashing
    the instances needs the methods of the class.
    """
    if "__hash__" not in vars(cls) or not any(_holds(value, cls) for value in attributes.values()):
        return attributes
    early = {name: value for name, value in attributes.items() if isinstance(value, _BEHAVIOUR)}
    return {"": ClassPart(cls, early), **{name: value for name, value in attributes.items() if name not in early}}


_BEHAVIOUR = (FunctionType, property, staticmethod, classmethod)


def _holds(value: Any, cls: type) -> bool:
    return isinstance(value, (dict, set, frozenset)) and any(type.__subclasscheck__(cls, type(each)) for each in value)


REDUCERS: dict[type, Any] = {
    ClassDict: lambda stand_in: (wire.class_dict, (stand_in.owner,)),
    ClassPart: lambda part: (part.setter, (part.owner, part.state)),
}
