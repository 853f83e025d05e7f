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
    """Return a state that refuses what the failed dump refused, or None if a plain state does.

    The errors of standalone payloads know themselves what such payloads refuse (`error_paths`).
    """
    form = current_form()
    if not form.portable:
        return None
    with using_form(form._replace(standalone=False)):
        return FormState(DISPATCH_TABLE)


class FormState(PayloadState):
    """A `PayloadState` that writes code in the form that is current when it is created."""

    def __init__(self, table: Any) -> None:
        self._form = current_form()
        super().__init__(table)

    def clear(self) -> None:
        """Forget everything, also which parts of lambdapkl the payload contains."""
        super().clear()
        # id of a code object -> the code object, and the facts that are written
        self._infos: dict[int, tuple[CodeType, CodeInfo]] = {}
        # id of a code object -> a function that has it
        self._functions: dict[int, FunctionType] = {}
        self._carrier: Any = None
        if self._form.standalone:
            from .standalone import Carrier  # it imports `ast`

            self._carrier = Carrier()

    def _reduce(self, obj: Any) -> Any:
        """Reduce `obj`, which may be a constructor of lambdapkl."""
        if self._carrier is not None:
            reduced = self._carrier.reduce(obj)
            if reduced is not NotImplemented:
                return reduced
        if not self._form.portable:
            return super()._reduce(obj)
        if type(obj) is CodeType:
            # Not `info`: its blob is the code object itself, which is reduced here.
            info = self._info(obj)
            return portable.reduce_code(obj, self._functions.get(id(obj), obj), info, self._file_name(info))
        reduced = portable.reduce_special(obj)
        if reduced is not NotImplemented:
            return reduced
        reduced = super()._reduce(obj)
        return portable.adapt(obj, reduced) if type(reduced) is tuple else reduced

    def describe(self, cls: type) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return the arguments for the skeleton of `cls`, and its attributes."""
        args, attributes = super().describe(cls)
        return args, portable.adapt_annotations(cls, attributes, self) if self._form.portable else attributes

    def info(self, code: CodeType) -> CodeInfo:
        """Return the facts that are written about `code`, in the current form."""
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
        """Return the facts about `code`; without file name and lines if the form is deterministic."""
        return CodeInfo(without_places(code)) if self._form.deterministic else code_info(code)

    def _attributes(self, func: FunctionType, *args: Any) -> dict[str, Any]:
        self._functions[id(func.__code__)] = func
        found = super()._attributes(func, *args)
        return portable.adapt_annotations(func, found, self) if self._form.portable else found
