"""The source text that came in a payload, by the code object that was made of it.

Where such a payload is read there is no file with the text.  `dumps(portable=True)` finds it here, so that what was loaded
can be pickled for other versions of Python once more.
"""

from __future__ import annotations

import weakref
from types import CodeType

__all__ = ["Origin", "origin_of", "remember"]

# All arguments of `restorers.source_code` but the first two: the text of a function and how it is compiled.
Origin = tuple[str, str, int, tuple[str, ...], int, int]

# id of a code object -> a weak reference to it, where its text is from, and the way from that function's code to it.  By
# identity: equal code may be of another text.
_origins: dict[int, tuple[weakref.ref[CodeType], Origin, tuple[int, ...]]] = {}


def remember(code: CodeType, origin: Origin) -> None:
    """Remember where the text of `code`, and of the functions in it, is from."""
    stack: list[tuple[CodeType, tuple[int, ...]]] = [(code, ())]
    while stack:
        each, path = stack.pop()
        key = id(each)
        # Arguments with defaults, for when the interpreter ends and globals are gone.
        reference = weakref.ref(each, lambda _, key=key, known=_origins: known.pop(key, None))  # type: ignore[misc]
        _origins[key] = reference, origin, path
        stack += [(inner, (*path, index)) for index, inner in enumerate(codes_in(each))]


def origin_of(code: CodeType) -> tuple[Origin, tuple[int, ...]] | None:
    """Return where the text of `code` is from and the numbers of the code objects that lead to it; None if it is not known."""
    found = _origins.get(id(code))
    return found[1:] if found is not None and found[0]() is code else None


def codes_in(code: CodeType) -> list[CodeType]:
    """Return the code objects of the functions, classes and comprehensions directly in `code`, in order."""
    return [each for each in code.co_consts if type(each) is CodeType]
