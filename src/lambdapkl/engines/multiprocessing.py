"""multiprocessing and concurrent.futures with lambdas, closures and local classes.

    from lambdapkl.engines import multiprocessing

    context = multiprocessing.get_context("spawn")
    with context.Pool(2) as pool:
        print(pool.map(lambda x: x * x, range(10)))

The context is the standard library's, with its methods; processes, queues and pipes made by it pickle with lambdapkl, those
of other contexts do not.  Locks, pipes and shared memory go where multiprocessing allows it.
"""

from __future__ import annotations

import contextlib
import copyreg
import io
import multiprocessing
import pickle
import sys
from collections.abc import Callable
from concurrent import futures
from multiprocessing import connection, context, managers, pool, process, queues, reduction
from types import FunctionType
from typing import TYPE_CHECKING, Any

from .. import byvalue, reducers
from ..pickler import Pickler, _Table
from ..pickler import dumps as _dumps_by_value

__all__ = ["Manager", "ProcessPoolExecutor", "get_context"]

_extra: dict[type, Any] = reduction.ForkingPickler._extra_reducers  # type: ignore[attr-defined]


class _ForkingPickler(Pickler):
    """`multiprocessing`'s pickler, extending ours: with the reducers for what only a child or a connection may have."""

    # One for all picklers, which are made for each task: `_extra` is what multiprocessing's `register` writes to.
    dispatch_table = _Table(_extra, reducers.OVERRIDES, copyreg.dispatch_table, reducers.TABLE)

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, (FunctionType, type)) and obj.__module__ in byvalue.MAIN_MODULES:
            main = sys.modules.get("__main__")
            if hasattr(main, "__file__") and byvalue.lookup(main, obj.__qualname__) is obj:
                # The child's `__main__` has it, as a rule; what an initializer set there is seen by the child's own functions
                # only.  Under ``if __name__ == "__main__"``, or since the child was forked, it has not.
                try:
                    return _find_or_load, (obj.__qualname__, _fingerprint(obj), _dumps_by_value(obj))
                except Exception:  # a global that cannot travel is no obstacle to what plain pickle does
                    return _find_or_load, (obj.__qualname__, _fingerprint(obj), None)
        return super().reducer_override(obj)


def _fingerprint(obj: Any) -> Any:
    code = getattr(obj, "__code__", None)
    return None if code is None else (code.co_firstlineno, code.co_code)


def _find_or_load(qualname: str, fingerprint: Any, payload: bytes | None) -> Any:
    found = byvalue.lookup(sys.modules.get("__main__"), qualname)
    if found is not None and _fingerprint(found) == fingerprint:
        return found
    if payload is None:
        raise AttributeError(f"Can't get attribute {qualname!r} on the process's __main__, and it could not be sent by value")
    return pickle.loads(payload)


def _dumps(obj: Any) -> bytes:
    with io.BytesIO() as file:
        _ForkingPickler(file).dump(obj)
        return file.getvalue()


class _Packed:
    """An object in the form of its payload, for code that pickles with the standard library's pickler."""

    def __init__(self, obj: Any) -> None:
        self.obj = obj

    def __reduce__(self) -> Any:
        return pickle.loads, (_dumps(self.obj),)


# ---- connections and queues -------------------------------------------------------------------------------------------


class _Connection(connection.Connection):  # type: ignore[misc,name-defined,unused-ignore]
    def send(self, obj: Any) -> None:
        """Send an object to the other end."""
        self._check_closed()  # type: ignore[attr-defined]
        self._check_writable()  # type: ignore[attr-defined]
        self._send_bytes(memoryview(_dumps(obj)))  # type: ignore[attr-defined]


def _adopt(plain: Any) -> Any:
    """Return `plain`, a connection, as one of ours; a pipe or socket of Windows stays what it is."""
    if type(plain) is connection.Connection:
        plain.__class__ = _Connection
    return plain


def _reduce_connection(conn: Any) -> Any:
    rebuild, args = connection.reduce_connection(conn)  # type: ignore[attr-defined]
    return _rebuild_connection, (rebuild, args)


def _rebuild_connection(rebuild: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    return _adopt(rebuild(*args))


reduction.register(_Connection, _reduce_connection)


# Without their parameter: 3.15 takes none.


class _SimpleQueue(queues.SimpleQueue):  # type: ignore[type-arg]
    def __init__(self, *, ctx: Any) -> None:
        super().__init__(ctx=ctx)
        _adopt(self._reader)  # type: ignore[attr-defined]
        _adopt(self._writer)  # type: ignore[attr-defined]

    def put(self, item: Any) -> None:
        data = _dumps(item)
        if self._wlock is None:  # type: ignore[attr-defined]
            self._writer.send_bytes(data)  # type: ignore[attr-defined]
        else:
            with self._wlock:  # type: ignore[attr-defined]
                self._writer.send_bytes(data)  # type: ignore[attr-defined]


class _Queue(queues.Queue):  # type: ignore[type-arg]
    def put(self, obj: Any, block: bool = True, timeout: float | None = None) -> None:
        super().put(_Packed(obj), block, timeout)


class _JoinableQueue(queues.JoinableQueue):  # type: ignore[type-arg]
    def put(self, obj: Any, block: bool = True, timeout: float | None = None) -> None:
        super().put(_Packed(obj), block, timeout)


class _Listener(connection.Listener):
    def accept(self) -> Any:
        return _adopt(super().accept())


def _client(*args: Any, **kwargs: Any) -> Any:
    return _adopt(connection.Client(*args, **kwargs))


managers.listener_client["lambdapkl"] = (_Listener, _client)  # type: ignore[attr-defined]


# ---- processes --------------------------------------------------------------------------------------------------------


def _restore_process(cls: Any, state: dict[str, Any]) -> Any:
    restored: Any = cls.__new__(cls)
    vars(restored).update(state)
    return restored


class _State:
    """A process object on its way: pickled apart, by our pickler."""

    def __init__(self, obj: Any) -> None:
        self.obj = obj

    def __reduce__(self) -> Any:
        return _restore_process, (type(self.obj), vars(self.obj))


class _ByValue(process.BaseProcess):
    def __reduce__(self) -> Any:
        return _Packed(_State(self)).__reduce__()


if sys.platform != "win32":

    class _ForkProcess(_ByValue, context.ForkProcess):
        pass

    class _ForkServerProcess(_ByValue, context.ForkServerProcess):
        pass


class _SpawnProcess(_ByValue, context.SpawnProcess):
    pass


if TYPE_CHECKING:
    _Base = context.BaseContext
else:
    _Base = object


class _Mixin(_Base):
    """What a context makes, with our pickler."""

    def Queue(self, maxsize: int = 0) -> Any:
        return _Queue(maxsize, ctx=self.get_context())

    def JoinableQueue(self, maxsize: int = 0) -> Any:
        return _JoinableQueue(maxsize, ctx=self.get_context())

    def SimpleQueue(self) -> Any:
        return _SimpleQueue(ctx=self.get_context())

    def Pipe(self, duplex: bool = True) -> tuple[Any, Any]:
        first, second = super().Pipe(duplex)
        return _adopt(first), _adopt(second)

    def Pool(
        self,
        processes: int | None = None,
        initializer: Callable[..., object] | None = None,
        initargs: Any = (),
        maxtasksperchild: int | None = None,
    ) -> pool.Pool:
        return pool.Pool(processes, initializer, initargs, maxtasksperchild, context=self.get_context())

    def Manager(self) -> managers.SyncManager:
        manager = managers.SyncManager(serializer="lambdapkl", ctx=self.get_context())
        manager.start()
        return manager

    def ProcessPoolExecutor(self, max_workers: int | None = None, **options: Any) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(max_workers, self, **options)


class _SpawnContext(_Mixin, context.SpawnContext):
    Process = _SpawnProcess


_contexts: dict[str, Any] = {"spawn": _SpawnContext()}
if sys.platform != "win32":

    class _ForkContext(_Mixin, context.ForkContext):
        Process = _ForkProcess

    class _ForkServerContext(_Mixin, context.ForkServerContext):
        Process = _ForkServerProcess

    _contexts |= {"fork": _ForkContext(), "forkserver": _ForkServerContext()}


def get_context(method: str | None = None) -> Any:
    """Return a `multiprocessing` context that pickles with lambdapkl.

    Parameters
    ----------
    method : {"spawn", "fork", "forkserver"}, optional
        How processes start; by default as `multiprocessing` starts them.

    Raises
    ------
    ValueError
        There is no such method on this platform.
    """
    if method is None:
        # The first one is the default; to ask for that by `get_start_method` would settle it for the program.
        method = multiprocessing.get_start_method(allow_none=True) or multiprocessing.get_all_start_methods()[0]
    if method not in _contexts:
        raise ValueError(f"cannot find context for {method!r}; there are {', '.join(sorted(_contexts))}")
    chosen = _contexts[method]
    with contextlib.suppress(AttributeError):
        chosen._check_available()
    return chosen


def Manager(method: str | None = None) -> managers.SyncManager:
    """Return a started manager whose proxies take and give what lambdapkl pickles.  `method` is that of `get_context`."""
    started: managers.SyncManager = get_context(method).Manager()
    return started


# ---- concurrent.futures -----------------------------------------------------------------------------------------------


class _Task:
    def __init__(self, fn: Callable[..., Any], args: Any, kwargs: Any) -> None:
        self.call = fn, args, kwargs

    def __reduce__(self) -> Any:
        return _restore_task, (_Packed(self.call),)

    def __call__(self) -> Any:
        fn, args, kwargs = self.call
        return fn(*args, **kwargs)


def _restore_task(call: Any) -> _Task:
    return _Task(*call)


class ProcessPoolExecutor(futures.ProcessPoolExecutor):
    """`concurrent.futures.ProcessPoolExecutor` for what lambdapkl pickles: calls, initializer, results and exceptions.

    Parameters
    ----------
    max_workers, initializer, initargs, max_tasks_per_child
        As there.
    mp_context
        A context of `get_context`, or the name of a start method.
    """

    def __init__(self, max_workers: int | None = None, mp_context: Any = None, *args: Any, **options: Any) -> None:
        if mp_context is None and options.get("max_tasks_per_child") is not None:
            mp_context = "spawn"  # the base class's choice, too: "fork" is not allowed there
        if mp_context is None or isinstance(mp_context, str):
            mp_context = get_context(mp_context)
        super().__init__(max_workers, mp_context, *args, **options)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> futures.Future[Any]:
        """Schedule ``fn(*args, **kwargs)``; return its future."""
        return super().submit(_Task(fn, args, kwargs))


if sys.version_info >= (3, 14):

    def _run_packed(payload: bytes) -> bytes:
        """Run a call in another interpreter; exceptions travel as results do."""
        try:
            outcome = True, pickle.loads(payload)()
        except BaseException as error:
            outcome = False, error
        return _dumps_by_value(outcome)

    class InterpreterPoolExecutor(futures.InterpreterPoolExecutor):
        """`concurrent.futures.InterpreterPoolExecutor` for what lambdapkl pickles.

        The compiled module cannot be loaded by other interpreters than the first: there the pure backend works.
        """

        def __init__(
            self,
            max_workers: int | None = None,
            thread_name_prefix: str = "",
            initializer: Callable[..., object] | None = None,
            initargs: Any = (),
        ) -> None:
            if initializer is not None:
                initializer, initargs = _initialize, (_dumps_by_value(_Call(initializer, initargs, {})),)
            super().__init__(max_workers, thread_name_prefix, initializer, initargs)

        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> futures.Future[Any]:
            """Schedule ``fn(*args, **kwargs)``; return its future."""
            payload = _dumps_by_value(_Call(fn, args, kwargs))
            inner = super().submit(_run_packed, payload)
            outer: futures.Future[Any] = _Outer(inner)
            inner.add_done_callback(lambda done: _hand_over(done, outer))
            return outer

    class _Call:
        def __init__(self, fn: Callable[..., Any], args: Any, kwargs: Any) -> None:
            self.fn, self.args, self.kwargs = fn, args, kwargs

        def __call__(self) -> Any:
            return self.fn(*self.args, **self.kwargs)

    class _Outer(futures.Future[Any]):
        """The future of an unpacked result; to cancel it is to cancel the call."""

        def __init__(self, inner: futures.Future[bytes]) -> None:
            super().__init__()
            self._inner = inner

        def cancel(self) -> bool:
            return self._inner.cancel() and super().cancel()

        def running(self) -> bool:
            return self._inner.running()

    def _initialize(payload: bytes) -> None:
        pickle.loads(payload)()

    def _hand_over(inner: futures.Future[bytes], outer: futures.Future[Any]) -> None:
        if inner.cancelled():
            futures.Future.cancel(outer)
            outer.set_running_or_notify_cancel()
            return
        try:
            succeeded, value = pickle.loads(inner.result())
        except BaseException as error:
            succeeded, value = False, error
        (outer.set_result if succeeded else outer.set_exception)(value)

    __all__ += ["InterpreterPoolExecutor"]
