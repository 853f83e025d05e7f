"""``lambdapkl run SCRIPT``: run a script with lambdapkl installed."""

from __future__ import annotations

import builtins
import io
import os
import sys
from importlib.machinery import SourceFileLoader
from types import ModuleType

from .install import install

__all__ = ["run_script"]


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
    with io.open_code(os.path.abspath(path)) as file:
        code = compile(file.read(), path, "exec", dont_inherit=True)
    main = ModuleType("__main__")
    vars(main).update(
        __file__=path,
        __builtins__=builtins,
        __cached__=None,
        __loader__=SourceFileLoader("__main__", path),
        __spec__=None,  # as `python path` has it: multiprocessing's spawn then goes by `__file__`
    )
    sys.argv[:] = [path, *argv]
    if not sys.flags.safe_path:
        sys.path[:1] = [os.path.dirname(os.path.abspath(path))]
    sys.modules["__main__"] = main
    install()
    exec(code, vars(main))
