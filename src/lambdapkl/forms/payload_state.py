"""The `PayloadState` for ``deterministic=True``, ``portable=True`` and ``standalone=True``."""

from __future__ import annotations

import copy
from types import CodeType, FunctionType
from typing import Any

from .._pure.payload_state import PayloadState
from ..code.code_info import CodeInfo, code_info
from ..code.placeless import without_places
from ..options import current_form, using_form
from ..reducers.table import DISPATCH_TABLE
from . import portable

__all__ = ["FormState", "state_for_paths"]


def state_for_paths() -> FormState | None:
    """Return a state that refuses what the failed dump refused, None where a plain one does.

    What a standalone payload refuses besides, its error says itself (`error_paths`).
    """
    wanted = current_form()
    if not wanted.portable:
        return None
    with using_form(wanted._replace(standalone=False)):
        return FormState(DISPATCH_TABLE)


class FormState(PayloadState):
    """A `PayloadState` that writes code in the form that is asked for when it is made."""

    def __init__(self, table: Any) -> None:
        self._form = current_form()
        super().__init__(table)

    def clear(self) -> None:
        """Forget everything, what has travelled of lambdapkl as well."""
        super().clear()
        # id of a code object -> that, and what is to be written of it
        self._infos: dict[int, tuple[CodeType, CodeInfo]] = {}
        # id of a code object -> a function that has it
        self._functions: dict[int, FunctionType] = {}
        self._carrier: Any = None
        if self._form.standalone:
            from .standalone import Carrier  # it takes `ast`

            self._carrier = Carrier()

    def reduce(self, obj: Any) -> Any:
        """Reduce `obj`, or what lambdapkl makes it with."""
        if self._carrier is not None:
            reduced = self._carrier.reduce(obj)
            if reduced is not NotImplemented:
                return reduced
        if not self._form.portable:
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
        return args, portable.adapt_annotations(cls, attributes, self) if self._form.portable else attributes

    def info(self, code: CodeType) -> CodeInfo:
        """Return what is to be written of `code`, in the form that is asked for."""
        info = self._info(code)
        if self._form.portable:
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
        if self._form.deterministic:
            info = CodeInfo(without_places(code))
        return info

    def _attributes(self, func: FunctionType, *args: Any) -> dict[str, Any]:
        self._functions[id(func.__code__)] = func
        found = super()._attributes(func, *args)
        return portable.adapt_annotations(func, found, self) if self._form.portable else found
