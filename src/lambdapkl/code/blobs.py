"""Converts code objects to bytes and back.

A *blob* has three parts, with numbers in little-endian order:

- the magic number of the interpreter's bytecode (2 bytes);
- the CRC-32 of the third part (4 bytes);
- the code in `marshal` version 2, shortened by `compact`.

`marshal.loads` and the evaluation loop trust their input. So the magic number and the checksum are
checked before either of them gets the code.

Version 2 of `marshal` has no references. Later versions flag an object for reuse if its reference
count is above one, so the bytes would depend on the rest of the process (CPython issue 34093).
"""

from __future__ import annotations

import _imp
import importlib.util
import marshal
import pickle
import sys
from binascii import crc32
from collections.abc import Callable
from operator import is_not
from types import CodeType
from typing import TYPE_CHECKING, Any

from ..errors import BytecodeMismatchError
from ..rules.names import plain
from . import compact

if TYPE_CHECKING:
    import dis

# The other two bytes of `MAGIC_NUMBER` are the same in every version.
MAGIC = importlib.util.MAGIC_NUMBER[:2]
MARSHAL_VERSION = 2
# The depth of nested constants and code. The functions that walk them are recursive. The compiler
# refuses source long before that depth.
MAX_NESTING = 400
# Limits of the cache of loaded code that each backend has: the number of entries, and the size in
# bytes of the largest blob that is kept.
MAX_CACHED_CODES = 4096
MAX_CACHED_BLOB = 1 << 16

_HEADER = len(MAGIC) + 4
# This flag exists since 3.14. Before, the first constant is the docstring if it is a string.
_HAS_DOCSTRING = 0x4000000 if sys.version_info >= (3, 14) else 0
_ATOMS = frozenset((type(None), bool, int, float, complex, str, bytes, type(Ellipsis)))

# How a patch describes a constant that `marshal` version 2 refuses: its first item, see `_encode`.
_VALUE, _TUPLE, _SLICE, _EXTERNAL = range(4)

Path = tuple[int, ...]


def pack(code: CodeType) -> tuple[bytes, str | None, tuple[Any, ...]]:
    """Return the blob of `code`, and what the blob cannot hold.

    The compiler's constants can be marshalled, except slices: they are constants since 3.14, and
    `marshal` writes them only from version 5 on. ``code.replace(co_consts=...)`` and code
    generators can make any object a constant.

    Returns
    -------
    tuple
        The blob; the file name, or None if the blob contains it; the constants that cannot be
        marshalled, in the order in which the blob numbers them.
    """
    patches: list[tuple[Path, Any]] = []
    external: list[Any] = []
    stripped = _strip(code, (), patches, external)
    body: Any = (stripped, tuple(patches)) if patches else stripped
    data, file_name = compact.shorten(marshal.dumps(body, MARSHAL_VERSION))
    return MAGIC + crc32(data).to_bytes(4, "little") + data, file_name, tuple(external)


def unpack(
    blob: bytes | CodeType,
    file_name: str | None = None,
    external: tuple[Any, ...] = (),
    lengthen: Callable[[bytes], bytes] = compact.lengthen,
) -> CodeType:
    """Return the code object of a blob.

    Parameters
    ----------
    file_name, external
        The file name and the constants that `pack` returned with the blob. If `external` is empty,
        each of these constants is None. Such code is enough to create a function to which a
        constant refers.
    lengthen
        The backend's implementation of `compact.lengthen`.

    Raises
    ------
    BytecodeMismatchError
        The blob was written by an interpreter with another bytecode.
    pickle.UnpicklingError
        The blob is damaged.
    """
    if type(blob) is CodeType:  # already created by another constructor
        return blob
    if type(blob) is not bytes or len(blob) <= _HEADER:
        raise pickle.UnpicklingError("the payload is damaged: a code object is cut short")
    if blob[:2] != MAGIC:
        raise BytecodeMismatchError(
            f"the payload contains bytecode of {interpreter(blob[:2])}, but this is {interpreter(MAGIC)}: "
            "load it with the version that wrote it, or write it with dumps(portable=True), which other versions can load"
        )
    data = blob[_HEADER:]
    if crc32(data) != int.from_bytes(blob[2:_HEADER], "little"):
        raise pickle.UnpicklingError("the payload is damaged: the checksum of a code object is wrong")
    body = marshal.loads(lengthen(data))
    if type(body) is tuple:
        body, patches = body
        for path, spec in patches:
            body = _patch(body, path, spec, external)
    if not isinstance(body, CodeType):
        raise pickle.UnpicklingError(f"the payload is damaged: it has a {type(body).__name__} in place of a code object")
    if file_name is not None:
        if type(file_name) is not str:
            raise pickle.UnpicklingError(f"the payload is damaged: it has a {type(file_name).__name__} in place of a file name")
        # The import system calls this for a module that was compiled under another path. It changes
        # the code object in place, so only code without other references may be passed.
        _imp._fix_co_filename(body, file_name)  # type: ignore[attr-defined]
    return body


def _marshallable(value: Any, depth: int) -> bool:
    """Whether `marshal` restores `value` unchanged.

    An object with the buffer protocol is not restored: `marshal` writes it as bytes.
    """
    kind = type(value)
    if kind in _ATOMS:
        return True
    if kind is not tuple and kind is not frozenset:
        return False
    _check_nesting(depth)
    # With `all`, each level would need a C call, whose recursion limit is lower.
    for item in value:  # noqa: SIM110
        if not _marshallable(item, depth + 1):
            return False
    return True


def _check_nesting(depth: int) -> None:
    if depth >= MAX_NESTING:
        raise pickle.PicklingError(f"cannot pickle a code object whose constants are nested more than {MAX_NESTING} deep")


def _strip(code: CodeType, path: Path, patches: list[tuple[Path, Any]], external: list[Any]) -> CodeType:
    """Return `code` with None for each constant that `marshal` refuses, described in `patches`."""
    _check_nesting(len(path))
    if not type(code.co_name) is type(code.co_qualname) is type(code.co_filename) is str:
        code = code.replace(
            co_name=plain(code.co_name), co_qualname=plain(code.co_qualname), co_filename=plain(code.co_filename)
        )
    constants = list(code.co_consts)
    for index, constant in enumerate(constants):
        if type(constant) is CodeType:
            constants[index] = _strip(constant, (*path, index), patches, external)
        elif not _marshallable(constant, len(path)):
            constants[index] = None
            patches.append(((*path, index), _encode(constant, external)))
    return code.replace(co_consts=tuple(constants)) if any(map(is_not, constants, code.co_consts)) else code


def _encode(value: Any, external: list[Any]) -> tuple[Any, ...]:
    if _marshallable(value, 0):
        return _VALUE, value
    if type(value) is tuple:
        return _TUPLE, *(_encode(item, external) for item in value)
    if type(value) is slice:
        return _SLICE, *(_encode(item, external) for item in (value.start, value.stop, value.step))
    external.append(value)
    return _EXTERNAL, len(external) - 1


def _decode(spec: tuple[Any, ...], external: tuple[Any, ...]) -> Any:
    kind, *rest = spec
    if kind == _VALUE:
        return rest[0]
    if kind == _TUPLE:
        return tuple(_decode(item, external) for item in rest)
    if kind == _SLICE:
        return slice(*(_decode(item, external) for item in rest))
    if not external:
        return None
    if not 0 <= rest[0] < len(external):
        raise pickle.UnpicklingError("the payload is damaged: a constant of a code object is missing")
    return external[rest[0]]


def _patch(code: CodeType, path: Path, spec: Any, external: tuple[Any, ...]) -> CodeType:
    index, *rest = path
    constants = list(code.co_consts)
    constants[index] = _patch(constants[index], tuple(rest), spec, external) if rest else _decode(spec, external)
    return code.replace(co_consts=tuple(constants))


def parameter_count(code: CodeType) -> int:
    """Return the number of parameters of `code`, ``*args`` and ``**kwargs`` included."""
    return code.co_argcount + code.co_kwonlyargcount + bool(code.co_flags & 4) + bool(code.co_flags & 8)


def docstring(code: CodeType) -> Any:
    """Return the ``__doc__`` that a new function with `code` gets, or None."""
    constants = code.co_consts
    if _HAS_DOCSTRING and not code.co_flags & _HAS_DOCSTRING:
        return None
    return constants[0] if constants and isinstance(constants[0], str) else None


def instructions(code: CodeType) -> list[dis.Instruction]:
    """Return the instructions of `code`, with None for its constants.

    `dis` makes a `repr` of each constant, which fails for long integers. The exception table is
    left out as well: `dis` loops over all offsets that a damaged one contains.
    """
    import dis  # few programs need it

    return list(dis.get_instructions(code.replace(co_consts=(None,) * len(code.co_consts), co_exceptiontable=b"")))


def interpreter(magic: bytes) -> str:
    """Return the name of the interpreter with this magic number.

    CPython reserves 50 numbers for each minor version since 3.11
    (``Include/internal/pycore_magic_number.h``). PyPy's numbers are below 1000.
    """
    if magic == MAGIC:
        name = {"cpython": "CPython", "pypy": "PyPy"}.get(sys.implementation.name, sys.implementation.name)
        return f"{name} {sys.version_info.major}.{sys.version_info.minor}"
    number = int.from_bytes(magic, "little")
    if number < 1000:
        return f"PyPy (bytecode {number})"
    if number >= 3450:
        return f"CPython 3.{11 + (number - 3450) // 50}"
    return f"a CPython older than 3.11 (bytecode {number})"
