"""Functions and classes of modules that were loaded from a file, under a name that nobody can import.

They are pickled by value. A reader that has loaded the same file under the same name uses what it
has: a process that was forked, or one that runs the same loader.
"""

from __future__ import annotations

import sys
from types import FunctionType, ModuleType
from typing import Any

from .. import wire
from ..options import Form, current_form
from ..restorers.loaded_files import find
from ..rules import finders

_PLAIN = Form()


def from_file(obj: Any, reduced: tuple[Any, ...], payload_state: Any) -> tuple[Any, ...]:
    """Add module, file and name of `obj`, a function, class or module, to its reduced value.

    The other forms of payload contain no places, so they are not changed.
    """
    name: Any
    qualname: str | None
    if isinstance(obj, ModuleType):
        name = getattr(obj, "__name__", None)
    elif type(obj) is FunctionType:
        name = obj.__globals__.get("__name__") if reduced[0] is wire.function else None
    else:
        name = obj.__module__
    spec = finders.not_found.get(name) if type(name) is str else None
    module: Any = None if spec is None else sys.modules.get(name)
    if module is None or module.__spec__ is not spec or current_form() != _PLAIN:
        return reduced
    if module is obj:
        qualname = ""
    elif type(obj) is FunctionType and obj.__globals__ is not vars(module):
        return reduced
    else:
        qualname = obj.__qualname__ if find(module, obj.__qualname__) is obj else None
    place = (
        payload_state.name(name),
        payload_state.name(spec.origin),
        None if qualname is None else payload_state.name(qualname),
    )
    constructor, args, *rest = reduced
    found = (wire.from_file, (*place, constructor, *args))
    if not rest or rest[0] is None:
        return found
    return (*found, (*place, rest[0], rest[3]), None, None, wire.from_file)
