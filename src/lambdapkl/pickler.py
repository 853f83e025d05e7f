"""`Pickler`, `dumps` and `dump`: the interface of `pickle`, with the reducers of lambdapkl."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from operator import index
from typing import Any, Protocol, Self

from . import files
from ._backend.dumps import PayloadState, dumps, set_callbacks
from .error_paths import explain_error
from .options import current
from .reducers.table import DISPATCH_TABLE, DispatchTable, UserTable, refresh, with_shared
from .rules.reducer_tables import Reducer
from .stdlib_picklers import BasePickler, PayloadStateMixin

__all__ = ["DEFAULT_PROTOCOL", "CloudPickler", "Pickler", "dump", "dumps"]

DEFAULT_PROTOCOL = pickle.HIGHEST_PROTOCOL


def _dumps_in_form(*args: Any) -> bytes:
    from .forms import dumps as forms  # few programs need it

    return forms.dumps(*args)


# The backends are below what explains errors and writes other forms: both use their `PayloadState`.
set_callbacks(explain_error=explain_error, dumps_in_form=_dumps_in_form)

_base_table: Any = vars(BasePickler).get("dispatch_table")


def refuse_deterministic(what: str) -> None:
    """Raise the error of a pickler that has to write as with ``deterministic=True`` and cannot.

    Parameters
    ----------
    what
        The class of the pickler, or the function that uses it.
    """
    raise pickle.PicklingError(
        f"{what} cannot write with deterministic=True, which options() or install() asked for: only lambdapkl.dumps and dump, "
        "and those functions of cloudpickle, put sets in order; call one of them, or leave the flag out"
    )


# Instances of these types refer to no other object.
_ALONE = (type(None), bool, int, float)


class Writer(Protocol):
    """A file opened for writing in binary mode."""

    def write(self, data: bytes, /) -> object: ...


class _DispatchTable:
    """`dispatch_table` of a class is the shared one; what is set on an instance comes before it, in that pickler.

    `_pickle` reads its field when a pickler is made; a plain class attribute would keep later assignments from it.

    Parameters
    ----------
    table
        The class's table.
    merged
        Whether each pickler gets all of it in one dictionary when it is made: loky copies that for each task, in a tenth of
        the time.
    """

    def __init__(self, table: DispatchTable, merged: bool = False) -> None:
        self._table = table
        self._merged = merged

    def __get__(self, pickler: Any, owner: type | None = None) -> Any:
        if pickler is None:
            return self._table
        payload_state = pickler._payload_state
        if self._merged and payload_state.table is self._table:
            refresh()
            merged: dict[type, Reducer] = {}
            for table in reversed(self._table.maps):
                merged.update(table)  # in one step: other threads may register reducers meanwhile
            payload_state.table = merged
        # A program gets back what it has set.  PyPy's pickler takes it from here, and needs what follows.
        table = payload_state.table
        return table.maps[0] if type(table) is UserTable and _base_table is not None else table

    def __set__(self, pickler: Any, table: Any) -> None:
        merged = pickler._payload_state.table
        # loky sets a copy of the merged table with entries of its own: a lookup in one dictionary is quicker.
        complete = self._merged and type(merged) is type(table) is dict and table.keys() >= merged.keys()
        _set_table(pickler, table if complete else with_shared(table, self._table))


def _set_table(pickler: Any, table: Any) -> None:
    pickler._payload_state.table = table
    if _base_table is not None:
        _base_table.__set__(pickler, table)
    else:
        # PyPy's pickler looks the attribute up for each object, where a subclass may have a table of its own.
        vars(pickler)["dispatch_table"] = table


class StatefulPickler(PayloadStateMixin, BasePickler):
    """A pickler that has a payload state from the start.

    A class of its own: `inspect.signature(Pickler)` would else show the parameters of `__new__`, which takes anything.
    """

    _payload_state: PayloadState

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        self = super().__new__(cls)
        # In `__new__`, because a subclass may set `dispatch_table` before calling `super().__init__()`.
        self._payload_state = PayloadState(with_shared(cls.dispatch_table, DISPATCH_TABLE))
        return self


class Pickler(StatefulPickler):
    """Write pickles of nearly any Python object to a file.

    Subclasses may override `reducer_override`, `persistent_id` and `dump`, and call ``super()``.

    Parameters
    ----------
    file
        Anything with a `write` method that takes bytes.
    protocol
        2 to 5; a negative number or None stands for the highest.  0 and 1 are `pickle`'s for plain data.
    buffer_callback
        Called with each `pickle.PickleBuffer` that may travel out of band (PEP 574); needs protocol 5.
    fix_imports
        As for `pickle.Pickler`; of use with protocol 2 and below.
    """

    dispatch_table: Any = _DispatchTable(DISPATCH_TABLE)
    if _base_table is not None:
        # cloudpickle's name for it, which engines write to.  In `pickle._Pickler` (PyPy) it is a table of another kind.
        dispatch: Any = DISPATCH_TABLE

    def __init__(
        self,
        file: Writer,
        protocol: int | None = None,
        buffer_callback: Callable[[pickle.PickleBuffer], object] | None = None,
        *,
        fix_imports: bool = True,
    ) -> None:
        self._payload_state.clear()
        protocol = DEFAULT_PROTOCOL if protocol is None else index(protocol)
        self._payload_state.protocol = protocol if protocol >= 0 else pickle.HIGHEST_PROTOCOL
        super().__init__(file, protocol, fix_imports=fix_imports, buffer_callback=buffer_callback)
        # `_pickle` has read the attribute, which may be a subclass's or an instance's own table.
        table = self.dispatch_table
        if table is not self._payload_state.table and not isinstance(table, DispatchTable):
            _set_table(self, with_shared(table, DISPATCH_TABLE))

    def clear_memo(self) -> None:
        """Forget what was pickled so far: the next `dump` is a payload of its own."""
        super().clear_memo()
        self._payload_state.clear()

    def dump(self, obj: Any) -> None:
        """Write the pickled `obj` to the file.

        Raises
        ------
        pickle.PicklingError, TypeError
            Something cannot be pickled; the error's notes give the path to it.  Or ``options(deterministic=True)`` is in
            force, which only `dumps` and the function `dump` can follow.
        """
        if current().deterministic:
            refuse_deterministic(type(self).__qualname__)
        refresh()
        payload_state = self._payload_state
        payload_state.root, payload_state.pickler, payload_state.held = obj, self, None
        try:
            super().dump(obj)
            if type(obj) not in _ALONE:
                payload_state.dumped.append(obj)
        except Exception as error:
            explain_error(error, obj)
            raise
        finally:
            payload_state.root = payload_state.pickler = payload_state.held = None


CloudPickler = Pickler


def dump(
    obj: Any,
    file: Writer | files.Path,
    protocol: int | None = None,
    buffer_callback: Callable[[pickle.PickleBuffer], object] | None = None,
    *,
    fix_imports: bool = True,
    deterministic: bool = False,
    portable: bool = False,
    standalone: bool = False,
) -> None:
    """Write `obj` as a pickle to a file: nothing before all of it is pickled.

    Parameters are otherwise those of `dumps`.  A `Pickler` writes while it pickles and holds less in memory.

    Parameters
    ----------
    file
        A path, or anything with a `write` method that takes bytes.  What is at a path is replaced once all is written and on
        disk: at every moment it is the old file or the new one.

    Raises
    ------
    pickle.PicklingError, TypeError
        As of `Pickler.dump`.
    TypeError
        `file` is neither a path nor has a `write` method.
    OSError
        Of the file, with its name.  What was at a path is as it was.
    """
    if not isinstance(file, (str, os.PathLike)) and not hasattr(file, "write"):
        raise TypeError("file must have a 'write' attribute")
    data = dumps(
        obj,
        protocol,
        buffer_callback,
        fix_imports=fix_imports,
        deterministic=deterministic,
        portable=portable,
        standalone=standalone,
    )
    if isinstance(file, (str, os.PathLike)):
        with files.replacing(file) as draft:
            draft.write(data)
    else:
        files.write_all(file, data)
