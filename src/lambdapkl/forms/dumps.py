"""`dumps` with ``deterministic=True``, ``portable=True`` or ``standalone=True``.

These forms need not be fast. They use the `PayloadState` in Python with both backends, so each form
is implemented once.
"""

from __future__ import annotations

import io
import pickle
from contextlib import suppress
from functools import partial
from operator import index
from typing import Any

from .._pure.dumps import PayloadPickler
from ..attempts import HeldBuffers
from ..error_paths import explain_error
from ..options import Form, current, current_form, using_form
from ..reducers.running_methods import CarefulFormNeeded
from ..reducers.table import DISPATCH_TABLE, refresh
from .careful import CarefulState
from .ordered import OrderedPickler
from .payload_state import FormState, state_for_paths
from .portable import forget as forget_texts

__all__ = ["dumps"]


def dumps(
    obj: Any,
    protocol: int | None,
    buffer_callback: HeldBuffers | None,
    fix_imports: bool,
    deterministic: bool,
    portable: bool,
    standalone: bool,
    table: Any = DISPATCH_TABLE,
    careful: bool = False,
) -> bytes:
    """Return `obj` as a pickle; parameters and errors are those of `lambdapkl.dumps`.

    Parameters
    ----------
    table
        The dispatch table.
    careful
        Whether an attempt in the plain form was given up; see `careful`.
    """
    protocol = pickle.HIGHEST_PROTOCOL if protocol is None or index(protocol) < 0 else index(protocol)
    form = Form(deterministic or current().deterministic, portable, standalone)
    write = partial(_write, obj, protocol, buffer_callback, fix_imports, table)
    with using_form(form):
        try:
            refresh()
            if not careful:
                with suppress(CarefulFormNeeded):
                    return write(FormState)
            if buffer_callback is not None:
                buffer_callback.again()
            return write(CarefulState)
        except Exception as error:
            explain_error(error, obj, make_state=state_for_paths)
            raise
        finally:
            forget_texts()


def _write(
    obj: Any,
    protocol: int,
    buffer_callback: HeldBuffers | None,
    fix_imports: bool,
    table: Any,
    kind: type[FormState],
) -> bytes:
    file = io.BytesIO()
    payload_state = kind(table)
    payload_state.root, payload_state.opened = obj, []
    if buffer_callback is not None:
        buffer_callback.watch(payload_state)
    if current_form().deterministic:
        make_state = partial(FormState, table)
        pickler: Any = OrderedPickler(file, protocol, make_state, fix_imports=fix_imports, buffer_callback=buffer_callback)
    else:
        pickler = PayloadPickler(file, protocol, fix_imports=fix_imports, buffer_callback=buffer_callback)
    pickler._use(payload_state, protocol)
    pickler.dump(obj)
    return file.getvalue()
