"""Exceptions, made without their class's own constructor."""

from __future__ import annotations

from typing import Any


def exception(first: Any, second: Any) -> BaseException:
    """Make an exception of the class `first` with the arguments `second`, or give the exception `first` its state.

    The state is its attributes, its cause, its context, and whether the context is suppressed; what is missing at the end
    is None.
    """
    if isinstance(first, BaseException):
        _set_state(first, *second)
        return first
    made: BaseException = _written_in_c(first, "__new__")(first, *second)
    try:
        _written_in_c(first, "__init__")(made, *second)
    except TypeError:  # its own constructor never called this one with arguments that fit
        pass
    made.args = second
    return made


def _written_in_c(kind: type, method: str) -> Any:
    """The method of the first base that was there before the program."""
    for base in kind.__mro__:
        if base.__module__ == "builtins" and method in vars(base):
            return getattr(base, method)
    return getattr(BaseException, method)


def _set_state(
    exception: BaseException,
    attributes: dict[str, Any] | None = None,
    cause: BaseException | None = None,
    context: BaseException | None = None,
    suppress: bool = False,
) -> None:
    for name, value in (attributes or {}).items():
        setattr(exception, name, value)
    exception.__cause__ = cause
    exception.__context__ = context
    # Setting the cause has set it.
    exception.__suppress_context__ = suppress
