"""Options for a `with` block: they allow what is refused by default because it is rarely intended."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal

# The file name of code that is pickled with ``deterministic=True``; tracebacks show it.
FILE_NAME = "<lambdapkl>"


class Form(namedtuple("Form", "deterministic portable standalone fingerprint", defaults=(False, False, False, False))):
    """The form of the payload that `dumps` writes; its parameters describe the forms."""

    # No `typing.NamedTuple`: on 3.14 that imports `ast`.
    __slots__ = ()


_form: ContextVar[Form] = ContextVar("lambdapkl.form", default=Form())


def current_form() -> Form:
    """Return the form of the payload that is being written in this thread or task."""
    return _form.get()


@contextmanager
def using_form(chosen: Form) -> Iterator[None]:
    """Let `current_form` return `chosen` until the block ends."""
    token = _form.set(chosen)
    try:
        yield
    finally:
        _form.reset(token)


class Options(
    namedtuple("Options", "held_locks file_contents tracebacks deterministic", defaults=("refuse", False, "keep", False))
):
    """The options in force; `options` describes them."""

    __slots__ = ()


DEFAULT = Options()
_current: ContextVar[Options] = ContextVar("lambdapkl.options", default=DEFAULT)


def current() -> Options:
    """Return the options in force."""
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
        ``"unlocked"`` pickles a held `threading.Lock` or `RLock` as a lock that is not held; ``"refuse"``, the default,
        refuses it.
    file_contents
        Whether an open file is pickled with its contents; it is loaded as an `io.StringIO` or `io.BytesIO` at the same
        position.
    tracebacks
        ``"keep"``, the default, pickles exceptions with their traceback; ``"reprs"`` adds representations of the local
        variables in it; ``"omit"`` leaves it out.
    deterministic
        Whether `dumps` and `dump` write as with ``deterministic=True``. A `Pickler` cannot, so its `dump` raises an error.

    Raises
    ------
    ValueError
        An option has no such value.
    """
    chosen = {
        "held_locks": held_locks,
        "file_contents": file_contents,
        "tracebacks": tracebacks,
        "deterministic": deterministic,
    }
    changed = current()._replace(**{name: value for name, value in chosen.items() if value is not None})
    if changed.held_locks not in ("refuse", "unlocked"):
        raise ValueError(f"held_locks is 'refuse' or 'unlocked', not {held_locks!r}")
    if changed.tracebacks not in ("keep", "reprs", "omit"):
        raise ValueError(f"tracebacks is 'keep', 'reprs' or 'omit', not {tracebacks!r}")
    token = _current.set(changed)
    try:
        yield
    finally:
        _current.reset(token)
