"""The strings that reducers write, and names with a meaning in the state of a function."""

from __future__ import annotations

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


def private(name: str) -> str:
    """Return a copy of `name` that nothing else refers to.

    The pickler's memo goes by identity.  An interned name would share its entry with an equal string of the user's
    before a round trip and not after it (strings come back from a payload not interned), and the bytes would differ.
    """
    if len(name) != 1:
        return name[:1] + name[1:]
    # CPython keeps one object for each character below 256, and up to 3.12 a second one where the interpreter itself uses
    # it as a name; changing the case is what makes a new one.
    for changed in (name.lower(), name.upper()):
        if changed == name:
            return changed
    return name
