"""Choices for the time of a `with` block: what is refused by default because it is rarely what was meant."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple


class Options(NamedTuple):
    """The choices in force.

    Attributes
    ----------
    held_locks
        ``"refuse"``, or ``"unlocked"`` to pickle a lock that is held as one that is not.
    file_contents
        Whether an open file travels with what is in it, instead of by its name.
    """

    held_locks: str = "refuse"
    file_contents: bool = False


_current: ContextVar[Options] = ContextVar("lambdapkl.options", default=Options())


def current() -> Options:
    """Return the choices in force."""
    return _current.get()


@contextmanager
def options(**changes: Any) -> Iterator[None]:
    """Change what is pickled, in this thread or task, until the block ends.

    Parameters
    ----------
    held_locks : {"refuse", "unlocked"}
        Pickle a `threading.Lock` or `RLock` that is held as one that nobody holds.
    file_contents : bool
        Pickle an open file with its contents; it is loaded as an `io.StringIO` or `io.BytesIO` at the same position.

    Raises
    ------
    ValueError
        A choice that does not exist.
    """
    if changes.get("held_locks", "refuse") not in ("refuse", "unlocked"):
        raise ValueError(f"held_locks is 'refuse' or 'unlocked', not {changes['held_locks']!r}")
    if unknown := changes.keys() - set(Options._fields):
        raise ValueError(f"there is no option {min(unknown)!r}; there are {' and '.join(Options._fields)}")
    token = _current.set(current()._replace(**changes))
    try:
        yield
    finally:
        _current.reset(token)
