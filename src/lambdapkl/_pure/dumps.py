"""`dumps` of the backend in Python. `_fast.pyx` does the same in Cython and writes the same bytes."""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from functools import partial
from operator import index
from types import CodeType, FunctionType, MethodType
from typing import Any, cast

from .. import wire
from ..options import current
from ..reducers.running_methods import CarefulFormNeeded
from ..reducers.table import DISPATCH_TABLE, refresh
from ..rules import byvalue, preamble
from ..stdlib_picklers import BasePickler, PayloadStateMixin
from .payload_state import PayloadState

_PREAMBLES = preamble.preambles(wire)


class _Callbacks:
    """Functions of the layers above, which import this backend."""

    explain_error: Callable[[Exception, Any], None]
    dumps_in_form: Callable[..., bytes]
    dumps_with_buffers: Callable[..., bytes]
    held_buffers: type


def set_callbacks(
    *,
    explain_error: Callable[[Exception, Any], None],
    dumps_in_form: Callable[..., bytes],
    dumps_with_buffers: Callable[..., bytes],
    held_buffers: type,
) -> None:
    """Set what `dumps` calls of the layers above it.

    Parameters
    ----------
    explain_error
        Called with an error and the object that was pickled; adds the path to the error.
    dumps_in_form
        Called with all arguments of `dumps` if one of the last three is true; returns the payload.
    dumps_with_buffers
        The same for a `buffer_callback` that is no instance of `held_buffers`.
    """
    _Callbacks.explain_error, _Callbacks.dumps_in_form = explain_error, dumps_in_form
    _Callbacks.dumps_with_buffers, _Callbacks.held_buffers = dumps_with_buffers, held_buffers


class PayloadPickler(PayloadStateMixin, BasePickler):
    """A pickler for one payload; `_use` sets its `PayloadState`."""


def dumps(
    obj: Any,
    protocol: int | None = None,
    buffer_callback: Callable[[pickle.PickleBuffer], object] | None = None,
    *,
    fix_imports: bool = True,
    deterministic: bool = False,
    portable: bool = False,
    standalone: bool = False,
) -> bytes:
    """Return `obj` as a pickle, which `pickle.loads` reads where lambdapkl is installed.

    Parameters and errors are those of `Pickler`, and:

    Parameters
    ----------
    deterministic
        Write the same bytes in each process that has the same object: leave out file names, line
        numbers and notebook cells, sort every set, and write equal strings once. This is slower,
        and tracebacks have no line numbers.
    portable
        Pickle the source of functions with their code, so that other versions of Python can load
        them.
    standalone
        Include lambdapkl's constructors, so that `pickle.loads` reads the payload where lambdapkl
        is not installed.
    """
    if buffer_callback is not None and type(buffer_callback) is not _Callbacks.held_buffers:
        args = obj, protocol, buffer_callback, fix_imports, deterministic, portable, standalone
        return _Callbacks.dumps_with_buffers(*args)
    if deterministic or portable or standalone or current().deterministic:
        return _Callbacks.dumps_in_form(obj, protocol, buffer_callback, fix_imports, deterministic, portable, standalone)
    refresh()
    protocol = pickle.HIGHEST_PROTOCOL if protocol is None or index(protocol) < 0 else index(protocol)
    try:
        file = io.BytesIO()
        pickler = PayloadPickler(file, protocol, fix_imports=fix_imports, buffer_callback=buffer_callback)
        payload_state = PayloadState(DISPATCH_TABLE)
        payload_state.root = obj
        if buffer_callback is not None:
            cast(Any, buffer_callback).watch(payload_state)
        pickler._use(payload_state, protocol)
        before = b""
        root = _root_of(obj) if protocol == pickle.HIGHEST_PROTOCOL else 0
        if root:
            before, callables = _PREAMBLES[root - 1]
            file.write(before)
            pickler.memo = preamble.memo(*callables)
            payload_state.numbers_builtin_types = True
        payload_state.opened = []
        pickler.dump(obj)
    except CarefulFormNeeded:
        return _Callbacks.dumps_in_form(obj, protocol, buffer_callback, fix_imports, False, False, False, careful=True)
    except Exception as error:
        _Callbacks.explain_error(error, obj)
        raise
    data = file.getvalue()
    return preamble.without_frame(data, len(before)) if root else data


def _root_of(obj: Any) -> int:
    """Return which preamble a payload of `obj` starts with.

    1 for a function by value, or a method or partial of one; 2 for a class by value or an instance
    of one; 0 for none.
    """
    if type(obj) is FunctionType:
        return 0 if type(obj.__code__) is not CodeType or byvalue.by_reference(obj) else 1
    if type(obj) is MethodType:
        return _root_of(obj.__func__) if type(obj.__func__) is FunctionType else 0
    if type(obj) is partial:
        return _root_of(obj.func) if type(obj.func) is FunctionType else 0
    cls = obj if type(obj) is type else type(obj)
    if type(cls) is not type or not cls.__flags__ & byvalue.HEAP_TYPE:
        return 0
    return 0 if byvalue.by_reference(cls) else 2
