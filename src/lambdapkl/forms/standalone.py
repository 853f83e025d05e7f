"""Writes payloads for readers without lambdapkl, with the source of the constructors.

Where other payloads refer to a constructor such as `lambdapkl.wire.function`, a standalone payload
calls a package that it creates in the reader (`bootstrap`). The arguments are the name of the
constructor, and the definitions that it needs and that did not come earlier in the payload
(`shaking`).
"""

from __future__ import annotations

import pickle
import sys
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

from .. import wire
from .._backend.dumps import dumps
from ..rules import byvalue
from ..rules.names import private
from . import shaking

__all__ = ["Carrier"]

# The expression that returns the package in the reader. It executes `bootstrap` only if the package
# does not exist yet.
_START = (
    "__import__('sys').modules.get('_lambdapkl.'+key)or exec(__import__('zlib').decompress(text).decode())or package_of(key)"
)
_OURS = __name__.partition(".")[0]
_NAMES = {id(getattr(wire, name)): name for name in wire.__all__}
# Constructors that a payload cannot contain -> why, and what to do instead.
_REFUSED = {
    "generator": "a suspended generator or coroutine needs lambdapkl's compiled backend in the reader; "
    "pickle it before its first step, pickle its results, or leave out standalone=True"
}
_KINDS = frozenset((FunctionType, BuiltinFunctionType, type(wire.function), type(dumps), ModuleType))


class _Package:
    """Represents the reader's package, a `bootstrap.Carried`, in the dump."""

    def __call__(self, name: str, text: bytes) -> Any:
        return getattr(wire, name)


class Carrier:
    """Reduces the constructors of one payload to calls of the reader's package."""

    def __init__(self) -> None:
        self._package = _Package()
        self._reduced: dict[str, tuple[Any, ...]] = {}

    def reduce(self, obj: Any) -> Any:
        """Return the reduced value of a callable of `lambdapkl.wire`, else NotImplemented.

        Raises
        ------
        pickle.PicklingError
            `obj` cannot be loaded without lambdapkl, or the source files of lambdapkl are missing.
        """
        name = _NAMES.get(id(obj))
        if type(obj) is _Package:
            return eval, (_START, {private("key"): shaking.release(), private("text"): shaking.bootstrap()})
        refuse(obj)
        return NotImplemented if name is None else self._constructor(name)

    def _constructor(self, name: str) -> tuple[Any, ...]:
        reduced = self._reduced.get(name)
        if reduced is None:
            try:
                text = shaking.chunk(name, frozenset(self._reduced))
            except shaking.SourcesMissingError as error:
                raise _error(str(error)) from None
            reduced = self._reduced[name] = self._package, (private(name), text)
        return reduced


def refuse(obj: Any) -> None:
    """Raise a PicklingError if `obj` itself cannot be loaded without lambdapkl."""
    name = _NAMES.get(id(obj))
    if name is not None:
        if name in _REFUSED:
            raise _error(_REFUSED[name])
        return
    kind = type(obj)
    if kind not in _KINDS and not issubclass(kind, type):
        return
    module = obj.__name__ if isinstance(obj, ModuleType) else getattr(obj, "__module__", None)
    if type(module) is not str or module.partition(".")[0] != _OURS or byvalue.is_registered(module):
        return
    if isinstance(obj, ModuleType):
        what = f"the module {module}"
    elif byvalue.lookup(sys.modules.get(module), obj.__qualname__) is obj:
        what = f"{module}.{obj.__qualname__}"
    else:
        return
    raise _error(
        f"{what} is pickled by reference, and the reader has no lambdapkl; "
        "import it inside the function where it is needed, or leave out standalone=True"
    )


def _error(text: str) -> pickle.PicklingError:
    error = pickle.PicklingError(f"cannot pickle with standalone=True: {text}")
    # `error_paths` uses this: its walk does not know this form.
    error.refuse = refuse  # type: ignore[attr-defined]
    return error
