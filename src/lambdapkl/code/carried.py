"""Keeps the source text that a payload contained, by the code object that was compiled from it.

The reader of such a payload has no file with the text. `dumps(portable=True)` finds it here, so a
loaded function can be pickled for other versions of Python again.
"""

from __future__ import annotations

import weakref
from types import CodeType

__all__ = ["Origin", "origin_of", "remember"]

# The arguments of `restorers.source_code` without the first two: the text of a function, and how it
# is compiled.
Origin = tuple[str, str, int, tuple[str, ...], int, int]

# id of a code object -> a weak reference to it, the origin of its text, and the path to it from the
# code of the function in that text. The key is the id because equal code may have another text.
_origins: dict[int, tuple[weakref.ref[CodeType], Origin, tuple[int, ...]]] = {}


def remember(code: CodeType, origin: Origin) -> None:
    """Record the origin of the text of `code`, and of the code nested in it."""
    stack: list[tuple[CodeType, tuple[int, ...]]] = [(code, ())]
    while stack:
        each, path = stack.pop()
        key = id(each)
        # Default values, because at the end of the interpreter the globals may not exist.
        reference = weakref.ref(each, lambda _, key=key, known=_origins: known.pop(key, None))  # type: ignore[misc]
        _origins[key] = reference, origin, path
        stack += [(inner, (*path, index)) for index, inner in enumerate(codes_in(each))]


def origin_of(code: CodeType) -> tuple[Origin, tuple[int, ...]] | None:
    """Return the origin of the text of `code`, and the path to `code` in it; None if it is not known."""
    found = _origins.get(id(code))
    return found[1:] if found is not None and found[0]() is code else None


def codes_in(code: CodeType) -> list[CodeType]:
    """Return the code objects directly in `code`: functions, classes and comprehensions, in order."""
    return [each for each in code.co_consts if type(each) is CodeType]
