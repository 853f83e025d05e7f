"""Decides how the Python backend reduces the instances of a class."""

from __future__ import annotations

from types import FunctionType
from typing import Any

from ..reducers import running_methods, subclass_state
from ..rules import byvalue
from ..rules.reducer_tables import OWN_KEYS

# The class has a `__reduce__` or `__reduce_ex__` in Python.
BY_METHOD = "by method"


def plan_of(kind: Any, table: Any) -> bool | str | subclass_state.Plan:
    """Return how to reduce instances of `kind`.

    True if it is a class by value and `object` reduces its instances, a plan if their base leaves
    out attributes, `BY_METHOD`, else False.

    Parameters
    ----------
    table
        The dispatch table of the pickler.
    """
    # The pickler in Python also passes None and the like.
    if not kind.__flags__ & byvalue.HEAP_TYPE or kind in table:
        return False
    by_object = (
        kind.__reduce_ex__ is object.__reduce_ex__
        and kind.__reduce__ is object.__reduce__
        and kind.__getstate__ is object.__getstate__
        and (kind in OWN_KEYS or not byvalue.by_reference(kind))
    )
    if by_object:
        running_methods.check_new(kind)
    plan = subclass_state.plan_of(kind)
    if plan is not None:
        return plan
    for method, usual in ((kind.__reduce_ex__, object.__reduce_ex__), (kind.__reduce__, object.__reduce__)):
        # PyPy's own are functions, too.
        if type(method) is FunctionType and method is not usual:
            return BY_METHOD
    return by_object
