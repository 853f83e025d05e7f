"""Exceptions, made without their class's own constructor."""

from __future__ import annotations

import pickle
from types import TracebackType
from typing import Any


def exception(first: Any, second: Any) -> BaseException:
    """Make an exception of the class `first` with the arguments `second`, or give the exception `first` its state.

    The state is its attributes, its cause, its context, whether the context is suppressed, and its traceback; what is
    missing at the end is None.

    Raises
    ------
    pickle.UnpicklingError
        One of these is of a wrong type.
    """
    if type(second) is not tuple:
        raise _damaged(f"a {type(second).__name__} where what an exception is made of belongs")
    if isinstance(first, BaseException):
        if len(second) > 5:
            raise _damaged("a state of an exception with too many parts")
        attributes, *chained = second + (None,) * (5 - len(second))
        _set_attributes(first, attributes)
        _chain(first, *chained)
        return first
    if not isinstance(first, type) or not issubclass(first, BaseException):
        raise _damaged(f"a {type(first).__name__} where an exception belongs")
    made: BaseException = _written_in_c(first, "__new__")(first, *second)
    try:
        _written_in_c(first, "__init__")(made, *second)
    except TypeError:  # its own constructor never called this one with arguments that fit
        pass
    made.args = second
    return made


def raised(made: Any, state: Any) -> Any:
    """Give what a class has made, which says itself how it is pickled, what it cannot say.

    Parameters
    ----------
    made
        An exception, or whatever else the class makes of one; that gets only its state.
    state
        Cause, context, whether the context is suppressed, traceback, the class's own state, and what sets that; what is
        missing at the end is None.

    Raises
    ------
    pickle.UnpicklingError
        One of these is of a wrong type.
    """
    if type(state) is not tuple or len(state) > 6:
        raise _damaged("a wrong state of an exception")
    *chained, own, setter = state + (None,) * (6 - len(state))
    if setter is not None:
        setter(made, own)
    elif own is not None:
        _set_own(made, own)
    if isinstance(made, BaseException):
        _chain(made, *chained)
    return made


def _set_own(made: Any, state: Any) -> None:
    """What `pickle` does with a state."""
    if hasattr(made, "__setstate__"):
        made.__setstate__(state)
        return
    state, slots = state if type(state) is tuple and len(state) == 2 else (state, None)
    for attributes in (state, slots):
        _set_attributes(made, attributes)


def _damaged(what: str) -> pickle.UnpicklingError:
    return pickle.UnpicklingError(f"the payload is damaged: {what}")


def _written_in_c(kind: type, method: str) -> Any:
    """The method of the first base that was there before the program."""
    for base in kind.__mro__:
        if base.__module__ == "builtins" and method in vars(base):
            return getattr(base, method)
    return getattr(BaseException, method)


def _set_attributes(made: Any, attributes: Any) -> None:
    if attributes is None:
        return
    if type(attributes) is not dict or not all(type(name) is str for name in attributes):
        raise _damaged("attributes of an exception that are no dictionary of names")
    for name, value in attributes.items():
        setattr(made, name, value)


def _chain(exception: BaseException, cause: Any, context: Any, suppress: Any, traceback: Any) -> None:
    for other in (cause, context):
        if other is not None and not isinstance(other, BaseException):
            raise _damaged(f"a {type(other).__name__} where the cause of an exception belongs")
    if traceback is not None and type(traceback) is not TracebackType:
        raise _damaged(f"a {type(traceback).__name__} where the traceback of an exception belongs")
    exception.__cause__ = cause
    exception.__context__ = context
    # Setting the cause has set it.
    exception.__suppress_context__ = bool(suppress)
    exception.__traceback__ = traceback
