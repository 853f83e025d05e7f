"""Finds the class of this process's script for a key in a payload."""

from __future__ import annotations

import sys
from typing import Any

from ..options import Form, using_form
from ..rules import byvalue
from . import building
from .keys import Key, find, is_placeless, key_of


def defined_by_script(key: Key) -> Any:
    """Return the class with `key` that this process's script has defined, or None.

    A class of the script gets its key when it is first pickled. This process may not have pickled
    it yet, so the key is computed here.
    """
    module, qualname, digest, _ = key
    main = sys.modules.get("__main__")
    if module != "__main__" or main is None or type(qualname) is not str or qualname.partition(".")[0] not in vars(main):
        return None
    cls = byvalue.lookup(main, qualname)
    if not isinstance(cls, type) or cls.__module__ not in byvalue.MAIN_MODULES or building.unfinished(cls):
        return None
    with using_form(Form(deterministic=is_placeless(digest))):
        try:
            key_of(cls, module, cls.__qualname__)
        # The digest may run code of the program.
        except Exception:
            return None
    return find(key)
