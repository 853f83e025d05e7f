"""The backend in Python: its `dumps`, and all that `_backend` takes from a backend.

`_fast.pyx` is the same in Cython.  Both write the same bytes and read each other's; the tests hold them to it.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from functools import partial
from operator import index
from types import CodeType, FunctionType, MethodType
from typing import Any

from ..identity import digest
from ..rules import byvalue, preamble
from ..rules.sets import Output, in_order
from ..stdlib_picklers import BasePickler
from .code_info import packed
from .constructors import cell, code, function  # noqa: F401 - `_backend` takes them from here
from .hooks import hooks
from .session import HEAP_TYPE, Session

COMPILED = False
# Frames cannot be read and written in Python; see `_fast.Frames`.
frames = None


def configure(
    *, wire: Any, reducers: Any, table: Any, explain: Callable[[Exception, Any], None], variant: Callable[..., bytes]
) -> None:
    """Take what is of the layers above.

    Parameters
    ----------
    wire, reducers
        The modules.
    table
        The dispatch table.
    explain
        Adds its path to an error.
    variant
        The `dumps` of `variants`.
    """
    hooks.wire, hooks.reducers, hooks.table, hooks.explain, hooks.variant = wire, reducers, table, explain, variant
    hooks.preambles = preamble.preambles(wire)
    digest.packed = packed


class _Pickler(BasePickler):
    session: Session

    # PyPy's pickler looks for it in the class, CPython's in the instance, too.
    def reducer_override(self, obj: Any) -> Any:
        return self.session.reduce(obj)


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

    Unlike a `Pickler`, which writes while it pickles, it puts sets of None, numbers, strings and bytes in order (protocols 4
    and 5).  Parameters and errors are those of `Pickler`, and:

    Parameters
    ----------
    deterministic
        Leave out where code was written (files, lines, cells of a notebook), put every set in order, and write equal strings as
        one: the same bytes in each process that has the same object.  Slower, and tracebacks tell no lines.
    portable
        Let the source of functions travel with their code, so that another version of Python reads them.
    standalone
        Let lambdapkl's constructors travel, so that `pickle.loads` reads the payload where lambdapkl is not installed.
    """
    if deterministic or portable or standalone:
        return hooks.variant(obj, protocol, buffer_callback, fix_imports, deterministic, portable, standalone)
    hooks.reducers.refresh()
    protocol = pickle.HIGHEST_PROTOCOL if protocol is None or index(protocol) < 0 else index(protocol)
    try:
        file = Output()
        pickler = _Pickler(file, protocol, fix_imports=fix_imports, buffer_callback=buffer_callback)
        pickler.session = Session(hooks.table)
        pickler.session.root = obj
        pickler.dispatch_table = hooks.table
        before = b""
        root = _root_of(obj) if protocol == pickle.HIGHEST_PROTOCOL else 0
        if root:
            before, callables = hooks.preambles[root - 1]
            file.write(before)
            pickler.memo = preamble.memo(*callables)
            pickler.session.numbers_builtin_types = True
        pickler.dump(obj)
    except Exception as error:
        hooks.explain(error, obj)
        raise
    data = file.payload(in_order, len(before))
    return preamble.without_frame(data, len(before)) if root else data


def _root_of(obj: Any) -> int:
    """Which of the preambles goes with a payload whose root is `obj`.

    1 where that is a function by value or a method or a partial made of one, 2 where it is a class by value or an instance of
    one, else 0.
    """
    if type(obj) is FunctionType:
        return 0 if type(obj.__code__) is not CodeType or byvalue.by_reference(obj) else 1
    if type(obj) is MethodType:
        return _root_of(obj.__func__) if type(obj.__func__) is FunctionType else 0
    if type(obj) is partial:
        return _root_of(obj.func) if type(obj.func) is FunctionType else 0
    cls = obj if type(obj) is type else type(obj)
    if type(cls) is not type or not cls.__flags__ & HEAP_TYPE:
        return 0
    return 0 if byvalue.by_reference(cls) else 2


def quick_class(make: Any) -> Any:
    """Return `make`, which makes classes and gives them their attributes: in Python nothing is quicker.

    Parameters
    ----------
    make
        `restorers.classes.class_`.
    """
    return make


def position(iterator: Any) -> tuple[Any, ...] | None:
    """Return None: what `iterator` keeps in C of where it is, only the compiled backend can read."""
    return None
