"""Choices for the time of a `with` block: what is refused by default because it is rarely what was meant."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal

# What ``deterministic=True`` has in place of the file of code, and tracebacks show.
FILE_NAME = "<lambdapkl>"


class Form(namedtuple("Form", "deterministic portable standalone fingerprint", defaults=(False, False, False, False))):
    """Which of the forms of a payload `dumps` was asked for; see there."""

    # No `typing.NamedTuple`: on 3.14 that imports `ast`.
    __slots__ = ()


_form: ContextVar[Form] = ContextVar("lambdapkl.form", default=Form())


def current_form() -> Form:
    """Return the form of the payload that is being written in this thread or task."""
    return _form.get()


@contextmanager
def using_form(chosen: Form) -> Iterator[None]:
    """Have `current_form` return `chosen` until the block ends."""
    token = _form.set(chosen)
    try:
        yield
    finally:
        _form.reset(token)


class Options:
    """The choices in force.

    Attributes
    ----------
    held_locks
        ``"refuse"``, or ``"unlocked"`` to pickle a lock that is held as one that is not.
    file_contents
        Whether an open file travels with what is in it, instead of by its name.
    tracebacks
        ``"keep"``, ``"reprs"`` to add representations of local variables, or ``"omit"``.
    deterministic
        Whether `dumps` and `dump` write as with ``deterministic=True``.
    """

    __slots__ = ("deterministic", "file_contents", "held_locks", "tracebacks")

    def __init__(
        self,
        held_locks: str = "refuse",
        file_contents: bool = False,
        tracebacks: str = "keep",
        deterministic: bool = False,
    ) -> None:
        self.held_locks = held_locks
        self.file_contents = file_contents
        self.tracebacks = tracebacks
        self.deterministic = deterministic


DEFAULT = Options()
_current: ContextVar[Options] = ContextVar("lambdapkl.options", default=DEFAULT)


def current() -> Options:
    """Return the choices in force."""
    return _current.get()


@contextmanager
def options(
    *,
    held_locks: Literal["refuse", "unlocked"] | None = None,
    file_contents: bool | None = None,
    tracebacks: Literal["keep", "reprs", "omit"] | None = None,
    deterministic: bool | None = None,
) -> Iterator[None]:
    """Change what is pickled, in this thread or task, until the block ends.

    An option that is not given, or None, stays as it is.

    Parameters
    ----------
    held_locks
        ``"unlocked"`` pickles a `threading.Lock` or `RLock` that is held as one that nobody holds; ``"refuse"``, the default,
        refuses it.
    file_contents
        Whether an open file is pickled with its contents; it is loaded as an `io.StringIO` or `io.BytesIO` at the same
        position.
    tracebacks
        ``"keep"``, the default, pickles exceptions with their traceback; ``"reprs"`` adds representations of the local
        variables in it; ``"omit"`` leaves it out.
    deterministic
        Whether `dumps` and `dump` write as with ``deterministic=True``.  A `Pickler` cannot, so its `dump` raises an error.

    Raises
    ------
    ValueError
        An option has no such value.
    """
    before = current()
    changed = Options(
        before.held_locks if held_locks is None else held_locks,
        before.file_contents if file_contents is None else file_contents,
        before.tracebacks if tracebacks is None else tracebacks,
        before.deterministic if deterministic is None else deterministic,
    )
    if changed.held_locks not in ("refuse", "unlocked"):
        raise ValueError(f"held_locks is 'refuse' or 'unlocked', not {held_locks!r}")
    if changed.tracebacks not in ("keep", "reprs", "omit"):
        raise ValueError(f"tracebacks is 'keep', 'reprs' or 'omit', not {tracebacks!r}")
    token = _current.set(changed)
    try:
        yield
    finally:
        _current.reset(token)
