"""`dump_session` and `load_session`: save the names of ``__main__``, for example of a notebook, in a file.

The file is a stream of pickles with one memo: a header, then a pair of name and value for each name, in the order of their
definition. Functions of the session are pickled without globals: after loading, their globals are those of the reader's
``__main__``, where the names appear one by one. So a function that loading a value calls, such as the `__hash__` of a key,
finds the names that were defined before the value.
"""

from __future__ import annotations

import io
import os
import pickle
import re
import sys
import warnings
from collections.abc import Collection
from importlib import import_module
from types import MethodType, ModuleType
from typing import Any, BinaryIO

from .. import files
from ..error_paths import explain_error
from ..files import Nowhere, Path
from ..options import current
from ..pickler import Pickler, Writer, refuse_deterministic
from ..reducers.table import refresh
from ..rules.byvalue import MAIN_MODULES, is_dynamic
from ..rules.names import private, private_key
from ..stdlib_picklers import BasePickler
from ..unpickler import Unpickler

__all__ = ["SessionError", "dump_session", "load_session"]

_FORMAT = "lambdapkl.session"
_VERSION = 1

# Names that the interpreter sets in any module.
_MODULE_NAMES = frozenset(
    f"__{name}__"
    for name in (
        *("annotate", "annotate_func", "annotations", "builtins", "cached", "conditional_annotations", "debuggerskip"),
        *("doc", "file", "loader", "name", "package", "path", "spec", "warningregistry"),
    )
)
# IPython's history: `_`, `__`, `___`, `_12`, `_i`, `_ii`, `_iii`, `_i12`, `_ih`, `_oh`, `_dh`; `!command` sets `_exit_code`.
_HISTORY = re.compile(r"_{1,3}|_i{1,3}|_i?\d+|_[iod]h|In|Out|_exit_code")


class SessionError(pickle.PicklingError):
    """Names of a session cannot be pickled.

    Attributes
    ----------
    reasons : dict of str to str
        For each such name, the error and the path from its value to the object that cannot be pickled.
    """

    __module__ = "lambdapkl"

    def __init__(self, reasons: dict[str, str]) -> None:
        super().__init__(reasons)
        self.reasons = reasons

    def __str__(self) -> str:
        count = len(self.reasons)
        lines = "".join(f"  {name}: {reason}\n" for name, reason in self.reasons.items())
        return (
            f"{count} name{'s' * (count != 1)} of the session cannot be saved, and nothing was written:\n{lines}"
            "Delete them, name them in skip=, or leave out all that fail with unpicklable='skip'."
        )


def dump_session(
    file: Path | Writer,
    main: ModuleType | None = None,
    *,
    skip: Collection[str] = (),
    unpicklable: str = "raise",
) -> dict[str, str]:
    """Write the names of ``__main__``, with their values, to a file.

    The names that the interpreter, IPython and Jupyter keep there are left out. Objects that names share are still shared after
    loading. Imported modules, and the objects that they define, are pickled by reference. So are objects that cannot be
    pickled, if they have the same name in the module that they were imported from.

    Parameters
    ----------
    file
        A path, or a file opened for writing in binary mode. A file at a path is replaced when the new one is complete and on
        disk: at every moment, the path is either the old session or the new one. An open file gets the complete session or,
        after an error, nothing.
    main
        The module whose names are saved, ``__main__`` by default. Functions and classes that another module defines in its
        file are pickled by reference.
    skip
        Names to leave out.
    unpicklable : {"raise", "skip"}
        What to do if values cannot be pickled: raise an error that lists all their names, or leave those names out.

    Returns
    -------
    dict of str to str
        The names that were left out because their values cannot be pickled, each with the reason. A `UserWarning` lists
        them as well.

    Raises
    ------
    SessionError
        Values cannot be pickled.
    ValueError
        `main` is a module that a reader cannot import, `skip` has an unknown name, or `unpicklable` has another value.
    """
    if unpicklable not in ("raise", "skip"):
        raise ValueError(f"unpicklable is 'raise' or 'skip', not {unpicklable!r}")
    if current().deterministic:
        refuse_deterministic("dump_session")
    main = sys.modules["__main__"] if main is None else main
    name = _name_of(main)
    if isinstance(skip, str):
        skip = (skip,)
    if unknown := set(skip) - vars(main).keys():
        raise ValueError(f"skip has names that {name} does not: {', '.join(sorted(unknown))}")
    values = {key: value for key, value in _own_names(main).items() if key not in skip}
    reasons: dict[str, str] = {}
    if isinstance(file, (str, os.PathLike)):
        with files.replacing(file) as draft:
            _write(draft, main, name, values, reasons, unpicklable)
    else:
        buffer = io.BytesIO()
        _write(buffer, main, name, values, reasons, unpicklable)
        files.write_all(file, buffer.getvalue())
    if reasons:
        lines = "".join(f"\n  {name}: {reason}" for name, reason in reasons.items())
        warnings.warn(f"names left out of the session:{lines}", stacklevel=2)
    return reasons


def load_session(file: Path | BinaryIO) -> list[str]:
    """Set the names and values that `dump_session` has written in ``__main__``.

    Other names of ``__main__`` are not changed. If loading fails, no name is changed.

    Parameters
    ----------
    file
        A path, or a file opened for reading in binary mode. Loading executes arbitrary code: only load files that you trust.

    Returns
    -------
    list of str
        The names, in the order in which they were defined.

    Raises
    ------
    pickle.UnpicklingError
        The file is not a session, damaged or truncated.
    BytecodeMismatchError
        It was written by another minor version of Python.
    ImportError, AttributeError
        A module that the session refers to does not exist, or lacks a name.
    """
    if isinstance(file, (str, os.PathLike)):
        with open(file, "rb") as opened:
            return load_session(opened)
    unpickler = Unpickler(file)
    header = unpickler.load()
    if type(header) is not dict or header.get("format") != _FORMAT:
        raise pickle.UnpicklingError("this is not a session written by lambdapkl.dump_session")
    if header["version"] != _VERSION:
        raise pickle.UnpicklingError(f"a session of format {header['version']}; this lambdapkl reads format {_VERSION}")
    namespace = vars(import_module(header["module"]))
    before: dict[str, Any] = {}
    missing = object()
    names: list[str] = []
    try:
        for _ in range(header["names"]):
            name, value = unpickler.load()
            before.setdefault(name, namespace.get(name, missing))
            namespace[sys.intern(name) if type(name) is str else name] = value
            names.append(name)
    except BaseException as error:
        for name, value in before.items():
            if value is missing:
                namespace.pop(name, None)
            else:
                namespace[name] = value
        if isinstance(error, EOFError):
            text = f"the session is cut short: {len(names)} of {header['names']} names are there"
            raise pickle.UnpicklingError(text) from error
        raise
    return names


def _name_of(main: ModuleType) -> str:
    if main is sys.modules.get("__main__"):
        return "__main__"
    name = main.__name__
    if name in MAIN_MODULES or sys.modules.get(name) is not main or is_dynamic(main):
        raise ValueError(f"no reader can import the module {name!r}; lambdapkl.dumps pickles it with all that is in it")
    return name


def _own_names(main: ModuleType) -> dict[str, Any]:
    """Return the names in `main` that the user has set, with their values."""
    shell = _ipython(main)
    # As in `%who`: the names that IPython has set, unless the user gave them another value.
    hidden = getattr(shell, "user_ns_hidden", {})
    missing = object()
    return {
        name: value
        for name, value in vars(main).copy().items()
        if name not in _MODULE_NAMES
        and hidden.get(name, missing) is not value
        and not (shell is not None and _HISTORY.fullmatch(name))
    }


def _ipython(main: ModuleType) -> Any:
    """Return the IPython shell whose names are those of `main`, or None."""
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", None)
    shell = None if get_ipython is None else get_ipython()
    return shell if getattr(shell, "user_ns", None) is vars(main) else None


class _SessionPickler(Pickler):
    """Pickles `values` of a module one by one; functions of the module are pickled without globals."""

    def __init__(self, file: Writer, main: ModuleType, values: dict[str, Any]) -> None:
        super().__init__(file)
        self._owner = main
        self._payload_state.own_globals(vars(main), main)
        # A weak reference may refer to an object in any of the values.
        self._payload_state.root, self._payload_state.pickler = list(values.values()), self

    def dump(self, obj: Any) -> None:
        # The caller explains the error, because it knows `main`.
        BasePickler.dump(self, obj)


class _Imported:
    """Replaces a value that the reader can get from the module that it was imported from."""

    def __init__(self, module: ModuleType, name: str) -> None:
        self._parts = module, name

    def __reduce__(self) -> Any:
        return getattr, self._parts


def _write(
    file: BinaryIO, main: ModuleType, module: str, values: dict[str, Any], reasons: dict[str, str], unpicklable: str
) -> None:
    """Write `values` to the empty `file`; remove those that fail from `values`, and put their reasons into `reasons`.

    After a failure, a part of the failed value is in the file and in the pickler's memo, so everything is written again. To
    do so only once, the other values are first tried one by one.
    """
    refresh()
    while True:
        failed = _write_once(file, main, module, values)
        if failed is None:
            return
        # The values before the failed one have been written, so they can be pickled.
        suspects = list(values)[list(values).index(failed) :]
        for name in suspects:
            reason = _reason(main, values, values[name])
            if reason is None and name != failed:
                continue
            imported = _as_imported(name, values[name])
            if imported is not None:
                values[name] = imported
            else:
                reasons[name] = reason or "cannot be pickled beside the other names"
                del values[name]
        if reasons and unpicklable == "raise":
            raise SessionError(reasons)
        file.seek(0)
        file.truncate()


def _write_once(file: BinaryIO, main: ModuleType, module: str, values: dict[str, Any]) -> str | None:
    """Write `values` to `file`; return the first name that fails, or None."""
    pickler = _SessionPickler(file, main, values)
    pickler.dump({"format": _FORMAT, "version": _VERSION, "module": module, "names": len(values)})
    for name, value in values.items():
        try:
            pickler.dump((private_key(name), value))
        except Exception as error:
            if isinstance(error, OSError) and _reason(main, values, value) is None:
                raise  # an error of the file
            return name
    return None


def _reason(main: ModuleType, values: dict[str, Any], value: Any) -> str | None:
    """Return why `value` cannot be pickled, or None if it can."""
    try:
        _SessionPickler(Nowhere(), main, values).dump(value)
    except Exception as raised:
        error = raised
        try:
            explain_error(error, value, owner=main)
        except Exception as clearer:
            error = clearer
        text = f"{error}" if isinstance(error, pickle.PicklingError) else f"{type(error).__name__}: {error}"
        return "\n    ".join([text, *map(str, getattr(error, "__notes__", ()))])
    return None


def _as_imported(name: str, value: Any) -> _Imported | None:
    """Return an object that replaces `value` if ``from module import name`` gives it, or None.

    Jupyter replaces `getpass.getpass` by a method of its kernel, bound again for each cell. That cannot be pickled, and a
    reader has its own.
    """
    for key, module in list(sys.modules.items()):
        if not isinstance(module, ModuleType) or key in MAIN_MODULES:
            continue
        found = vars(module).get(name)
        if found is value or (type(found) is type(value) is MethodType and found == value):
            if module.__name__ == key and not is_dynamic(module):
                return _Imported(module, private(name))
    return None
