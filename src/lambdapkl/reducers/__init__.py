"""Reducers for what `pickle` refuses or restores wrongly, a file a family.

Each file has a table ``REDUCERS`` from type to reducer; all of them together are the default dispatch table.  What undoes
a reducer is in the file of the same name in `lambdapkl.restorers`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import modules

Reducer = Callable[[Any], Any]

TABLE: dict[type, Reducer] = {**modules.REDUCERS}
