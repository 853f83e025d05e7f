"""Exceptions, with what caused them and where they were raised, and without running their constructor again.

`BaseException.__reduce__` calls the class with `args`.  That fails where a constructor takes other arguments than it
passes on (CPython issue 44791), and loses the cause, the context, the traceback, and fields in C that `args` does not give.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from contextlib import suppress
from copyreg import _slotnames  # type: ignore[attr-defined]
from types import CodeType, FunctionType, GetSetDescriptorType, MemberDescriptorType
from typing import Any

from .. import options, wire
from ..restorers.exceptions import BUILT_IN, constructor_in_c, is_c_new
from ..rules.names import private
from ..rules.reducer_tables import WithSession

_REDUCE = frozenset(("__reduce__", "__reduce_ex__"))
_STATE = frozenset(("__getstate__", "__setstate__"))
_CONSTRUCTOR = frozenset(("__init__", "__new__"))
_NOTHING: set[str] = set()
_METHODS = _REDUCE | _STATE | _CONSTRUCTOR
_MISSING: Any = object()
_ARGS = ("args",)

# Keys in `Session.shared`.
_PICKLED = "exceptions in the payload"
_LATER = "links between exceptions that a group restores"

# Fields that the interpreter sets where it raises the error, and that `args` does not have.
_NAMED = (NameError, AttributeError)
# `AttributeError.obj` is left out, as `pickle` does: it may be anything, and is there for a hint in the traceback only.
_LEFT_OUT = {id(vars(AttributeError).get("obj"))}


def reduce_exception(exception: BaseException, session: Any) -> Any:
    """NotImplemented where the result of `pickle` is right."""
    kind = type(exception)
    chained = _chained(exception, session)
    cause, context, suppress_context, traceback = chained
    unraised = cause is None and context is None and suppress_context is None and traceback is None
    own = _own(kind) if id(kind) not in BUILT_IN else _NOTHING
    # Not through `__dict__`, which would come into being with that, and be pickled.
    reduced: Any = None if own & _REDUCE else kind.__reduce__(exception)
    state = dict(reduced[2] or {}) if reduced and len(reduced) > 2 else {}
    if reduced is None or not _REDUCE.isdisjoint(state):
        return _reduce_own(exception, chained, exception.__reduce_ex__(session.protocol), unraised)
    args, fields = _made_of(exception, reduced[1])
    if fields and not isinstance(exception, _NAMED):
        fields = {name: value for name, value in fields.items() if name not in state}
    if args is None:
        return _reduce_own(exception, chained, reduced, unraised)
    if own & _STATE:
        if not fields and _why_not_called(kind, reduced[1]) is None:
            return _reduce_own(exception, chained, reduced, unraised)
        return _reduce_with_state(exception, chained, args, state or None, fields)
    slots = _slots(exception) if own is not _NOTHING else {}
    links = _links(exception, session)
    if unraised and not slots and not fields and links is None and not own & _CONSTRUCTOR and _has_names_only(state):
        return NotImplemented
    parts = _without_end([_named({**fields, **state, **slots}), *chained, links])
    if not parts:
        return wire.exception, (kind, args)
    return wire.exception, (kind, args), parts, None, None, wire.exception


def _chained(exception: BaseException, session: Any) -> tuple[Any, ...]:
    """Cause, context, whether the context is suppressed, and traceback; None where there is nothing to pickle."""
    session.shared.setdefault(_PICKLED, set()).add(id(exception))
    later = session.shared.get(_LATER, ())
    return (
        None if (id(exception), 0) in later else exception.__cause__,
        None if (id(exception), 1) in later else exception.__context__,
        exception.__suppress_context__ or None,
        exception.__traceback__ if options.current().tracebacks != "omit" else None,
    )


# ---- classes that are pickled in their own way ----


def _own(kind: Any) -> set[str]:
    """The methods for pickling and construction that the class does not have from the interpreter, whatever their type."""
    own: set[str] = set()
    built_in: set[str] = set()
    for base in kind.__mro__:
        namespace = vars(base)
        if id(base) in BUILT_IN:
            built_in.update([name for name in _METHODS if name in namespace])
        else:
            own.update([name for name in _METHODS if name in namespace and name not in built_in])
    return own


def _reduce_own(exception: BaseException, chained: tuple[Any, ...], reduced: Any, unraised: bool) -> Any:
    """What the class itself returns for `exception`, and what it does not know."""
    if type(reduced) is not tuple or not 2 <= len(reduced) <= 6:
        return NotImplemented
    made_by, args, state, items, pairs, setter = reduced + (None,) * (6 - len(reduced))
    if made_by is type(exception) and type(args) is tuple:
        reason = _why_not_called(made_by, args)
        if reason is not None:
            raise _refusal(exception, reason)
    attributes = None
    if setter is None and _is_set_by_the_interpreter(exception, state):
        attributes, state = _named(state), None
    elif unraised:
        return reduced
    return made_by, args, _without_end([*chained, state, setter, attributes]), items, pairs, wire.raised


def _is_set_by_the_interpreter(exception: Any, state: Any) -> bool:
    """Whether a state has keys that are no names, which the interpreter's `__setstate__` would refuse."""
    if type(state) is not dict or _has_names_only(state):
        return False
    return getattr(type(exception), "__setstate__", None) is BaseException.__setstate__


def _has_names_only(state: dict[Any, Any]) -> bool:
    return all(isinstance(name, str) for name in state)


def _named(attributes: dict[Any, Any]) -> dict[Any, Any] | None:
    """Attributes with names of the payload's own; None for none.  Other keys stay, as those of other instances do."""
    return {private(key) if type(key) is str else key: value for key, value in attributes.items()} or None


def _reduce_with_state(exception: BaseException, chained: Any, args: Any, state: Any, fields: dict[str, Any]) -> Any:
    """Reduce an exception whose class restores its own state, but cannot be called with `args`."""
    if "__getstate__" in _own(type(exception)):
        state = exception.__getstate__()
    attributes = {**fields, **_slots(exception)}
    if state and _is_set_by_the_interpreter(exception, state):
        attributes, state = {**attributes, **state}, None
    parts = _without_end([*chained, state, None, _named(attributes)])
    made: tuple[Any, ...] = wire.exception, (type(exception), args)
    return (*made, parts, None, None, wire.raised) if parts else made


def _why_not_called(kind: Any, args: tuple[Any, ...]) -> str | None:
    """Why a class cannot be called with `args`, or None if it can be, as far as that can be seen from the outside."""
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
    """Whether a method is written in Python; PyPy's built-in ones are functions, too, with code of another type."""
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
        f"give the class a `__reduce__` that returns the arguments to call it with"
    )


# ---- fields in C ----


def _made_of(exception: BaseException, args: tuple[Any, ...]) -> tuple[Any, dict[str, Any]]:
    """The arguments to create `exception` with, and the fields in C that have to be set after that.

    Instead of arguments, None where only the class itself, called as `pickle` calls it, can create it.
    """
    base, names, is_built_in = _in_c(type(exception))
    if is_built_in and names == _ARGS:
        return args, {}
    values = {name: _field(exception, name) for name in names}
    if not is_built_in:
        return _made_of_other(exception, base, args, values)
    different: dict[str, Any] = {}
    for candidate in _candidates(exception, args):
        try:
            copy = wire.exception(base, candidate)
        except Exception:
            continue
        different = {name: value for name, value in values.items() if not _same(value, _field(copy, name))}
        # A field that was never set reads as None, but cannot be set to that.
        unset = any(value is None or value is _MISSING for value in different.values())
        if not different or not (unset or (isinstance(exception, OSError) and not _agree(exception, copy, different))):
            break
    return candidate, {name: value for name, value in different.items() if value is not _MISSING}


def _candidates(exception: BaseException, args: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    yield args
    if isinstance(exception, BaseExceptionGroup):
        yield exception.message, exception.exceptions
    else:
        yield ()
    if isinstance(exception, OSError):
        yield exception.errno, exception.strerror


def _agree(exception: Any, copy: Any, different: dict[str, Any]) -> bool:
    """Whether `copy` with the fields `different` has the text of `exception`: it depends on which fields were never set."""
    try:
        for name, value in different.items():
            setattr(copy, name, value)
        return OSError.__str__(copy) == OSError.__str__(exception)
    except Exception:
        return False


def _made_of_other(exception: BaseException, base: Any, args: Any, values: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """`_made_of`, for a class written in C that is not the interpreter's: `args` has to be what it takes."""
    new, init = constructor_in_c(base)
    kind: Any = type(exception)
    copy = None
    try:
        copy = new(base, *args)
        init(copy, *args)
    except Exception as error:
        # What the class has in Python may call these with other arguments.
        in_python = kind.__new__ if copy is None else kind.__init__
        if _is_python(in_python) and _why_not_called(kind, args) is None:
            return None, {}
        raise _refusal(exception, f"{base.__qualname__}, written in C, says {type(error).__name__}: {error}") from error
    fields = {}
    for name, value in values.items():
        if value is not _MISSING and not _same(value, _field(copy, name)):
            with suppress(Exception):  # it cannot be set, or it is made anew each time
                setattr(copy, name, value)
                fields[name] = value
    return args, fields


def _field(exception: BaseException, name: str) -> Any:
    try:
        return getattr(exception, name, _MISSING)
    except Exception:
        return _MISSING


# id of one of the interpreter's classes, and whether it is meant itself or as a base -> what `_in_c` returns
_copied: dict[tuple[int, bool], tuple[Any, tuple[str, ...], bool]] = {}


def _in_c(kind: Any) -> tuple[Any, tuple[str, ...], bool]:
    """A class with the fields in C that instances of `kind` have, the names of these, and whether it is the interpreter's.

    It has no methods in Python, so that creating a copy of an exception for comparison runs no code of the user's.
    """
    base = kind
    while id(base) not in BUILT_IN:
        if is_c_new(base, vars(base).get("__new__")):
            return base, _fields(base), False
        base = base.__base__
    # The interpreter treats some of its classes in another way than their subclasses.
    key = id(base), base is kind
    known = _copied.get(key)
    if known is None:
        known = _copied[key] = base if base is kind else type(base.__name__, (base,), {}), _fields(base), True
    return known


def _fields(base: Any) -> tuple[str, ...]:
    names = [*_ARGS]
    for each in base.__mro__:
        if each is not BaseException and each is not object:
            for name, field in vars(each).items():
                if type(field) in (MemberDescriptorType, GetSetDescriptorType) and name[:2] != "__":
                    if id(field) not in _LEFT_OUT:
                        names.append(name)
    return tuple(names)


def _same(value: Any, copy: Any) -> bool:
    if value is copy:
        return True
    if type(value) is not type(copy):
        return False
    if type(value) is tuple:
        return len(value) == len(copy) and all(map(_is, value, copy))
    return type(value) in (int, str, bytes) and value == copy


def _is(one: Any, other: Any) -> bool:
    return one is other


def _slots(exception: BaseException) -> dict[str, Any]:
    found = ((name, getattr(exception, name, _MISSING)) for name in _slotnames(type(exception)))
    return {name: value for name, value in found if value is not _MISSING}


def _without_end(state: list[Any]) -> tuple[Any, ...]:
    while state and state[-1] is None:
        state.pop()
    return tuple(state)


# ---- groups ----


def _links(exception: BaseException, session: Any) -> tuple[Any, ...] | None:
    """The pairs of an exception and 0 or 1 whose cause (0) or context (1) is the group `exception`.

    A group can only be created from its exceptions.  Those that lead back to it cannot name it yet, so the group restores
    these links after it is created.
    """
    if not isinstance(exception, BaseExceptionGroup):
        return None
    known = session.shared[_PICKLED]
    found: list[tuple[BaseException, int]] = []
    waiting = list(reversed(exception.exceptions))
    seen: set[int] = set()
    while waiting:
        each = waiting.pop()
        if id(each) in seen or id(each) in known:
            continue
        seen.add(id(each))
        for index, other in enumerate((each.__cause__, each.__context__)):
            if other is exception:
                session.shared.setdefault(_LATER, set()).add((id(each), index))
                found.append((each, index))
            elif other is not None:
                waiting.append(other)
        if isinstance(each, BaseExceptionGroup):
            waiting.extend(reversed(each.exceptions))
    return tuple(found) or None


INHERITED: dict[type, Any] = {BaseException: WithSession(reduce_exception)}
