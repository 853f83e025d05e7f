"""`fingerprint`: a key for caches, which changes when what an object does changes, and only then."""

from __future__ import annotations

import hashlib
import pickle
from types import CodeType
from typing import Any

from . import diagnose, reducers
from ._pure import CodeInfo
from .canonical import code_digest
from .options import Variant, writing
from .ordered import OrderedPickler
from .pickler import Pickler
from .variants import VariantSession

__all__ = ["fingerprint"]

# Fixed: a later protocol must not change every key.
_PROTOCOL = 5


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
        Whatever `dumps` takes, but for suspended generators.

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
            reducers.refresh()
            OrderedPickler(made, _PROTOCOL, _new_session, buffer_callback=made.take_buffer).dump(obj)
        except Exception as error:
            diagnose.explain_error(error, obj)
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
    """A session in which code travels as what it does."""

    def new_info(self, code: CodeType) -> CodeInfo:
        info = super().new_info(code)
        info.blob, info.file_name = code_digest(code), None
        return info


def _new_session() -> _Session:
    session = _Session(Pickler.dispatch_table)
    session.protocol = _PROTOCOL
    return session
