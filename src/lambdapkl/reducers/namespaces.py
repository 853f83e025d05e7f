"""The dictionary in which a class keeps its attributes.

What is evaluated late in a class body (annotations since 3.14, bounds of type parameters since 3.12) looks names up in
it, through a cell called ``__classdict__``.
"""

from __future__ import annotations

import gc
from types import CellType, FunctionType, GetSetDescriptorType, MappingProxyType, MemberDescriptorType
from typing import Any

from .. import wire
from ..identity.traces_of_use import VOLATILE
from ..rules.names import class_names


class ClassDict:
    """Stands for the dictionary of a class where that is pickled: a copy would not follow the class."""

    __slots__ = ("owner",)

    def __init__(self, owner: type) -> None:
        self.owner = owner


def reduce_class_dict(stand_in: ClassDict) -> Any:
    return wire.class_dict, (stand_in.owner,)


def note_owner(cls: type, session: Any) -> None:
    """Have `session` remember `cls`, in whose dictionary functions of it may look names up, for `class_dict` to find."""
    # Not by its dictionary: to find that stops all threads where there is no GIL, and few classes need it.
    session.class_dicts[id(cls)] = session.class_dicts[class_names(cls)[1]] = cls


def class_dict(namespace: Any, func: FunctionType, session: Any) -> Any:
    """Return what to pickle for the contents of a ``__classdict__`` cell of `func`.

    The dictionary of a class that is in the payload is asked of that class.  So is that of a class whose place it took:
    ``@dataclass(slots=True)`` makes a second class and drops the first, whose dictionary the garbage collector empties at a
    time of its own.  Another one is copied, but for what the interpreter keeps there.
    """
    around = _class_around(func, session)
    # A loaded function has a view of the dictionary.
    held = _behind(namespace) if type(namespace) is MappingProxyType else namespace
    if around is not None and _dictionary(around) is held:
        return ClassDict(around)
    for owner in session.class_dicts.values():
        if owner is not around and _dictionary(owner) is held:
            return ClassDict(owner)
    if around is not None:
        return ClassDict(around)
    return {
        session.key(name): value
        for name, value in list(namespace.items())
        if name not in VOLATILE and not isinstance(value, (GetSetDescriptorType, MemberDescriptorType, CellType))
    }


def _class_around(func: FunctionType, session: Any) -> type | None:
    """Return the class of the payload in which `func` was written, by its qualified name."""
    outer = func.__qualname__
    while outer := outer.rpartition(".")[0]:
        owner: type | None = session.class_dicts.get(outer)
        if owner is not None and owner.__module__ == func.__module__:
            return owner
    return None


def owner_of(namespace: Any) -> type | None:
    """Return the class that keeps its attributes in the dictionary `namespace`, or None."""
    return next((each for each in gc.get_referrers(namespace) if _owns(each, namespace)), None)


def _owns(candidate: Any, namespace: dict[str, Any]) -> bool:
    return isinstance(candidate, type) and _dictionary(candidate) is namespace


def _dictionary(cls: type) -> Any:
    return _behind(vars(cls))


def _behind(view: Any) -> Any:
    return next(iter(gc.get_referents(view)), None)


class ClassPart:
    """A part of the state of a class that is to be set while the rest is still being loaded.

    Attributes
    ----------
    owner
        The class.
    state
        Attributes, or what else `setter` takes.
    setter
        What sets it in the reader.
    """

    __slots__ = ("owner", "setter", "state")

    def __init__(self, owner: type, state: Any, setter: Any = wire.class_part) -> None:
        self.owner = owner
        self.state = state
        self.setter = setter


def reduce_class_part(part: ClassPart) -> Any:
    return part.setter, (part.owner, part.state)


def staged(cls: type, attributes: dict[str, Any]) -> dict[str, Any]:
    """Put first what instances of `cls` are hashed with, where one of its attributes is a container of them.

    The container is filled when it is loaded, before the class has its attributes.
    """
    if "__hash__" not in vars(cls) or not any(_holds(value, cls) for value in attributes.values()):
        return attributes
    early = {name: value for name, value in attributes.items() if isinstance(value, _BEHAVIOUR)}
    return {"": ClassPart(cls, early), **{name: value for name, value in attributes.items() if name not in early}}


_BEHAVIOUR = (FunctionType, property, staticmethod, classmethod)


def _holds(value: Any, cls: type) -> bool:
    return isinstance(value, (dict, set, frozenset)) and any(type.__subclasscheck__(cls, type(each)) for each in value)


REDUCERS: dict[type, Any] = {ClassDict: reduce_class_dict, ClassPart: reduce_class_part}
