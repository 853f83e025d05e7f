"""The strings that reducers write, and names with a meaning in the state of a function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

# Attributes of a function that are no entries of its `__dict__`.
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

# In the state of a function: its ``__annotate__``, to be named after it.
NAMED_ANNOTATE = ".__annotate__"


# In the dictionary of an instance: what decides how that instance is pickled.
OVERRIDING = frozenset(("__reduce_ex__", "__getstate__", "__getnewargs__", "__getnewargs_ex__"))

# The attributes that `type` itself keeps, whatever a metaclass has under these names.
TYPE_BASES: Callable[[type], tuple[type, ...]] = vars(type)["__bases__"].__get__
_TYPE_NAMES: list[Callable[[type], str]] = [vars(type)[name].__get__ for name in ("__qualname__", "__name__")]


def plain(name: str) -> str:
    """Return the text of `name`, which may be an instance of a subclass (`numpy.str_`, a member of a `StrEnum`), as a str."""
    return str.__str__(name)


def class_names(cls: type) -> tuple[Any, str, str]:
    """Return module, qualified name and name of `cls`.  The module may be anything; what is a str is a plain one."""
    module = cls.__module__
    names = [cls.__qualname__, cls.__name__]
    for index, name in enumerate(names):
        # A metaclass may answer with anything.
        names[index] = plain(name if isinstance(name, str) else _TYPE_NAMES[index](cls))
    return plain(module) if isinstance(module, str) else module, names[0], names[1]


def is_plain_key(key: object) -> bool:
    """Whether `key`, of a namespace, is a str or is found under its text, as most instances of subclasses of str are."""
    if type(key) is str:
        return True
    return isinstance(key, str) and hash(key) == hash(plain(key)) and bool(plain(key) == key)


def private_key(key: Any) -> Any:
    """Return what is written for a key of a namespace: `private` of its text, or the key itself where that is another key."""
    return private(key) if is_plain_key(key) else key


def private(name: str) -> str:
    """Return a copy of `name` that nothing else refers to, as a plain str.

    The pickler's memo goes by identity.  An interned name would share its entry with an equal string of the user's
    before a round trip and not after it (strings come back from a payload not interned), and the bytes would differ.
    """
    if type(name) is not str:
        name = plain(name)
    if len(name) != 1:
        return name[:1] + name[1:]
    # CPython keeps one object for each character below 256, and up to 3.12 a second one where the interpreter itself uses
    # it as a name; changing the case is what makes a new one.
    for changed in (name.lower(), name.upper()):
        if changed == name:
            return changed
    return name
