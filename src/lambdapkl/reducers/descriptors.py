"""Reducers for descriptors and bound methods."""

from __future__ import annotations

import builtins
import sys
from types import CodeType, FunctionType, MethodType
from typing import Any

from .. import wire
from ..errors import NotPicklableError
from ..options import current_form
from ..restorers.builtin import BUILTIN_TYPES
from ..rules import byvalue
from ..rules.builtin_types import DESCRIPTOR_TYPES
from ..rules.names import private, private_key
from .subclass_state import reduces_itself, with_slots

# Since 3.13 a property has the name that it has in its class.
_PROPERTY_HAS_NAME = sys.version_info >= (3, 13)


def reduce_method(method: MethodType) -> Any:
    """Reduce a bound method to its function and object.

    The attribute of the same name may be another method (`super().f`, a function bound by hand).
    The name is used only if the attribute is this method, and its function cannot be found by name.
    """
    if not isinstance(getattr(method.__func__, "__code__", None), CodeType):
        # PyPy's builtin methods have this type, too, and it may be impossible to find their
        # functions by name.
        found = getattr(method.__self__, method.__name__, None)
        if type(found) is MethodType and found.__func__ is method.__func__ and sys.implementation.name == "pypy":
            return method.__reduce_ex__(2)
    if type(method.__func__) is not FunctionType or not byvalue.by_reference(method.__func__):
        name = byvalue.bound_name(method.__func__, method.__self__)
        if name is not None:
            return getattr, (method.__self__, private(name))
    return wire.method, (method.__func__, method.__self__)


def reduce_function_of_class(function: FunctionType) -> Any:
    """Reduce a function that can be found only through its class, which is pickled by reference.

    Return None for other functions.
    """
    found = byvalue.owner_of(function)
    if found is None:
        return None
    owner, name = found
    if type(vars(owner)[name]) is not classmethod:
        return getattr, (owner, private(name))
    return getattr, (getattr(owner, name), private("__func__"))


def reduce_descriptor(descriptor: Any) -> Any:
    """Reduce the interpreter's descriptor of a slot or C function to its class and name."""
    name = descriptor.__name__
    owner = getattr(descriptor, "__objclass__", None) or _holder(descriptor, name)
    if owner is None:
        raise NotPicklableError(f"cannot pickle the descriptor {name!r}: its class is unknown; pickle the class instead")
    return wire.descriptor, (owner, private(name))


def _holder(descriptor: Any, name: str) -> Any:
    """The builtin type that has `descriptor`; on PyPy descriptors have no attribute for it."""
    types = [*BUILTIN_TYPES.values(), *(each for each in vars(builtins).values() if isinstance(each, type))]
    return next((kind for kind in types if vars(kind).get(name) is descriptor), None)


def reduce_super(obj: Any) -> Any:
    """Reduce a `super` object, whose attribute `__reduce_ex__` is that of the object behind it."""
    this, bound = object.__getattribute__(obj, "__thisclass__"), object.__getattribute__(obj, "__self__")
    return (super, (this,)) if bound is None else (super, (this, bound))


def refuse_super_subclass(obj: Any) -> Any:
    """Refuse an instance of a subclass of `super`: its attributes are those of another object."""
    if type(obj) is super:
        return reduce_super(obj)
    raise NotPicklableError(
        f"cannot pickle a {type(obj).__name__!r} object: the contents of an instance of a subclass of super are hidden; "
        "pickle the class and the object that it is bound to instead"
    )


def reduce_property(obj: Any) -> Any:
    """Reduce a `property` or an instance of a subclass, whose constructor may differ."""
    kind = type(obj)
    if reduces_itself(kind, property):
        return NotImplemented
    functions = (obj.fget, obj.fset, obj.fdel)
    doc = obj.__doc__
    inherited = getattr(obj.fget, "__doc__", None)
    args = functions if doc == inherited else (*functions, doc)
    state: dict[str, Any] = {}
    if kind is property and doc is None and inherited is not None:
        state["__doc__"] = None
    if _PROPERTY_HAS_NAME:
        name = getattr(obj, "__name__", None)
        if name != getattr(obj.fget, "__name__", None):
            state["__name__"] = private(name) if isinstance(name, str) else name
    reduced: tuple[Any, ...] = (wire.property_, (kind, *functions, doc))
    if kind is property:
        reduced = (property, args)
        if "__name__" in state and current_form().portable:
            # Before 3.13 it cannot be set.
            reduced = (wire.property_, (kind, *functions, None if doc == inherited else doc, state.pop("__name__")))
    own = {private_key(key): value for key, value in getattr(obj, "__dict__", {}).items()}
    if not own and not state:
        return with_slots(reduced, obj)
    # `pickle` updates `__dict__` with the first half of the pair, and sets the second half with
    # setattr.
    return with_slots((*reduced, (own or None, {private(key): value for key, value in state.items()})), obj)


def reduce_wrapper(obj: Any) -> Any:
    """Reduce a `staticmethod`, a `classmethod`, or an instance of a subclass."""
    kind = type(obj)
    base = staticmethod if isinstance(obj, staticmethod) else classmethod
    if reduces_itself(kind, base):
        return NotImplemented
    function = obj.__func__
    # The constructor copies what `functools.wraps` would.
    copied = vars(base(function))
    own = {
        private_key(key): value
        for key, value in list(vars(obj).items())
        if key not in copied or not (copied[key] is value or copied[key] == value)
    }
    reduced = (kind, (function,)) if kind is base else (wire.function_wrapper, (kind, function))
    return with_slots((*reduced, own) if own else reduced, obj)


REDUCERS: dict[type, Any] = {
    **dict.fromkeys(DESCRIPTOR_TYPES, reduce_descriptor),
    MethodType: reduce_method,
    super: reduce_super,
}

INHERITED: dict[type, Any] = {
    property: reduce_property,
    staticmethod: reduce_wrapper,
    classmethod: reduce_wrapper,
    super: refuse_super_subclass,
}
