"""`fingerprint`: a cache key that changes if, and only if, the behaviour of an object changes."""

from __future__ import annotations

import hashlib
import pickle
from functools import partial
from types import CodeType, FunctionType, ModuleType
from typing import Any

from ..code.behaviour import code_digest
from ..code.code_info import CodeInfo
from ..error_paths import explain_error
from ..frames import suspended
from ..options import Form, using_form
from ..reducers.table import DISPATCH_TABLE, refresh
from .copies import ATOMS, Comparer
from .ordered import OrderedPickler
from .payload_state import FormState

__all__ = ["fingerprint"]

# A fixed number, so that a new protocol does not change all fingerprints.
_PROTOCOL = 5


def fingerprint(obj: Any) -> str:
    """Return a SHA-256 digest, in hexadecimal, that is the same for objects that do the same.

    It is the digest of the pickle of `obj` with ``deterministic=True``, in which each code object
    is replaced by a description of its instructions. It depends on code, default values, captured
    values, and the globals that functions use. It does not depend on the process, on comments, on
    the layout of the source, or on where the source is.

    Objects that are pickled by reference contribute only their name. These are the functions of
    installed libraries, and of your own modules unless `register_pickle_by_value` was called for
    them. Different versions of Python give different fingerprints, and different versions of
    lambdapkl may do so.

    Parameters
    ----------
    obj
        Any object that `dumps` accepts, except suspended generators and coroutines.

    Returns
    -------
    str
        64 hexadecimal digits.

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
    digest = _Hash()
    with using_form(Form(deterministic=True, fingerprint=True)):
        try:
            refresh()
            make_state = partial(_FingerprintState, DISPATCH_TABLE)
            OrderedPickler(digest, _PROTOCOL, make_state, buffer_callback=digest.take_buffer).dump(obj)
        except Exception as error:
            explain_error(error, obj)
            raise
    return digest.hexdigest()


class _Hash:
    """A writable file that computes a hash of its contents."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self.hexdigest = self._hash.hexdigest

    def write(self, data: bytes) -> None:
        self._hash.update(data)

    def take_buffer(self, buffer: pickle.PickleBuffer) -> None:
        """Add the contents of an array, which come without a copy."""
        view = buffer.raw()
        self._hash.update(b"%d %d" % (view.nbytes, view.readonly))
        self._hash.update(view)


class _FingerprintState(FormState):
    """A `PayloadState` that writes the behaviour of code, and nothing that depends on the process.

    It does not write which functions share globals, because a loaded function has globals of its
    own. Each function has the globals that it reaches instead. If two namespaces of one module have
    copies of an object under the same name, these count as one object.
    """

    def clear(self) -> None:
        super().clear()
        # name of a module and name in it -> the objects there that are no copies of each other
        self._distinct: dict[tuple[str | None, str], list[Any]] = {}
        self._comparer = Comparer()

    def new_info(self, code: CodeType) -> CodeInfo:
        info = super().new_info(code)
        info.blob, info.file_name = code_digest(code), None
        return info

    def reduce(self, obj: Any) -> Any:
        """Reduce `obj` as for any payload, but refuse suspended generators and coroutines.

        Raises
        ------
        pickle.PicklingError
            `obj` is one.
        """
        if suspended.is_suspended(obj):
            raise pickle.PicklingError(
                f"cannot take the fingerprint of the {type(obj).__name__} {obj.__qualname__!r}: the instruction at which it is "
                "suspended depends on the layout of its source; take the fingerprint of its function and arguments"
            )
        return super().reduce(obj)

    def _reduce_function(self, func: FunctionType) -> tuple[Any, ...]:
        namespace = func.__globals__
        owner, _ = self._globals.get(id(namespace), (None, None))
        if isinstance(owner, ModuleType):  # the module's namespace is pickled whole
            return super()._reduce_function(func)
        self._globals.pop(id(namespace), None)
        reduced = super()._reduce_function(func)
        self._globals.pop(id(namespace), None)
        module_name = namespace.get("__name__")
        module = module_name if isinstance(module_name, str) else None
        if namespace.get(func.__name__) is func:
            self._first(module, func.__name__, func)
        reached = reduced[2][0] if len(reduced) > 2 else None
        if reached:
            for name, value in reached.items():
                reached[name] = self._first(module, name, value)
        return reduced

    def _first(self, module: str | None, name: str, value: Any) -> Any:
        """Return the first object under this name if `value` is a copy of it, else `value`."""
        if type(value) in ATOMS or isinstance(value, (type, ModuleType)):
            return value
        known = self._distinct.setdefault((module, name), [])
        for each in known:
            if each is value or self._comparer.equal(each, value, self):
                return each
        known.append(value)
        return value

    def _add_submodules(self, *args: Any) -> None:
        """Do nothing: which submodules are imported depends on the process."""

    def _use_submodules(self, *args: Any) -> None:
        """Do nothing."""
