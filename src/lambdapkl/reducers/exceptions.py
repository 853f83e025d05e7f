"""Reducers for exceptions, with cause, context and traceback, without running constructors.

`BaseException.__reduce__` makes the reader call the class with `args`. That fails if a constructor
takes other arguments than it passes to `super` (CPython issue 44791). It also loses the cause, the
context, the traceback, and fields in C that `args` does not determine.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from contextlib import suppress
from copyreg import _slotnames  # type: ignore[attr-defined]
from operator import is_
from types import CodeType, FunctionType
from typing import Any

from .. import options, wire
from ..restorers.exceptions import BUILT_IN, FIELD_TYPES, constructor_in_c, field_in_c, is_c_new
from ..rules.names import private
from ..rules.reducer_tables import WithPayloadState
from .subclass_state import trimmed

_REDUCE = frozenset(("__reduce__", "__reduce_ex__"))
_STATE = frozenset(("__getstate__", "__setstate__"))
_CONSTRUCTOR = frozenset(("__init__", "__new__"))
_NOTHING: set[str] = set()
_METHODS = _REDUCE | _STATE | _CONSTRUCTOR
_MISSING: Any = object()
# By descriptor, since a class may have an attribute or a property of the same name.
_cause = vars(BaseException)["__cause__"].__get__
_context = vars(BaseException)["__context__"].__get__
_is_context_suppressed = vars(BaseException)["__suppress_context__"].__get__
_traceback = vars(BaseException)["__traceback__"].__get__
_message = vars(BaseExceptionGroup)["message"].__get__
_members = vars(BaseExceptionGroup)["exceptions"].__get__
_errno = vars(OSError)["errno"].__get__
_strerror = vars(OSError)["strerror"].__get__

# Keys in `PayloadState.shared`.
_PICKLED = "exceptions in the payload"
_LATER = "links between exceptions that a group restores"

# Errors with fields that the interpreter sets when it raises them, and that are not in `args`.
_NAMED = (NameError, AttributeError)
# `AttributeError.obj` is left out, as in `pickle`: it may be any object and only serves a traceback
# hint.
_LEFT_OUT = {id(vars(AttributeError).get("obj"))}


def reduce_exception(exception: BaseException, payload_state: Any) -> Any:
    """Reduce an exception; NotImplemented if `pickle` restores it correctly."""
    kind = type(exception)
    chained = _chained(exception, payload_state)
    cause, context, suppress_context, traceback = chained
    unraised = cause is None and context is None and suppress_context is None and traceback is None
    methods = _overridden(kind) if id(kind) not in BUILT_IN else _NOTHING
    # Not from `__dict__`: reading that would create it, and then it would be pickled.
    reduced: Any = None if methods & _REDUCE else kind.__reduce__(exception)
    state = dict(reduced[2] or {}) if reduced and len(reduced) > 2 else {}
    if reduced is None or not _REDUCE.isdisjoint(state):
        return _reduce_own(exception, chained, exception.__reduce_ex__(payload_state.protocol), unraised)
    args, fields = _args_and_fields(exception, reduced[1])
    shadowed = {name: fields.pop(name) for name in list(fields) if _is_shadowed(kind, name)} if fields else {}
    if shadowed:
        # `ImportError.__reduce__` adds fields in C to the state.
        state = {name: value for name, value in state.items() if name not in shadowed or name in exception.__dict__}
    if fields and not isinstance(exception, _NAMED):
        fields = {name: value for name, value in fields.items() if name not in state}
    if args is None:
        return _reduce_own(exception, chained, reduced, unraised)
    if methods & _STATE:
        if not fields and not shadowed and _why_not_called(kind, reduced[1]) is None:
            return _reduce_own(exception, chained, reduced, unraised)
        return _reduce_with_state(exception, chained, args, state or None, fields, shadowed)
    slots = _slots(exception) if methods is not _NOTHING else {}
    links = _links(exception, payload_state)
    special = slots or fields or shadowed or methods & _CONSTRUCTOR or not _has_names_only(state)
    if unraised and links is None and not special:
        return NotImplemented
    parts = trimmed([_named({**fields, **state, **slots}), *chained, links, _named(shadowed)])
    if not parts:
        return wire.exception, (kind, args)
    return wire.exception, (kind, args), parts, None, None, wire.exception


def _chained(exception: BaseException, payload_state: Any) -> tuple[Any, ...]:
    """Cause, context, whether the context is suppressed, and traceback.

    An item is None if it is not pickled.
    """
    payload_state.shared.setdefault(_PICKLED, set()).add(id(exception))
    later = payload_state.shared.get(_LATER, ())
    return (
        None if (id(exception), 0) in later else _cause(exception),
        None if (id(exception), 1) in later else _context(exception),
        _is_context_suppressed(exception) or None,
        _traceback(exception) if options.current().tracebacks != "omit" else None,
    )


# ---- classes with their own pickling methods ----


def _overridden(kind: Any) -> set[str]:
    """The methods for pickling and construction that a class does not inherit from a builtin one."""
    overridden: set[str] = set()
    built_in: set[str] = set()
    for base in kind.__mro__:
        namespace = vars(base)
        if id(base) in BUILT_IN:
            built_in.update([name for name in _METHODS if name in namespace])
        else:
            overridden.update([name for name in _METHODS if name in namespace and name not in built_in])
    return overridden


def _reduce_own(exception: BaseException, chained: tuple[Any, ...], reduced: Any, unraised: bool) -> Any:
    """Extend the result of the class's own `__reduce__` by cause, context and traceback."""
    if type(reduced) is not tuple or not 2 <= len(reduced) <= 6:
        return NotImplemented
    constructor, args, state, items, pairs, setter = reduced + (None,) * (6 - len(reduced))
    if constructor is type(exception) and type(args) is tuple:
        reason = _why_not_called(constructor, args)
        if reason is not None:
            raise _refusal(exception, reason)
    attributes = None
    if setter is None and _is_set_by_the_interpreter(exception, state):
        attributes, state = _named(state), None
    elif unraised:
        return reduced
    return constructor, args, trimmed([*chained, state, setter, attributes]), items, pairs, wire.raised


def _is_set_by_the_interpreter(exception: Any, state: Any) -> bool:
    """Whether a state has keys that are no strings, which `BaseException.__setstate__` refuses."""
    if type(state) is not dict or _has_names_only(state):
        return False
    return getattr(type(exception), "__setstate__", None) is BaseException.__setstate__


def _has_names_only(state: dict[Any, Any]) -> bool:
    return all(isinstance(name, str) for name in state)


def _named(attributes: dict[Any, Any]) -> dict[Any, Any] | None:
    """Return `attributes` with private copies of the names, None if there are none.

    Other keys stay as they are.
    """
    return {private(key) if type(key) is str else key: value for key, value in attributes.items()} or None


def _reduce_with_state(
    exception: BaseException, chained: Any, args: Any, state: Any, fields: dict[str, Any], shadowed: dict[str, Any]
) -> Any:
    """Reduce an exception whose class restores its own state, but cannot be called with `args`."""
    if "__getstate__" in _overridden(type(exception)):
        state = exception.__getstate__()
    attributes = {**fields, **_slots(exception)}
    if state and _is_set_by_the_interpreter(exception, state):
        attributes, state = {**attributes, **state}, None
    parts = trimmed([*chained, state, None, _named(attributes), _named(shadowed)])
    made: tuple[Any, ...] = wire.exception, (type(exception), args)
    return (*made, parts, None, None, wire.raised) if parts else made


def _why_not_called(kind: Any, args: tuple[Any, ...]) -> str | None:
    """Why a class cannot be called with `args`, judged by its signatures; None if it can."""
    if type(kind).__call__ is not type.__call__:
        return None
    for method in (kind.__new__, kind.__init__):
        if _is_python(method) and not _takes(method, len(args) + 1):
            from inspect import signature

            try:
                signature(method).bind(kind, *args)
            except TypeError as error:
                return f"{method.__qualname__}: {error}"
    return None


def _is_python(function: Any) -> bool:
    """Whether a method is written in Python.

    PyPy's builtin ones are functions with another type of code.
    """
    return isinstance(function, FunctionType) and isinstance(function.__code__, CodeType)


def _takes(function: FunctionType, count: int) -> bool:
    code = function.__code__
    least = code.co_argcount - len(function.__defaults__ or ())
    most = count if code.co_flags & 4 else code.co_argcount  # CO_VARARGS
    return least <= count <= most and len(function.__kwdefaults__ or ()) >= code.co_kwonlyargcount


def _refusal(exception: BaseException, reason: str) -> pickle.PicklingError:
    kind = type(exception)
    return pickle.PicklingError(
        f"cannot pickle {kind.__qualname__!r} object: it could not be loaded ({reason}); "
        f"give the class a `__reduce__` that returns the class and arguments that it accepts"
    )


# ---- fields in C ----


def _args_and_fields(exception: BaseException, args: tuple[Any, ...]) -> tuple[Any, dict[str, Any]]:
    """The arguments to create `exception` with, and the fields in C to set afterwards.

    The arguments are None if only calling the class, as `pickle` does, can create it.
    """
    base, fields, is_built_in = _in_c(type(exception))
    if is_built_in and len(fields) == 1:  # only `args`
        return args, {}
    values = {name: _field(exception, field) for name, field in fields.items()}
    if not is_built_in:
        return _args_and_fields_of_extension(exception, base, args, fields, values)
    different: dict[str, Any] = {}
    for candidate in _candidates(exception, args):
        try:
            copy = wire.exception(base, candidate)
        except Exception:
            continue
        different = {name: value for name, value in values.items() if not _same(value, _field(copy, fields[name]))}
        # A field that was never set reads as None, but cannot be set to that.
        unset = any(value is None or value is _MISSING for value in different.values())
        if not different or not (unset or (isinstance(exception, OSError) and not _agree(exception, copy, different))):
            break
    return candidate, {name: value for name, value in different.items() if value is not _MISSING}


def _candidates(exception: BaseException, args: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    yield args
    if isinstance(exception, BaseExceptionGroup):
        yield _message(exception), _members(exception)
    else:
        yield ()
    if isinstance(exception, OSError):
        yield _errno(exception), _strerror(exception)


def _agree(exception: Any, copy: Any, different: dict[str, Any]) -> bool:
    """Whether `copy` has the text of `exception` once `different` is set.

    It depends on which fields are unset.
    """
    try:
        for name, value in different.items():
            setattr(copy, name, value)
        return OSError.__str__(copy) == OSError.__str__(exception)
    except Exception:
        return False


def _args_and_fields_of_extension(
    exception: BaseException, base: Any, args: Any, fields: dict[str, Any], values: dict[str, Any]
) -> tuple[Any, dict[str, Any]]:
    """`_args_and_fields` for a class of an extension module, which must accept `args`."""
    new, init = constructor_in_c(base)
    kind: Any = type(exception)
    copy = None
    try:
        copy = new(base, *args)
        init(copy, *args)
    except Exception as error:
        # A Python constructor of the class may call the one in C with other arguments.
        in_python = kind.__new__ if copy is None else kind.__init__
        if _is_python(in_python) and _why_not_called(kind, args) is None:
            return None, {}
        raise _refusal(exception, f"{base.__qualname__}, written in C, says {type(error).__name__}: {error}") from error
    different = {}
    for name, value in values.items():
        if value is not _MISSING and not _same(value, _field(copy, fields[name])):
            with suppress(Exception):  # a read-only or computed field
                setattr(copy, name, value)
                different[name] = value
    return args, different


def _field(exception: BaseException, field: Any) -> Any:
    # Not by name: the class may have an attribute or a property of that name.
    try:
        return field.__get__(exception)
    except Exception:
        return _MISSING


def _is_shadowed(kind: Any, name: str) -> bool:
    """Whether `kind` has another attribute with the name of a field in C."""
    return next(vars(base)[name] for base in kind.__mro__ if name in vars(base)) is not field_in_c(kind, name)


# id of a builtin class, and whether it is the class itself or a base -> result of `_in_c`
_copied: dict[tuple[int, bool], tuple[Any, dict[str, Any], bool]] = {}


def _in_c(kind: Any) -> tuple[Any, dict[str, Any], bool]:
    """A class with the same fields in C as `kind`, the fields by name, and whether it is builtin.

    The class has no Python methods, so creating a copy of an exception for comparison runs no user
    code.
    """
    base = kind
    while id(base) not in BUILT_IN:
        if is_c_new(base, vars(base).get("__new__")):
            return base, _fields(base), False
        base = base.__base__
    # Some builtin classes behave differently from their subclasses.
    key = id(base), base is kind
    known = _copied.get(key)
    if known is None:
        known = _copied[key] = base if base is kind else type(base.__name__, (base,), {}), _fields(base), True
    return known


def _fields(base: Any) -> dict[str, Any]:
    fields = {"args": vars(BaseException)["args"]}
    for each in base.__mro__:
        if each is not BaseException and each is not object:
            for name, field in vars(each).items():
                if type(field) in FIELD_TYPES and name[:2] != "__" and id(field) not in _LEFT_OUT:
                    fields.setdefault(name, field)
    return fields


def _same(value: Any, copy: Any) -> bool:
    if value is copy:
        return True
    if type(value) is not type(copy):
        return False
    if type(value) is tuple:
        return len(value) == len(copy) and all(map(is_, value, copy))
    return type(value) in (int, str, bytes) and value == copy


def _slots(exception: BaseException) -> dict[str, Any]:
    found = ((name, getattr(exception, name, _MISSING)) for name in _slotnames(type(exception)))
    return {name: value for name, value in found if value is not _MISSING}


# ---- groups ----


def _links(exception: BaseException, payload_state: Any) -> tuple[Any, ...] | None:
    """Pairs of an exception and 0 or 1, if its cause (0) or context (1) is the group `exception`.

    A group can only be created from its exceptions, so these cannot refer to it before it exists.
    The group sets these links after it is created.
    """
    if not isinstance(exception, BaseExceptionGroup):
        return None
    known = payload_state.shared[_PICKLED]
    found: list[tuple[BaseException, int]] = []
    waiting = list(reversed(_members(exception)))
    seen: set[int] = set()
    while waiting:
        each = waiting.pop()
        if id(each) in seen or id(each) in known:
            continue
        seen.add(id(each))
        for index, other in enumerate((_cause(each), _context(each))):
            if other is exception:
                payload_state.shared.setdefault(_LATER, set()).add((id(each), index))
                found.append((each, index))
            elif other is not None:
                waiting.append(other)
        if isinstance(each, BaseExceptionGroup):
            waiting.extend(reversed(_members(each)))
    return tuple(found) or None


INHERITED: dict[type, Any] = {BaseException: WithPayloadState(reduce_exception)}
