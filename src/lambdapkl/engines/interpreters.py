"""`concurrent.futures.InterpreterPoolExecutor` (3.14 and later) with lambdapkl as its pickler."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

from ..pickler import dumps

if sys.version_info < (3, 14):
    raise ImportError("InterpreterPoolExecutor needs Python 3.14 or later")
# Imported by name, as mypy checks for a Python version without this module.
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
            # The error cannot be pickled, so `concurrent.futures` reports it as text.
            raise error from None


class _Context(_standard.WorkerContext):  # type: ignore[misc]
    """A worker that receives tasks and returns results as bytes."""

    def run(self, task: Task) -> Any:
        succeeded, payload = super().run(task)
        value = pickle.loads(payload)
        if succeeded:
            return value
        raise value


class InterpreterPoolExecutor(_standard.InterpreterPoolExecutor):  # type: ignore[misc]
    """`concurrent.futures.InterpreterPoolExecutor` with lambdapkl for tasks, results and initializers.

    Everything in ``__main__`` is pickled by value, so functions share no global variables with other tasks or
    with the initializer. In the workers' interpreters lambdapkl is pure Python. Parameters and errors are
    those of the standard library.
    """

    @classmethod
    def prepare_context(cls, initializer: Any, initargs: Any) -> Any:
        """Return a function that creates a worker and one that creates a task."""

        def resolve(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Task:
            # Pickled here so that `submit` raises the error if something cannot be pickled.
            return _run, (dumps((function, args, kwargs)),), {}

        first = None if initializer is None else resolve(initializer, tuple(initargs), {})
        return lambda: _Context(first), resolve
