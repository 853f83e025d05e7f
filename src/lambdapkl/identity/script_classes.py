"""Classes that the script of this process has defined, found by the keys in payloads."""

from __future__ import annotations

import sys
from typing import Any

from ..options import Variant, writing
from ..rules import byvalue
from . import building
from .keys import Key, find, is_placeless, key_of

__all__ = ["defined_by_script"]


def defined_by_script(key: Key) -> Any:
    """Return the class that this process's script has defined and that `key` describes, or None.

    Classes of a script get their keys when they are first pickled, which this process may not have done yet.
    """
    module, qualname, digest, _ = key
    main = sys.modules.get("__main__")
    if module != "__main__" or main is None or type(qualname) is not str or qualname.partition(".")[0] not in vars(main):
        return None
    found = byvalue.lookup(main, qualname)
    if not isinstance(found, type) or found.__module__ not in byvalue.MAIN_MODULES or building.unfinished(found):
        return None
    with writing(Variant(deterministic=is_placeless(digest))):
        try:
            key_of(found, module, found.__qualname__)
        # Code of the program may run, for what is in the class.
        except Exception:
            return None
    return find(key)
