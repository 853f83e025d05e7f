"""`concurrent.futures.InterpreterPoolExecutor` (3.14 and later) for whatever lambdapkl pickles."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

from ..pickler import dumps

if sys.version_info < (3, 14):
    raise ImportError("InterpreterPoolExecutor needs Python 3.14 or later")
# mypy sees a version that has no such module.
_standard: Any = import_module("concurrent.futures.interpreter")

__all__ = ["InterpreterPoolExecutor"]

Task = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]


def _run(payload: bytes) -> tuple[bool, bytes]:
    """Run a task in a worker's interpreter: return whether it succeeded, and its result or exception."""
    try:
        function, args, kwargs = pickle.loads(payload)
        return True, dumps(function(*args, **kwargs))
    except BaseException as error:
        try:
            return False, dumps(error)
        except Exception:
            # Something that cannot be pickled hangs on it: then `concurrent.futures` says what it can.
            raise error from None


class _Context(_standard.WorkerContext):  # type: ignore[misc]
    """A worker that gets tasks, and gives results, as bytes."""

    @classmethod
    def prepare(cls, initializer: Any, initargs: Any) -> Any:
        def resolve(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Task:
            # When the task is submitted, so that what cannot be pickled is an error there.
            return _run, (dumps((function, args, kwargs)),), {}

        first = None if initializer is None else resolve(initializer, tuple(initargs), {})
        return lambda: cls(first), resolve

    def run(self, task: Task) -> Any:
        succeeded, payload = super().run(task)
        value = pickle.loads(payload)
        if succeeded:
            return value
        raise value


class InterpreterPoolExecutor(_standard.InterpreterPoolExecutor):  # type: ignore[misc]
    """`concurrent.futures.InterpreterPoolExecutor` for tasks, results and initializers that only lambdapkl pickles.

    Everything of ``__main__`` travels by value: its functions share no global variables with those of other tasks, nor
    with the initializer.  In the workers' interpreters lambdapkl is pure Python.  Parameters and errors are those of the
    standard library.
    """

    @classmethod
    def prepare_context(cls, initializer: Any, initargs: Any) -> Any:
        """Return what makes a worker, and what makes a task."""
        return _Context.prepare(initializer, initargs)
