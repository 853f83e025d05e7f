"""What commands share: targets, errors, output, progress."""

from __future__ import annotations

import importlib
import json
import os
import runpy
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from .. import COMPILED
from .._backend.pure_reason import notice
from ..files import replacing

__all__ = [
    "BROKEN_PIPE",
    "DAMAGED",
    "INTERRUPTED",
    "NO",
    "OK",
    "Problem",
    "Progress",
    "find",
    "is_file",
    "payload_of",
    "show",
    "tell_if_pure",
    "write_whole",
]

OK, NO, USAGE, DAMAGED, INTERRUPTED, BROKEN_PIPE = 0, 1, 2, 3, 130, 141

TARGET = 'MODULE:OBJECT or SCRIPT.py:OBJECT; the code outside of a script\'s `if __name__ == "__main__"` runs'


class Problem(Exception):
    """Something to tell the user in a line, and the exit status."""

    def __init__(self, text: str, status: int = USAGE) -> None:
        super().__init__(text)
        self.status = status


def is_file(target: str) -> bool:
    """Whether `target` is a file, or ``-``, and no name of an object."""
    return target == "-" or Path(target).is_file()


def payload_of(target: str) -> bytes:
    """Return the bytes of the file `target`, of the standard input for ``-``."""
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
        ``MODULE:OBJECT`` or ``SCRIPT.py:OBJECT``; what is after the colon may have dots.  A script is run under the name
        that `multiprocessing` gives to it in its children: what `__main__` guards stays out.
    by_value
        Register the module to be pickled by value.
    """
    place, colon, name = target.rpartition(":")
    if Path(target.removesuffix(":")).is_file():
        raise Problem(f"{target} lacks the name of an object; {_object_in(target.removesuffix(':'))}")
    if not colon or not place or not name:
        raise Problem(f"{target}: there is no such file; an object is MODULE:OBJECT or SCRIPT.py:OBJECT")
    script = place.endswith(".py")
    if script and not Path(place).is_file():
        raise Problem(f"{place}: there is no such file")
    sys.path.insert(0, str(Path(place).resolve().parent) if script else os.getcwd())
    try:
        if script:
            namespace = runpy.run_path(place, run_name="__mp_main__")
            if name.partition(".")[0] not in namespace:
                raise Problem(f"{place} has no {name.partition('.')[0]!r}")
            found = namespace[name.partition(".")[0]]
            rest = name.split(".")[1:]
        else:
            found = importlib.import_module(place)
            if by_value:
                from .. import register_pickle_by_value

                register_pickle_by_value(found)
            rest = name.split(".")
    except (Problem, BrokenPipeError):
        raise
    except ModuleNotFoundError as error:
        if error.name is not None and (place == error.name or place.startswith(f"{error.name}.")):
            raise Problem(f"there is no module {error.name!r}") from error
        raise Problem(_raised(place, error), DAMAGED) from error
    except (Exception, SystemExit) as error:
        raise Problem(_raised(place, error), DAMAGED) from error
    for part in rest:
        try:
            found = getattr(found, part)
        except AttributeError as error:
            raise Problem(f"{place} has no {name!r}") from error
    return found


def _object_in(file: str) -> str:
    """Say how to name an object in a file, with the names of functions and classes that it defines."""
    import ast

    try:
        body = ast.parse(Path(file).read_bytes()).body
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        body = []
    names = [each.name for each in body if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))]
    defined = f"; it defines {', '.join(names[:5])}{', ...' if len(names) > 5 else ''}" if names else ""
    return f"name an object in it: {file}:{names[0] if names else 'OBJECT'}{defined}"


def _raised(place: str, error: BaseException) -> str:
    last: TracebackType | None = error.__traceback__
    where = ""
    while last is not None:
        where = f" ({last.tb_frame.f_code.co_filename}:{last.tb_lineno})"
        last = last.tb_next
    return f"importing {place} raised {type(error).__name__}: {error}{where}"


def show(answer: Any, as_json: bool) -> None:
    """Print an answer of `lambdapkl.answers`: as JSON, in colours where a terminal and rich are there, or as text."""
    if as_json:
        print(json.dumps(answer.to_dict(), indent=1))
        return
    if sys.stdout.isatty() and "NO_COLOR" not in os.environ:
        try:
            import rich
        except ImportError:
            pass
        else:
            rich.print(answer)
            return
    print(answer)


def tell_if_pure(as_json: bool) -> None:
    """Say first that the pure backend runs, and why: pip does not show it."""
    if not COMPILED:
        print(*notice(), "", sep="\n", file=sys.stderr if as_json else sys.stdout)


def write_whole(path: str, text: str) -> None:
    """Write a file, all of it or nothing."""
    try:
        with replacing(path) as file:
            file.write(text.encode())
    except OSError as error:
        raise Problem(f"{path}: {error.strerror}") from error


class Progress:
    """A bar on the terminal's standard error, for work that takes longer than a second.

    tqdm draws it, or rich; where neither is installed there is none.

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
        self._start = time.monotonic()
        self._update: Callable[[int, int | None], None] | None = None
        self._close: Callable[[], None] | None = None
        self._wanted = sys.stderr.isatty()

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *error: object) -> None:
        if self._close is not None:
            self._close()

    def __call__(self, done: int, total: int | None = None) -> None:
        """Tell how far the work has come."""
        if self._wanted and self._update is None and time.monotonic() - self._start > 1:
            self._wanted = self._open(total)
        if self._update is not None:
            self._update(done, total)

    def _open(self, total: int | None) -> bool:
        """Draw a bar, and return whether there is something that draws one."""
        try:
            from tqdm import tqdm
        except ImportError:
            return self._open_rich(total)
        bar = tqdm(total=total, desc=self._what, unit=f" {self._unit}", unit_scale=True, file=sys.stderr, leave=False)

        def update(done: int, total: int | None) -> None:
            bar.update(done - bar.n)

        self._update, self._close = update, bar.close
        return True

    def _open_rich(self, total: int | None) -> bool:
        try:
            from rich.console import Console
            from rich.progress import Progress as Bar
        except ImportError:
            return False
        bar = Bar(console=Console(file=sys.stderr), transient=True)
        task = bar.add_task(self._what, total=total)
        bar.start()

        def update(done: int, total: int | None) -> None:
            bar.update(task, completed=done, total=total)

        self._update, self._close = update, bar.stop
        return True
