"""Decide which objects of ``__main__`` child processes of `multiprocessing` have themselves.

Normally everything in ``__main__`` is pickled by value. But a worker of `multiprocessing` has the module
itself, forked or imported from the script. So objects in it are pickled by reference, as with the standard
library. An initializer and later tasks then share global variables, and classes are the same on both sides.
"""

from __future__ import annotations

import ast
import sys
from functools import lru_cache
from types import FunctionType, ModuleType

from ..rules import process_lock
from ..rules.byvalue import MAIN_MODULES, lookup

__all__ = ["child_imports", "child_inherits", "known_to_children"]

_imported = False
# The functions and classes that ``__main__`` had at every fork so far; None before the first fork.
_forked: dict[str, object] | None = None


def child_imports() -> None:
    """Record that a child process imports the script, as with the start methods spawn and forkserver."""
    global _imported
    _imported = True


def child_inherits() -> None:
    """Record the contents of ``__main__`` before a process is forked."""
    global _forked
    # Under the lock, as two threads that fork at once must not overwrite each other's result.
    with process_lock.lock:
        now: dict[str, object] = {
            name: value for name, value in vars(_main()).copy().items() if isinstance(value, (FunctionType, type))
        }
        if _forked is not None:
            now = {name: value for name, value in now.items() if _forked.get(name) is value}
        _forked = now


def known_to_children(obj: FunctionType | type) -> bool:
    """Whether every child process started so far has `obj` in its own ``__main__``."""
    if not (_imported or _forked is not None) or obj.__module__ not in MAIN_MODULES:
        return False
    main = _main()
    if lookup(main, obj.__qualname__) is not obj:
        return False
    first = obj.__qualname__.partition(".")[0]
    if _forked is not None and _forked.get(first) is not vars(main)[first]:
        return False
    # Without a file, as in a notebook, children import nothing: see `spawn.get_preparation_data`.
    path = getattr(main, "__file__", None)
    return not _imported or (path is not None and first in _names_in(path))


def _main() -> ModuleType:
    return sys.modules["__main__"]


@lru_cache(4)
def _names_in(path: str) -> frozenset[str]:
    """Return the names that a script has when it is imported as ``__mp_main__``."""
    try:
        with open(path, "rb") as file:
            tree = ast.parse(file.read(), path)
    except (OSError, SyntaxError, ValueError):
        return frozenset()
    names: set[str] = set()
    _collect(tree.body, names)
    return frozenset(names)


def _collect(statements: list[ast.stmt], names: set[str]) -> None:
    """Add the functions and classes that `statements` define where ``__name__`` is not ``"__main__"``."""
    for statement in statements:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(statement.name)
        elif isinstance(statement, ast.If):
            if not _is_guard(statement.test):
                _collect(statement.body, names)
            _collect(statement.orelse, names)
        elif isinstance(statement, (ast.Try, ast.With)):
            _collect(statement.body, names)
            _collect([each for handler in getattr(statement, "handlers", ()) for each in handler.body], names)
            _collect(getattr(statement, "orelse", []), names)
        elif isinstance(statement, ast.Assign):
            # `Point = namedtuple("Point", "x y")`
            names.update(target.id for target in statement.targets if isinstance(target, ast.Name))


def _is_guard(test: ast.expr) -> bool:
    return any(isinstance(node, ast.Name) and node.id == "__name__" for node in ast.walk(test))
