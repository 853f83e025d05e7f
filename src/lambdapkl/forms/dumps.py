"""`dumps` with ``deterministic=True``, ``portable=True`` or ``standalone=True``.

Speed is not what these are for: all use the session in Python, whichever backend there is, so there is one of each.
"""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from operator import index
from types import CodeType, FunctionType
from typing import Any

from .. import _backend, reducers, wire
from .. import error_paths as diagnose
from .._pure import dumps as _pure
from .._pure.code_info import CodeInfo, code_info
from .._pure.session import Session
from ..code.placeless import without_places
from ..options import Variant, variant, writing
from ..pickler import Pickler
from ..rules.sets import Output
from . import portable
from .ordered import OrderedPickler
from .portable import forget as forget_texts

__all__ = ["VariantSession", "dumps"]


def dumps(
    obj: Any,
    protocol: int | None,
    buffer_callback: Callable[[pickle.PickleBuffer], object] | None,
    fix_imports: bool,
    deterministic: bool,
    portable: bool,
    standalone: bool,
) -> bytes:
    """Return `obj` as a pickle; parameters and errors are those of `lambdapkl.dumps`."""
    protocol = pickle.HIGHEST_PROTOCOL if protocol is None or index(protocol) < 0 else index(protocol)
    file = Output()
    with writing(Variant(deterministic, portable, standalone)):
        try:
            reducers.refresh()
            pickler = _pickler(file, protocol, fix_imports, buffer_callback)
            pickler.session.root = obj
            pickler.dump(obj)
        except Exception as error:
            diagnose.explain_error(error, obj)
            raise
        finally:
            forget_texts()
    return file.payload(_backend.in_order)


if _backend.COMPILED:
    _pure.configure(wire=wire, reducers=reducers, table=Pickler.dispatch_table, explain=diagnose.explain_error, variant=dumps)


def _pickler(file: Any, protocol: int, fix_imports: bool, buffer_callback: Any) -> Any:
    if variant().deterministic:
        return OrderedPickler(
            file, protocol, lambda: new_session(protocol), fix_imports=fix_imports, buffer_callback=buffer_callback
        )
    pickler: Any = _pure._Pickler(file, protocol, fix_imports=fix_imports, buffer_callback=buffer_callback)
    pickler.session = new_session(protocol)
    pickler.dispatch_table = pickler.session.table
    return pickler


def new_session(protocol: int) -> VariantSession:
    """Return a session for the variant that is asked for."""
    session = VariantSession(Pickler.dispatch_table)
    session.protocol = protocol
    return session


class VariantSession(Session):
    """A session that writes code in the form that is asked for when it is made."""

    def __init__(self, table: Any) -> None:
        self._variant = variant()
        super().__init__(table)

    def clear(self) -> None:
        """Forget everything, what has travelled of lambdapkl as well."""
        super().clear()
        # id of a code object -> that, and what is to be written of it
        self._infos: dict[int, tuple[CodeType, CodeInfo]] = {}
        # id of a code object -> a function that has it
        self._functions: dict[int, FunctionType] = {}
        self._carrier: Any = None
        if self._variant.standalone:
            from .standalone import Carrier  # it takes `ast`

            self._carrier = Carrier()

    def reduce(self, obj: Any) -> Any:
        """Reduce `obj`, or what lambdapkl makes it with."""
        if self._carrier is not None:
            reduced = self._carrier.reduce(obj)
            if reduced is not NotImplemented:
                return reduced
        if not self._variant.portable:
            return super().reduce(obj)
        if type(obj) is CodeType:
            # Not `info`: there the code stands for what is made of it here.
            info = self._info(obj)
            return portable.reduce_code(obj, self._functions.get(id(obj), obj), info, self._file_name(info))
        reduced = portable.reduce_special(obj)
        if reduced is not NotImplemented:
            return reduced
        reduced = super().reduce(obj)
        return portable.adapt(obj, reduced) if type(reduced) is tuple else reduced

    def describe(self, cls: type) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return what the skeleton of `cls` is made of, and its attributes."""
        args, attributes = super().describe(cls)
        return args, portable.adapt_annotations(cls, attributes, self) if self._variant.portable else attributes

    def info(self, code: CodeType) -> CodeInfo:
        """Return what is to be written of `code`, in the form that is asked for."""
        info = self._info(code)
        if self._variant.portable:
            info = copy.copy(info)
            info.blob, info.file_name = code, None  # type: ignore[assignment]
        return info

    def _info(self, code: CodeType) -> CodeInfo:
        known = self._infos.get(id(code))
        if known is None:
            known = self._infos[id(code)] = code, self.new_info(code)
        return known[1]

    def new_info(self, code: CodeType) -> CodeInfo:
        """Return what bytecode there is to be written of `code`."""
        info = code_info(code)
        if self._variant.deterministic:
            recreate = info.recreate
            info = CodeInfo(without_places(code))
            info.recreate = recreate
        return info

    def _attributes(self, func: FunctionType, *args: Any) -> dict[str, Any]:
        self._functions[id(func.__code__)] = func
        found = super()._attributes(func, *args)
        return portable.adapt_annotations(func, found, self) if self._variant.portable else found
