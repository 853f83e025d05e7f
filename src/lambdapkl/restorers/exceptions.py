"""Recreate exceptions without running a Python `__init__` or `__new__` of their class."""

from __future__ import annotations

import builtins
import pickle
from collections.abc import Iterable
from types import BuiltinFunctionType, GetSetDescriptorType, MemberDescriptorType, TracebackType
from typing import Any

from .subclass_state import set_state

# ids of the builtin exceptions and of `object`. Not the classes, as a metaclass may define
# `__hash__`.
BUILT_IN = {
    id(each)
    for each in (object, *vars(builtins).values())
    if isinstance(each, type) and (each is object or issubclass(each, BaseException))
}
FIELD_TYPES = (MemberDescriptorType, GetSetDescriptorType)
_WRAPPER: Any = type(object.__init__)

# These bypass the class's own `__setattr__`, which raises an error in a frozen class.
_set_cause = vars(BaseException)["__cause__"].__set__
_set_context = vars(BaseException)["__context__"].__set__
_set_suppress = vars(BaseException)["__suppress_context__"].__set__
_set_traceback = vars(BaseException)["__traceback__"].__set__


def exception(first: Any, second: Any) -> BaseException:
    """Create an exception of the class `first` from the arguments `second`, or restore the state of `first`.

    The state is a tuple of attributes, cause, context, whether the context is suppressed,
    traceback, links, and fields in C whose names the class uses for something else. Parts missing
    at the end are None. A link is a pair of an exception and 0 or 1, if `first` is its cause (0) or
    its context (1).

    Raises
    ------
    pickle.UnpicklingError
        An argument or a part of the state has a wrong type.
    """
    if type(second) is not tuple:
        raise _damaged(f"a {type(second).__name__} in place of the arguments or state of an exception")
    if isinstance(first, BaseException):
        if len(second) > 7:
            raise _damaged("a state of an exception with too many parts")
        attributes, *chained, links, fields = second + (None,) * (7 - len(second))
        _set_attributes(first, attributes)
        _set_fields(first, fields)
        _chain(first, *chained)
        if links is not None:
            _link(first, links)
        return first
    if not isinstance(first, type) or not issubclass(first, BaseException):
        raise _damaged(f"a {type(first).__name__} in place of an exception class")
    new, init = constructor_in_c(first)
    created: BaseException = new(first, *second)
    try:
        init(created, *second)
    except TypeError:  # `args` are not what the Python class passed to the C constructor
        _set(created, "args", second)
    return created


def raised(made: Any, state: Any) -> Any:
    """Restore the parts of an exception that its class's own `__reduce__` does not pickle.

    Parameters
    ----------
    made
        The object created by the class's own `__reduce__`. If it is not an exception, it gets only
        its state.
    state
        Cause, context, whether the context is suppressed, traceback, the class's own state, the
        function that restores that state, a dictionary of attributes to set first, and one of
        fields in C whose names the class uses for something else. Parts missing at the end are
        None.

    Raises
    ------
    pickle.UnpicklingError
        A part of the state has a wrong type.
    """
    if type(state) is not tuple or len(state) > 8:
        raise _damaged("a wrong state of an exception")
    *chained, class_state, setter, attributes, fields = state + (None,) * (8 - len(state))
    _set_attributes(made, attributes)
    _set_fields(made, fields)
    if setter is not None:
        setter(made, class_state)
    elif class_state is not None:
        set_state(made, class_state)
    if isinstance(made, BaseException):
        _chain(made, *chained)
    return made


def constructor_in_c(kind: Any) -> tuple[Any, Any]:
    """Return the first `__new__` and `__init__` along `__base__` that are written in C.

    They are not looked up along `__mro__`, as `__base__` decides which fields in C an instance has.
    """
    new = init = None
    base = kind
    while id(base) not in BUILT_IN:
        namespace = vars(base)
        found = namespace.get("__new__")
        if new is None and is_c_new(base, found):
            new = found
        found = namespace.get("__init__")
        if init is None and type(found) is _WRAPPER and getattr(found, "__objclass__", None) is base:  # not on PyPy
            init = found
        base = base.__base__
    return new or base.__new__, init or base.__init__


def is_c_new(base: Any, found: Any) -> bool:
    """Whether `found` is a `__new__` written in C that `base`, which is not builtin, defines itself."""
    return type(found) is BuiltinFunctionType and found.__self__ is base


def _damaged(what: str) -> pickle.UnpicklingError:
    return pickle.UnpicklingError(f"the payload is damaged: {what}")


def _items(values: Any, what: str) -> Iterable[tuple[Any, Any]]:
    if values is None:
        return ()
    if type(values) is not dict:
        raise _damaged(f"{what} of an exception that are not a dictionary")
    return values.items()


def _set_attributes(made: Any, attributes: Any) -> None:
    for name, value in _items(attributes, "attributes"):
        if isinstance(name, str):
            _set(made, name, value)
        else:  # put there by the program: no attribute has such a name
            vars(made)[name] = value


def field_in_c(kind: Any, name: str) -> Any:
    """Return the descriptor of the field `name` that the C base of an exception class has.

    The result is None if there is none.
    """
    fields = (vars(base).get(name) for base in reversed(kind.__mro__))
    return next((field for field in fields if type(field) in FIELD_TYPES), None)


def _set_fields(made: Any, fields: Any) -> None:
    for name, value in _items(fields, "fields"):
        field = field_in_c(type(made), name) if type(name) is str else None
        if field is None or name.startswith("__"):
            raise _damaged(f"{name!r:.30} as the name of a field of an exception")
        field.__set__(made, value)


def _set(made: Any, name: str, value: Any) -> None:
    try:
        object.__setattr__(made, name, value)
    except TypeError:  # classes written in C with their own `__setattr__` do not accept object's
        setattr(made, name, value)


def _chain(exception: BaseException, cause: Any, context: Any, suppress: Any, traceback: Any) -> None:
    for other in (cause, context):
        if other is not None and not isinstance(other, BaseException):
            raise _damaged(f"a {type(other).__name__} in place of the cause or context of an exception")
    if traceback is not None and type(traceback) is not TracebackType:
        raise _damaged(f"a {type(traceback).__name__} in place of the traceback of an exception")
    _set_cause(exception, cause)
    _set_context(exception, context)
    # Setting the cause also sets `__suppress_context__`.
    _set_suppress(exception, bool(suppress))
    _set_traceback(exception, traceback)


def _link(first: BaseException, links: Any) -> None:
    if type(links) is not tuple:
        raise _damaged("links of an exception that are not a tuple")
    for link in links:
        if type(link) is not tuple or len(link) != 2 or not isinstance(link[0], BaseException):
            raise _damaged("a link of an exception that is not a pair of an exception and a number")
        linked, is_context = link
        suppressed = linked.__suppress_context__
        (_set_context if is_context else _set_cause)(linked, first)
        _set_suppress(linked, suppressed)
