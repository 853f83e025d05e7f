"""``lambdapkl run``: run a script or module with lambdapkl installed."""

from __future__ import annotations

import builtins
import io
import os
import sys
from importlib.machinery import SourceFileLoader
from types import CodeType, ModuleType
from typing import Any

from .install import install

__all__ = ["NoModuleError", "run_module", "run_script"]


class NoModuleError(Exception):
    """There is no module of this name that can be run."""


def run_script(path: str, argv: list[str]) -> None:
    """Run a Python file as ``python path *argv`` would, after `install`.

    The script is the real ``__main__`` of this process, and stays so: what it defines is pickled by value, also by threads
    and exit handlers that outlive it.

    Parameters
    ----------
    path
        A file with Python source.
    argv
        The script's arguments, without its name.

    Raises
    ------
    OSError
        The file cannot be read.
    SyntaxError
        It is not Python.
    BaseException
        Whatever the script raises, `SystemExit` included.
    """
    file = os.path.join(os.getcwd(), path)  # not normalized, as `python path` has it
    with io.open_code(file) as opened:
        code = compile(opened.read(), file, "exec", dont_inherit=True)
    _set_first_path(os.path.dirname(os.path.realpath(file)))
    sys.argv[:] = [path, *argv]
    install()
    # As `python path` has it, `__spec__` is None: multiprocessing's spawn then uses `__file__`.
    _run_as_main(code, __file__=file, __cached__=None, __loader__=SourceFileLoader("__main__", file), __spec__=None)


def run_module(name: str, argv: list[str]) -> None:
    """Run a module, or the ``__main__`` of a package, as ``python -m name *argv`` would, after `install`.

    As in `run_script`, it is the real ``__main__`` of this process, and stays so.

    Parameters
    ----------
    name
        The module's name; it is found on `sys.path`, which starts with the current folder.
    argv
        The module's arguments.

    Raises
    ------
    NoModuleError
        There is no such module, or it cannot be run.
    BaseException
        Whatever the module raises, `SystemExit` included.
    """
    import runpy

    _set_first_path(os.getcwd())
    sys.argv[:] = ["-m", *argv]
    install()
    # What `python -m` calls: it imports the packages that the module is in.
    _, spec, code = runpy._get_module_details(name, NoModuleError)  # type: ignore[attr-defined]
    sys.argv[0] = spec.origin
    _run_as_main(
        code,
        __file__=spec.origin,
        __cached__=spec.cached,
        __loader__=spec.loader,
        __package__=spec.parent,
        __spec__=spec,
    )


def _set_first_path(folder: str) -> None:
    """Let `sys.path` begin with `folder`, in place of the folder of lambdapkl's own script."""
    if not sys.flags.safe_path:
        sys.path[:1] = [folder]


def _run_as_main(code: CodeType, **attributes: Any) -> None:
    main = ModuleType("__main__")
    vars(main).update(attributes, __builtins__=builtins)
    sys.modules["__main__"] = main
    exec(code, vars(main))
