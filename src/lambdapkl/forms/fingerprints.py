"""`fingerprint`: a key for caches, which changes when what an object does changes, and only then."""

from __future__ import annotations

import hashlib
import pickle
from types import AsyncGeneratorType, CodeType, CoroutineType, FunctionType, GeneratorType, ModuleType
from typing import Any

from ..code.behaviour import code_digest
from ..code.code_info import CodeInfo
from ..error_paths import explain_error
from ..frames import suspended
from ..options import Variant, writing
from ..reducers.table import DISPATCH_TABLE, refresh
from .copies import ATOMS, Copies
from .ordered import OrderedPickler
from .session import VariantSession

__all__ = ["fingerprint"]

# Fixed: a later protocol must not change every key.
_PROTOCOL = 5
_GENERATORS = (GeneratorType, CoroutineType, AsyncGeneratorType)


def fingerprint(obj: Any) -> str:
    """Return a SHA-256, in hexadecimal, that is the same for objects that do the same.

    It is that of the pickle of `obj` with ``deterministic=True`` in which each code object is replaced by what its instructions
    do.  So it changes with code, default values, captured values, and the globals that a function reaches; it does not change
    with the layout of the source, comments, or the place where it is written, nor from process to process.

    What is pickled by reference counts by its name alone: the functions of an installed library, and of a module of your own
    unless `register_pickle_by_value` names it.  Two versions of Python, whose bytecode differs, give two fingerprints, and
    so may two versions of lambdapkl.

    Parameters
    ----------
    obj
        Whatever `dumps` takes, but for generators and coroutines that are not finished.

    Raises
    ------
    pickle.PicklingError, TypeError
        As for `dumps`.

    Examples
    --------
    >>> fingerprint(lambda x: x + 1) == fingerprint(lambda x: (x  # the number before
    ...                                                        + 1))
    True
    """
    made = _Hash()
    with writing(Variant(deterministic=True, fingerprint=True)):
        try:
            refresh()
            OrderedPickler(made, _PROTOCOL, _new_session, buffer_callback=made.take_buffer).dump(obj)
        except Exception as error:
            explain_error(error, obj)
            raise
    return made.hexdigest()


class _Hash:
    """A file that keeps the hash of what is written."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self.hexdigest = self._hash.hexdigest

    def write(self, data: bytes) -> None:
        self._hash.update(data)

    def take_buffer(self, buffer: pickle.PickleBuffer) -> None:
        """Take what an array hands over without a copy."""
        view = buffer.raw()
        self._hash.update(b"%d %d" % (view.nbytes, view.readonly))
        self._hash.update(view)


class _Session(VariantSession):
    """A session in which code travels as what it does, and nothing that depends on what the process did before.

    A function does not say whose globals it shares: one that was loaded has globals of its own, and a class that it reaches
    may have been there before, with methods of other ones.  Each has the names it reaches instead; and what two globals of
    one module hold under one name counts as one object where the second is a copy of the first.
    """

    def clear(self) -> None:
        super().clear()
        # name of a module and name in it -> what was found there, copies but once
        self._found: dict[tuple[str | None, str], list[Any]] = {}
        self._copies = Copies()

    def new_info(self, code: CodeType) -> CodeInfo:
        info = super().new_info(code)
        info.blob, info.file_name = code_digest(code), None
        return info

    def reduce(self, obj: Any) -> Any:
        """Reduce `obj` as for any payload, but refuse what has stopped at an instruction.

        Raises
        ------
        pickle.PicklingError
            It is a generator or coroutine that is not finished.
        """
        if isinstance(obj, _GENERATORS) and suspended.state_of(obj) != suspended.FINISHED:
            raise pickle.PicklingError(
                f"cannot take the fingerprint of {type(obj).__name__} {obj.__qualname__!r}: where it has stopped goes by the "
                "layout of its source; take that of its function and arguments"
            )
        return super().reduce(obj)

    def _reduce_function(self, func: FunctionType) -> tuple[Any, ...]:
        namespace = func.__globals__
        owner, _ = self._globals.get(id(namespace), (None, None))
        if isinstance(owner, ModuleType):  # which brings all its names
            return super()._reduce_function(func)
        self._globals.pop(id(namespace), None)
        reduced = super()._reduce_function(func)
        self._globals.pop(id(namespace), None)
        found = namespace.get("__name__")
        module = found if isinstance(found, str) else None
        if namespace.get(func.__name__) is func:
            self._first(module, func.__name__, func)
        reached = reduced[2][0] if len(reduced) > 2 else None
        if reached:
            for name, value in reached.items():
                reached[name] = self._first(module, name, value)
        return reduced

    def _first(self, module: str | None, name: str, value: Any) -> Any:
        """Return what was found first under a name of a module, if `value` is that or a copy of it."""
        if type(value) in ATOMS or isinstance(value, (type, ModuleType)):
            return value
        known = self._found.setdefault((module, name), [])
        for each in known:
            if each is value or self._copies.are(each, value, self):
                return each
        known.append(value)
        return value

    def _add_submodules(self, *args: Any) -> None:
        """Leave out which submodules of a package are imported by now: code names what it uses of them."""


def _new_session() -> _Session:
    return _Session(DISPATCH_TABLE)
