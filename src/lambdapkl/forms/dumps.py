"""`dumps` with ``deterministic=True``, ``portable=True`` or ``standalone=True``.

These forms need not be fast. They use the `PayloadState` in Python with both backends, so each form
is implemented once.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from functools import partial
from operator import index
from typing import Any

from .._pure.dumps import PayloadPickler
from ..error_paths import explain_error
from ..options import Form, current, current_form, using_form
from ..reducers.table import DISPATCH_TABLE, refresh
from .ordered import OrderedPickler
from .payload_state import FormState, state_for_paths
from .portable import forget as forget_texts

__all__ = ["dumps"]


def dumps(
    obj: Any,
    protocol: int | None,
    buffer_callback: Callable[[pickle.PickleBuffer], object] | None,
    fix_imports: bool,
    deterministic: bool,
    portable: bool,
    standalone: bool,
    table: Any = DISPATCH_TABLE,
) -> bytes:
    """Return `obj` as a pickle; parameters and errors are those of `lambdapkl.dumps`.

    Parameters
    ----------
    table
        The dispatch table.
    """
    protocol = pickle.HIGHEST_PROTOCOL if protocol is None or index(protocol) < 0 else index(protocol)
    file = io.BytesIO()
    with using_form(Form(deterministic or current().deterministic, portable, standalone)):
        try:
            refresh()
            make_state = partial(FormState, table)
            if current_form().deterministic:
                pickler: Any = OrderedPickler(
                    file, protocol, make_state, fix_imports=fix_imports, buffer_callback=buffer_callback
                )
            else:
                pickler = PayloadPickler(file, protocol, fix_imports=fix_imports, buffer_callback=buffer_callback)
                pickler._use(make_state(), protocol)
            pickler._payload_state.root = obj
            pickler.dump(obj)
        except Exception as error:
            explain_error(error, obj, make_state=state_for_paths)
            raise
        finally:
            forget_texts()
    return file.getvalue()
