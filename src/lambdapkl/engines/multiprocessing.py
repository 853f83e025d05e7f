"""`multiprocessing` and `concurrent.futures` with lambdapkl as their pickler.

::

    from lambdapkl.engines.multiprocessing import get_context

    with get_context("spawn").Pool() as pool:
        print(pool.map(lambda x: x + 1, range(10)))

The classes are those of the standard library, with lambdapkl for tasks, results, exceptions and messages.
"""

from __future__ import annotations

import io
import multiprocessing
import pickle
import sys
from collections.abc import Callable, Iterable
from concurrent import futures
from concurrent.futures import process as _executor
from multiprocessing import connection as _connection
from multiprocessing import context as _contexts
from multiprocessing import managers as _managers
from multiprocessing import queues as _queues
from multiprocessing import reduction as _reduction
from types import FunctionType
from typing import TYPE_CHECKING, Any

from .. import pickler
from ..reducers.table import DISPATCH_TABLE, DispatchTable
from ..rules.reducer_tables import TABLE, Reducer
from . import main_module

if TYPE_CHECKING:
    from .interpreters import InterpreterPoolExecutor

__all__ = [
    "Connection",
    "InterpreterPoolExecutor",
    "JoinableQueue",
    "ProcessPoolExecutor",
    "Queue",
    "SimpleQueue",
    "get_context",
]


def __getattr__(name: str) -> Any:
    if name != "InterpreterPoolExecutor":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .interpreters import InterpreterPoolExecutor

    return InterpreterPoolExecutor


# ---- the pickler -------------------------------------------------------------------------------------------------------

_extra: dict[type, Reducer] = _reduction.ForkingPickler._extra_reducers  # type: ignore[attr-defined]
# lambdapkl's reducers for methods, partial objects and other types for which `multiprocessing` has simpler ones.
_ours = {kind: TABLE[kind] for kind in _extra if kind in TABLE and not hasattr(kind, "fileno")}


class ForkingPickler(pickler.Pickler):
    """lambdapkl's pickler with `multiprocessing`'s reducers for connections, sockets and shared memory."""

    # `_extra` is used directly, not a copy, as importing modules of `multiprocessing` adds reducers to it.
    dispatch_table = DispatchTable(_ours, _extra, *DISPATCH_TABLE.maps)

    def reducer_override(self, obj: Any) -> Any:
        """Pickle objects that the other process has in its ``__main__`` by reference, others as `lambdapkl.Pickler`."""
        if isinstance(obj, (FunctionType, type)) and main_module.known_to_children(obj):
            return obj.__qualname__
        return super().reducer_override(obj)

    @classmethod
    def dumps(cls, obj: Any, protocol: int | None = None) -> memoryview:
        """Return `obj` as a pickle."""
        file = io.BytesIO()
        cls(file, protocol).dump(obj)
        return file.getbuffer()


def _with(function: Any, **names: Any) -> Any:
    """Return a copy of the standard library's `function` with other values for some globals."""
    copy = FunctionType(
        function.__code__, {**function.__globals__, **names}, function.__name__, function.__defaults__, function.__closure__
    )
    copy.__kwdefaults__ = function.__kwdefaults__
    copy.__doc__ = function.__doc__
    return copy


# ---- pipes and queues --------------------------------------------------------------------------------------------------

_BaseConnection: Any = getattr(_connection, "Connection" if sys.platform != "win32" else "PipeConnection")
_BaseQueue: Any = _queues.Queue
_BaseJoinableQueue: Any = _queues.JoinableQueue
_BaseSimpleQueue: Any = _queues.SimpleQueue


class Connection(_BaseConnection):  # type: ignore[misc]
    """An end of a pipe."""

    send = _with(_BaseConnection.send, _ForkingPickler=ForkingPickler)

    @classmethod
    def take(cls, other: Any) -> Connection:
        """Return a connection that takes over the handle of `other`, which can no longer be used."""
        handle, other._handle = other._handle, None
        return cls(handle, other.readable, other.writable)


def _rebuild(reduced: tuple[Callable[..., Any], tuple[Any, ...]]) -> Connection:
    make, args = reduced
    return Connection.take(make(*args))


def _reduce_connection(connection: Connection) -> tuple[Any, ...]:
    return _rebuild, (_extra[_BaseConnection](connection),)


_reduction.register(Connection, _reduce_connection)


class Queue(_BaseQueue):  # type: ignore[misc]
    """`multiprocessing.Queue`."""

    _feed = staticmethod(_with(_BaseQueue._feed, _ForkingPickler=ForkingPickler))


# The method refers to `Queue._feed` by the global name `Queue`.
Queue._start_thread = _with(_BaseQueue._start_thread, Queue=Queue)


class JoinableQueue(Queue, _BaseJoinableQueue):  # type: ignore[misc]
    """`multiprocessing.JoinableQueue`."""


class SimpleQueue(_BaseSimpleQueue):  # type: ignore[misc]
    """`multiprocessing.SimpleQueue`."""

    _reader: Any
    _writer: Any

    def __init__(self, *, ctx: Any) -> None:
        super().__init__(ctx=ctx)
        # `Pool` uses these connections directly.
        self._reader = Connection.take(self._reader)
        self._writer = Connection.take(self._writer)
        if hasattr(self, "_poll"):
            self._poll = self._reader.poll

    put = _with(_BaseSimpleQueue.put, _ForkingPickler=ForkingPickler)


class _Listener(_connection.Listener):
    def accept(self) -> Any:
        return Connection.take(super().accept())


def _client(*args: Any, **kwargs: Any) -> Connection:
    return Connection.take(_connection.Client(*args, **kwargs))


# Managers look up serializers in this table, on both sides.
_managers.listener_client["lambdapkl"] = _Listener, _client  # type: ignore[attr-defined]


# ---- processes ---------------------------------------------------------------------------------------------------------


class _Process:
    """A process that is pickled with lambdapkl, whichever pickler is used."""

    _start_method: str

    def start(self) -> None:
        """Start the process."""
        if self._start_method == "fork":
            main_module.child_inherits()
        else:
            main_module.child_imports()
        super().start()  # type: ignore[misc]

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore_process, (bytes(ForkingPickler.dumps((type(self), vars(self)))),)


def _restore_process(payload: bytes) -> _Process:
    main_module.child_imports()
    cls, state = pickle.loads(payload)
    process: _Process = cls.__new__(cls)
    vars(process).update(state)
    return process


class _Context:
    """Base class of the contexts."""

    def Pipe(self, duplex: bool = True) -> tuple[Connection, Connection]:
        """Return two connected ends of a pipe."""
        first, second = _connection.Pipe(duplex)
        return Connection.take(first), Connection.take(second)

    def Queue(self, maxsize: int = 0) -> Queue:
        """Return a queue."""
        return Queue(maxsize, ctx=self)

    def JoinableQueue(self, maxsize: int = 0) -> JoinableQueue:
        """Return a queue whose tasks can be waited for."""
        return JoinableQueue(maxsize, ctx=self)

    def SimpleQueue(self) -> SimpleQueue:
        """Return a queue without a thread."""
        return SimpleQueue(ctx=self)

    def Manager(self) -> _managers.SyncManager:
        """Return a started manager."""
        manager = _managers.SyncManager(serializer="lambdapkl", ctx=self)  # type: ignore[arg-type]
        manager.start()
        return manager

    def ProcessPoolExecutor(self, max_workers: int | None = None, **options: Any) -> ProcessPoolExecutor:
        """Return an executor with processes of this context."""
        return ProcessPoolExecutor(max_workers, self, **options)


class SpawnProcess(_Process, _contexts.SpawnProcess):
    """A process of the start method spawn."""


class SpawnContext(_Context, _contexts.SpawnContext):
    """The start method spawn."""

    Process = SpawnProcess


_CONTEXTS: dict[str, Any] = {"spawn": SpawnContext()}

if sys.platform != "win32":

    class ForkProcess(_Process, _contexts.ForkProcess):
        """A process of the start method fork."""

    class ForkServerProcess(_Process, _contexts.ForkServerProcess):
        """A process of the start method forkserver."""

    class ForkContext(_Context, _contexts.ForkContext):
        """The start method fork."""

        Process = ForkProcess

    class ForkServerContext(_Context, _contexts.ForkServerContext):
        """The start method forkserver."""

        Process = ForkServerProcess

    _CONTEXTS.update(fork=ForkContext(), forkserver=ForkServerContext())


def get_context(method: str | None = None) -> Any:
    """Return a context like that of `multiprocessing.get_context`.

    Its `Process`, `Pool`, `Pipe`, `Queue`, `JoinableQueue`, `SimpleQueue` and `Manager` pickle with lambdapkl.
    Everything else is the standard library's.

    Parameters
    ----------
    method
        ``"spawn"``, ``"fork"`` or ``"forkserver"``; None for the default of `multiprocessing`.

    Raises
    ------
    ValueError
        The platform does not have this method.
    """
    name: str = multiprocessing.get_context().get_start_method() if method is None else method
    if name not in _CONTEXTS:
        raise ValueError(f"cannot find context for {name!r}; use one of {', '.join(sorted(_CONTEXTS))}")
    return _CONTEXTS[name]


# ---- concurrent.futures ------------------------------------------------------------------------------------------------


class _CallQueue(Queue, _executor._SafeQueue):
    """The queue of tasks; a task that cannot be pickled sets the error on its future."""


class ProcessPoolExecutor(futures.ProcessPoolExecutor):
    """`concurrent.futures.ProcessPoolExecutor` with lambdapkl for tasks, results and initializers.

    Parameters
    ----------
    mp_context
        A context that `get_context` returned, or the name of a start method; by default ``get_context()``.

    The other parameters and the errors are those of the standard library.
    """

    def __init__(
        self,
        max_workers: int | None = None,
        mp_context: Any = None,
        initializer: Callable[..., object] | None = None,
        initargs: Iterable[Any] = (),
        **more: Any,
    ) -> None:
        if mp_context is None and more.get("max_tasks_per_child") is not None:
            mp_context = "spawn"  # as the base class does, which refuses "fork" with max_tasks_per_child
        if not isinstance(mp_context, _Context):
            named = mp_context is None or isinstance(mp_context, str)
            mp_context = get_context(mp_context if named else mp_context.get_start_method())
        super().__init__(max_workers, mp_context, initializer, tuple(initargs), **more)
        # Replacing the class works in all versions; the arguments of its constructor differ between them.
        self._call_queue.__class__ = _CallQueue  # type: ignore[attr-defined]
