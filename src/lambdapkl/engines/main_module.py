"""What the child processes of `multiprocessing` have of ``__main__``.

Elsewhere all of ``__main__`` travels by value.  But a worker of `multiprocessing` has the module itself: it was forked
with it, or has imported the script.  What is there travels by its name, as with the standard library, so that an
initializer and the tasks after it share global variables, and a class is the same class on both sides.
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
# What there was at every fork so far.
_forked: dict[str, object] | None = None


def child_imports() -> None:
    """Note that there is a process which imports the script: the start method is spawn or forkserver."""
    global _imported
    _imported = True


def child_inherits() -> None:
    """Note that a process is about to be forked."""
    global _forked
    # Two threads that fork at once must not each leave out what the other one has seen.
    with process_lock.lock:
        now: dict[str, object] = {
            name: value for name, value in vars(_main()).copy().items() if isinstance(value, (FunctionType, type))
        }
        if _forked is not None:
            now = {name: value for name, value in now.items() if _forked.get(name) is value}
        _forked = now


def known_to_children(obj: FunctionType | type) -> bool:
    """Whether each process that was started so far finds `obj` in its own ``__main__``."""
    if not (_imported or _forked is not None) or obj.__module__ not in MAIN_MODULES:
        return False
    main = _main()
    if lookup(main, obj.__qualname__) is not obj:
        return False
    first = obj.__qualname__.partition(".")[0]
    if _forked is not None and _forked.get(first) is not vars(main)[first]:
        return False
    return not _imported or first in _importable(main)


def _main() -> ModuleType:
    return sys.modules["__main__"]


def _importable(main: ModuleType) -> frozenset[str]:
    """Return the names that `main` has when it is imported as ``__mp_main__``."""
    path = getattr(main, "__file__", None)
    # Without a file or a spec, in a notebook for one, children import nothing: see `spawn.get_preparation_data`.
    return frozenset() if path is None else _names_in(path)


@lru_cache(4)
def _names_in(path: str) -> frozenset[str]:
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
