"""`dumps` with ``deterministic=True``, ``portable=True`` or ``standalone=True``.

Speed is not what these are for: all use the session in Python, whichever backend there is, so there is one of each.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from operator import index
from typing import Any

from .._backend.dumps import in_order
from .._pure.dumps import SessionPickler
from ..error_paths import explain_error
from ..options import Variant, variant, writing
from ..reducers.table import refresh
from ..rules.sets import Output
from .ordered import OrderedPickler
from .portable import forget as forget_texts
from .session import new_session, session_for_paths

__all__ = ["dumps"]


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
            refresh()
            pickler = _pickler(file, protocol, fix_imports, buffer_callback)
            pickler._session.root = obj
            pickler.dump(obj)
        except Exception as error:
            explain_error(error, obj, make_session=session_for_paths)
            raise
        finally:
            forget_texts()
    return file.payload(in_order)


def _pickler(file: Any, protocol: int, fix_imports: bool, buffer_callback: Any) -> Any:
    if variant().deterministic:
        return OrderedPickler(file, protocol, new_session, fix_imports=fix_imports, buffer_callback=buffer_callback)
    pickler = SessionPickler(file, protocol, fix_imports=fix_imports, buffer_callback=buffer_callback)
    pickler._use(new_session(), protocol)
    return pickler
