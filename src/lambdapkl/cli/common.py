"""Functions that the commands share: targets, errors, output, progress."""

from __future__ import annotations

import json
import os
import runpy
import sys
import time
import traceback
from importlib import import_module
from importlib.util import find_spec
from operator import attrgetter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from .. import COMPILED, register_pickle_by_value
from .._backend.pure_reason import notice

OK, NO, USAGE, DAMAGED, INTERRUPTED, BROKEN_PIPE = 0, 1, 2, 3, 130, 141

BACKEND = "compiled" if COMPILED else "pure Python"

TARGET = 'MODULE:OBJECT or SCRIPT.py:OBJECT; the code outside of a script\'s `if __name__ == "__main__"` runs'


class Problem(Exception):
    """An error that the user sees as one line, and the exit status."""

    def __init__(self, text: str, status: int = USAGE) -> None:
        super().__init__(text)
        self.status = status


def is_file(target: str) -> bool:
    """Whether `target` is a file or ``-``, not the name of an object."""
    return target == "-" or Path(target).is_file()


def payload_of(target: str) -> bytes:
    """Return the contents of the file `target`; ``-`` is the standard input."""
    if target.endswith(".py"):
        raise Problem(f"{target} is Python code; this command reads a file with a payload, which dump() writes")
    try:
        return sys.stdin.buffer.read() if target == "-" else Path(target).read_bytes()
    except OSError as error:
        raise Problem(f"{target}: {error.strerror}") from error


def find(target: str, by_value: bool = False) -> Any:
    """Return the object that `target` names.

    Parameters
    ----------
    target
        ``MODULE:OBJECT`` or ``SCRIPT.py:OBJECT``; OBJECT may have dots. A script runs under the name that
        `multiprocessing` gives it in child processes, so code that is guarded by ``__main__`` does not run.
    by_value
        Register the module to be pickled by value.
    """
    place, _, name = target.rpartition(":")
    file = target.removesuffix(":")
    if Path(file).is_file():
        raise Problem(f"{target} lacks the name of an object; {_object_in(file)}")
    if not place or not name:
        raise Problem(f"{target}: there is no such file; an object is MODULE:OBJECT or SCRIPT.py:OBJECT")
    script = place.endswith(".py")
    if script and not Path(place).is_file():
        raise Problem(f"{place}: there is no such file")
    sys.path.insert(0, str(Path(place).resolve().parent) if script else os.getcwd())
    try:
        found: Any = SimpleNamespace(**runpy.run_path(place, run_name="__mp_main__")) if script else import_module(place)
    except BrokenPipeError:
        raise
    except (Exception, SystemExit) as error:
        missing = error.name if isinstance(error, ModuleNotFoundError) else None
        if missing is not None and f"{place}.".startswith(f"{missing}."):
            raise Problem(f"there is no module {missing!r}") from error
        *_, (frame, line) = traceback.walk_tb(error.__traceback__)
        where = f"{frame.f_code.co_filename}:{line}"
        raise Problem(f"importing {place} raised {type(error).__name__}: {error} ({where})", DAMAGED) from error
    if by_value and not script:
        register_pickle_by_value(found)
    try:
        return attrgetter(name)(found)
    except AttributeError as error:
        raise Problem(f"{place} has no {name!r}") from error


def _object_in(file: str) -> str:
    """Return how to name an object in a file, with the functions and classes that the file defines."""
    import ast

    try:
        body = ast.parse(Path(file).read_bytes()).body
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        body = []
    names = [each.name for each in body if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))]
    defined = f"; it defines {', '.join(names[:5])}{', ...' if len(names) > 5 else ''}" if names else ""
    return f"name an object in it: {file}:{names[0] if names else 'OBJECT'}{defined}"


def show(answer: Any, as_json: bool) -> None:
    """Print a result: as JSON, as text, or in colours if the output is a terminal and rich is installed."""
    if as_json:
        print(json.dumps(answer.to_dict(), indent=1))
    elif sys.stdout.isatty() and "NO_COLOR" not in os.environ and find_spec("rich") is not None:
        import rich

        rich.print(answer)
    else:
        print(answer)


def tell_if_pure(as_json: bool) -> None:
    """Print that the pure backend runs, and why; pip does not show the output of a build."""
    if not COMPILED:
        print(*notice(), "", sep="\n", file=sys.stderr if as_json else sys.stdout)


class Progress:
    """A counter on the terminal's standard error, for work that takes longer than a second.

    Parameters
    ----------
    what
        What is being done.
    unit
        What is counted.
    """

    def __init__(self, what: str, unit: str) -> None:
        self._what = what
        self._unit = unit
        self._next = time.monotonic() + 1
        self._width = 0

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *error: object) -> None:
        if self._width:
            self._print("")
            self._print("")

    def __call__(self, done: int, total: int | None = None) -> None:
        """Show how much is done, at most ten times a second."""
        now = time.monotonic()
        if now >= self._next and sys.stderr.isatty():
            self._next = now + 0.1
            self._print(f"{self._what}: {done:,}{'' if total is None else f' of {total:,}'} {self._unit}")

    def _print(self, text: str) -> None:
        """Replace the line on the terminal."""
        print(f"\r{text:{self._width}}", end="", file=sys.stderr, flush=True)
        self._width = len(text)
