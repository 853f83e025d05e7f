"""The strings that reducers write."""

from __future__ import annotations


def private(name: str) -> str:
    """Return a copy of `name` that nothing else refers to.

    The pickler's memo goes by identity.  An interned name would share its entry with an equal string of the user's
    before a round trip and not after it (strings come back from a payload not interned), and the bytes would differ.
    """
    return "".join(name) if len(name) < 2 else name[:1] + name[1:]
