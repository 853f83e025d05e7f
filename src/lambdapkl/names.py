"""The strings that reducers write."""

from __future__ import annotations


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
