"""`Pickler`, `dumps` and `dump`: the interface of `pickle`, with the reducers of lambdapkl."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from functools import cached_property
from operator import index
from typing import Any, Protocol

from . import files
from ._backend.dumps import PayloadState, dumps, set_callbacks
from .attempts import HeldBuffers, Output
from .error_paths import explain_error
from .options import current
from .reducers.running_methods import CarefulFormNeeded
from .reducers.table import DISPATCH_TABLE, DispatchTable, UserTable, refresh, with_shared
from .rules.reducer_tables import Reducer
from .stdlib_picklers import BasePickler, PayloadStateMixin

__all__ = ["DEFAULT_PROTOCOL", "CloudPickler", "Pickler", "dump", "dumps"]

DEFAULT_PROTOCOL = pickle.HIGHEST_PROTOCOL


def _dumps_in_form(*args: Any, **options: Any) -> bytes:
    from .forms import dumps as forms  # few programs need it

    return forms.dumps(*args, **options)


def _dumps_with_buffers(obj: Any, protocol: int | None, callback: Callable[..., object], *args: bool) -> bytes:
    fix_imports, deterministic, portable, standalone = args
    held = HeldBuffers(callback)
    while True:
        data = dumps(
            obj,
            protocol,
            held,
            fix_imports=fix_imports,
            deterministic=deterministic,
            portable=portable,
            standalone=standalone,
        )
        if not held.pass_on():
            return data


# The backends cannot import these functions, which use the backends' `PayloadState`.
set_callbacks(
    explain_error=explain_error, dumps_in_form=_dumps_in_form, dumps_with_buffers=_dumps_with_buffers, held_buffers=HeldBuffers
)

_base_table: Any = vars(BasePickler).get("dispatch_table")


def refuse_deterministic(what: str) -> None:
    """Raise the error of a pickler that cannot write with ``deterministic=True``; `what` is its class or function."""
    raise pickle.PicklingError(
        f"{what} cannot write with deterministic=True, which options() or install() asked for: only lambdapkl.dumps and dump, "
        "and those functions of cloudpickle, put sets in order; call one of them, or leave the flag out"
    )


# Instances of these types refer to no other object.
_ALONE = (type(None), bool, int, float)


class Writer(Protocol):
    """A file opened for writing in binary mode."""

    def write(self, data: bytes, /) -> object: ...


class SharedTable:
    """`dispatch_table` of a pickler class. A table that is set on an instance comes before it, in that pickler.

    `_pickle` reads the attribute when a pickler is created. With a plain class attribute, it would miss later assignments.

    Parameters
    ----------
    table
        The class's table.
    merged
        Whether each pickler gets the whole table as one dictionary. loky copies it for each task, and copies a dictionary
        ten times as fast.
    """

    def __init__(self, table: DispatchTable, merged: bool = False) -> None:
        self._table = table
        self._merged = merged

    def __get__(self, pickler: Any, owner: type | None = None) -> Any:
        if pickler is None:
            return self._table
        payload_state = state_of(pickler)
        if self._merged and payload_state.table is self._table:
            refresh()
            merged: dict[type, Reducer] = {}
            for table in reversed(self._table.maps):
                merged.update(table)  # in one step: other threads may register reducers meanwhile
            payload_state.table = merged
        # A program gets the table that it has set. PyPy's pickler reads it from here, and needs the shared table as well.
        table = payload_state.table
        return table.maps[0] if type(table) is UserTable and _base_table is not None else table

    def __set__(self, pickler: Any, table: Any) -> None:
        merged = state_of(pickler).table
        # loky sets a copy of the merged table with additional entries: a lookup in one dictionary is faster.
        complete = self._merged and type(merged) is type(table) is dict and table.keys() >= merged.keys()
        _set_table(pickler, table if complete else with_shared(table, self._table))


def _set_table(pickler: Any, table: Any) -> None:
    pickler._payload_state.table = table
    if _base_table is not None:
        _base_table.__set__(pickler, table)
    else:
        # PyPy's pickler looks up the attribute for each object; a subclass may have its own table there.
        vars(pickler)["dispatch_table"] = table


class Pickler(PayloadStateMixin, BasePickler):
    """Write pickles of nearly any Python object to a file.

    Subclasses may override `reducer_override`, `persistent_id` and `dump`, and call ``super()``.

    Parameters
    ----------
    file
        Anything with a `write` method that takes bytes.
    protocol
        2 to 5; a negative number or None stands for the highest.  0 and 1 are `pickle`'s for plain data.
    buffer_callback
        Called with each `pickle.PickleBuffer` that may be pickled out of band (PEP 574); needs protocol 5.
    fix_imports
        As for `pickle.Pickler`; of use with protocol 2 and below.
    """

    @cached_property
    def _payload_state(self) -> PayloadState:
        # Created when it is first used, because a subclass may set `dispatch_table` before calling `super().__init__()`.
        payload_state = PayloadState(with_shared(type(self).dispatch_table, DISPATCH_TABLE))
        payload_state.protocol = pickle.HIGHEST_PROTOCOL
        return payload_state

    dispatch_table: Any = SharedTable(DISPATCH_TABLE)
    if _base_table is not None:
        # cloudpickle's name for it, which engines write to. `pickle._Pickler` (PyPy) has another table under this name.
        dispatch: Any = DISPATCH_TABLE

    _output: Output
    _held: HeldBuffers | None

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
        output: Any = Output(file) if hasattr(file, "write") else file  # otherwise `pickle` raises its error
        self._output = output
        self._held = None if buffer_callback is None else HeldBuffers(buffer_callback)
        super().__init__(output, protocol, fix_imports=fix_imports, buffer_callback=self._held)
        # `_pickle` has read the attribute, which may be the table of a subclass or an instance.
        table = self.dispatch_table
        if table is not self._payload_state.table and not isinstance(table, DispatchTable):
            _set_table(self, with_shared(table, DISPATCH_TABLE))

    def clear_memo(self) -> None:
        """Forget what was pickled so far: the next `dump` writes an independent payload."""
        super().clear_memo()
        self._payload_state.clear()

    def dump(self, obj: Any) -> None:
        """Write the pickled `obj` to the file.

        Raises
        ------
        pickle.PicklingError, TypeError
            Something cannot be pickled; the error's notes give the path to it. Or ``options(deterministic=True)`` is in
            force: only `dumps` and the function `dump` support it.
        """
        if current().deterministic:
            refuse_deterministic(type(self).__qualname__)
        refresh()
        payload_state = self._payload_state
        payload_state.root, payload_state.pickler, payload_state.held = obj, self, None
        # Before `__init__`, when `pickle` raises its error, and in a pickler that cloudpickle has created, there is none.
        output: Output | None = getattr(self, "_output", None)
        try:
            if output is None:
                super().dump(obj)
            else:
                _dump_in_attempts(self, output, super().dump, super().clear_memo, obj)
            if type(obj) not in _ALONE:
                self._payload_state.dumped.append(obj)
        except Exception as error:
            explain_error(error, obj)
            raise
        finally:
            for state in (payload_state, self._payload_state):
                state.root = state.pickler = state.held = state.opened = None


def _dump_in_attempts(
    pickler: Any, output: Output, write: Callable[[Any], None], clear_memo: Callable[[], None], obj: Any
) -> None:
    """Write `obj`; if needed, again in the careful form, or with buffers in band."""

    def start_again(payload_state: Any) -> None:
        # Keeps the objects alive meanwhile: a `__del__` could start a garbage collection, which
        # would follow references of the half-emptied memo.
        kept = pickler.memo.copy()
        clear_memo()
        del kept
        payload_state.clear()
        pickler._payload_state = payload_state
        output.again()

    payload_state, held = pickler._payload_state, pickler._held
    payload_state.opened = []
    openings = payload_state.openings
    # A second attempt starts with an empty memo. So there is none after the first dump, unless the memo was cleared.
    is_first = not payload_state.dumped
    if held is not None:
        held.begin()
        if is_first:
            held.watch(payload_state)
    output.begin(lambda: is_first and payload_state.openings != openings)
    try:
        write(obj)
        is_written = held is None or not held.pass_on()
        if not is_written:
            start_again(payload_state)
    except CarefulFormNeeded:
        if not is_first:
            raise pickle.PicklingError(
                "cannot pickle an instance before its class is complete, in a Pickler that has dumped other objects; call "
                "clear_memo() before this dump, or use lambdapkl.dumps"
            ) from None
        from .forms.careful import CarefulState  # few programs need it

        if held is not None:
            held.again()
        careful = CarefulState(payload_state.table)
        careful.protocol, careful.root, careful.pickler = payload_state.protocol, obj, pickler
        start_again(careful)
        is_written = False
    if not is_written:
        write(obj)
    output.end()


CloudPickler = Pickler
# Returns the state of a pickler, also if its class has no such attribute (see `engines.graft`).
state_of: Callable[[Any], PayloadState] = vars(Pickler)["_payload_state"].__get__


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
    """Write `obj` as a pickle to a file. Nothing is written before all of it is pickled.

    The other parameters are those of `dumps`. A `Pickler` writes while it pickles, and needs less memory.

    Parameters
    ----------
    file
        A path, or an object with a `write` method that takes bytes. A file at a path is replaced when the new one is
        complete and on disk: at every moment, the path is either the old file or the new one.

    Raises
    ------
    pickle.PicklingError, TypeError
        As for `Pickler.dump`.
    TypeError
        `file` is neither a path nor has a `write` method.
    OSError
        The file cannot be written; the error has its name. The old file at a path is unchanged.
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
