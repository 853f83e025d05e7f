"""Computes, for the Python backend, the blob of a code object and the names that it looks up."""

from __future__ import annotations

import weakref
from types import CodeType
from typing import Any

from ..rules import submodules
from ..rules.names import private
from . import blobs, bytecode

# Instruction -> how many low bits of its argument are flags.
_GLOBALS = {
    "LOAD_GLOBAL": bytecode.LOAD_GLOBAL_FLAGS,
    "STORE_GLOBAL": 0,
    "DELETE_GLOBAL": 0,
    "LOAD_NAME": 0,
    "LOAD_FROM_DICT_OR_GLOBALS": 0,
}


class CodeInfo:
    """Facts that depend only on a code object, computed once for each.

    Attributes
    ----------
    blob, file_name, constants
        What `blobs.pack` returns.
    names
        The names that may be globals, in order of appearance.
    attributes
        All names that the code looks up, attributes included.
    imports
        Whether the code imports anything.
    doc
        The docstring.
    """

    __slots__ = ("attributes", "blob", "constants", "doc", "file_name", "imports", "names")

    def __init__(self, code: CodeType) -> None:
        self.blob, self.file_name, self.constants = blobs.pack(code)
        names: dict[str, str] = {}
        attributes: set[str] = set()
        self.imports = _scan(code, names, attributes)
        self.names = tuple(names.values())
        self.attributes = frozenset(attributes)
        self.doc = blobs.docstring(code)

    def submodules(self, package: str) -> tuple[str, ...]:
        """Return the submodules of `package` that the code may use."""
        return tuple(map(private, submodules.used(package, self.attributes)))


_infos: dict[int, tuple[weakref.ref[CodeType], CodeInfo]] = {}


def code_info(code: CodeType) -> CodeInfo:
    """Return the `CodeInfo` of `code`."""
    entry = _infos.get(id(code))
    if entry is not None and entry[0]() is code:
        return entry[1]
    info = CodeInfo(code)
    try:
        reference = weakref.ref(code, lambda _, ident=id(code), infos=_infos: infos.pop(ident, None))  # type: ignore[misc]
    except TypeError:  # PyPy's built-in code objects
        return info
    _infos[id(code)] = reference, info
    return info


def packed(code: CodeType) -> tuple[bytes, str | None, tuple[Any, ...]]:
    """Return the result of `blobs.pack`, which is computed once for each code object."""
    info = code_info(code)
    return info.blob, info.file_name, info.constants


def _scan(code: CodeType, names: dict[str, str], attributes: set[str]) -> bool:
    """Collect the names that `code` and the code nested in it look up.

    Names that may be globals are added to `names`, in order of appearance; a class body reads
    globals with LOAD_NAME. All names are added to `attributes`. Return whether the code imports
    anything.
    """
    co_names = code.co_names
    attributes.update(co_names)
    if not submodules.BY_NAME.isdisjoint(co_names):
        for constant in code.co_consts:
            if type(constant) is str:
                attributes.update(constant.split("."))
    imports = False
    for _, (op, arg, _) in bytecode.instructions(code.co_code):
        shift = _GLOBALS.get(op)
        if shift is not None:
            name = co_names[arg >> shift]
            if name not in names:
                names[name] = private(name)
        elif op == "IMPORT_NAME":
            imports = True
    for constant in code.co_consts:
        if type(constant) is CodeType:
            imports |= _scan(constant, names, attributes)
    return imports
