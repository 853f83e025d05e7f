"""Converts names to the strings that reducers write, and lists the special attribute names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

# Attributes of a function that are not in its `__dict__`.
SPECIAL_ATTRIBUTES = frozenset(
    (
        "__code__",
        "__name__",
        "__qualname__",
        "__module__",
        "__doc__",
        "__kwdefaults__",
        "__annotations__",
        "__annotate__",
        "__type_params__",
    )
)

# Key in the state of a function for an ``__annotate__`` whose qualified name the reader derives
# from that of the function.
NAMED_ANNOTATE = ".__annotate__"


# Attributes that decide how an object is pickled, if they are in the dictionary of an instance.
OVERRIDING = frozenset(("__reduce_ex__", "__getstate__", "__getnewargs__", "__getnewargs_ex__"))

# These read the attributes from the type object, even if a metaclass defines the same names.
TYPE_BASES: Callable[[type], tuple[type, ...]] = vars(type)["__bases__"].__get__
_TYPE_NAMES: list[Callable[[type], str]] = [vars(type)[name].__get__ for name in ("__qualname__", "__name__")]


def plain(name: str) -> str:
    """Return `name`, which may be of a subclass (`numpy.str_`, a `StrEnum`), as an exact str."""
    return str.__str__(name)


def class_names(cls: type) -> tuple[Any, str, str]:
    """Return module, qualified name and name of `cls`; each str is an exact one.

    The module may be any object.
    """
    module = cls.__module__
    names = [cls.__qualname__, cls.__name__]
    for index, name in enumerate(names):
        # A metaclass may return any object.
        names[index] = plain(name if isinstance(name, str) else _TYPE_NAMES[index](cls))
    return plain(module) if isinstance(module, str) else module, names[0], names[1]


def is_plain_key(key: object) -> bool:
    """Whether the key of a namespace is a str, or is interchangeable with its plain text."""
    if type(key) is str:
        return True
    return isinstance(key, str) and hash(key) == hash(plain(key)) and bool(plain(key) == key)


def private_key(key: Any) -> Any:
    """Return `private(key)`, or the key itself if it is not interchangeable with its plain text."""
    return private(key) if is_plain_key(key) else key


def private(name: str) -> str:
    """Return a copy of `name`, as an exact str, to which nothing else refers.

    Attribute names are interned. The memo would treat an equal user string as the same object
    before a round trip but not after (unpickled strings are not interned), so the bytes would
    differ.
    """
    if type(name) is not str:
        name = plain(name)
    if len(name) != 1:
        return name[:1] + name[1:]
    # CPython shares one object for each character below 256; up to 3.12, a second one if the
    # interpreter uses the character as a name. `lower` and `upper` return a new object even if the
    # case does not change.
    for changed in (name.lower(), name.upper()):
        if changed == name:
            return changed
    return name
