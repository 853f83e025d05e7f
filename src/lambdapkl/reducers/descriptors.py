"""Descriptors and bound methods: what stands between a class and its functions."""

from __future__ import annotations

import builtins
import sys
from types import (
    ClassMethodDescriptorType,
    CodeType,
    FunctionType,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodDescriptorType,
    MethodType,
    WrapperDescriptorType,
)
from typing import Any

from .. import wire
from ..errors import NotPicklableError
from ..options import current_form
from ..restorers.builtin import BUILTIN_TYPES
from ..rules import byvalue
from ..rules.names import private, private_key
from .subclass_state import with_slots

# Since 3.13 a property knows the name under which its class holds it.
_PROPERTY_HAS_NAME = sys.version_info >= (3, 13)


def reduce_method(method: MethodType) -> Any:
    """A bound method, by its function: its name might lead to another one (`super().f`, a function bound by hand).

    Where the function has no name to be found by, and its class has, the reader's class gives the method.
    """
    if not isinstance(getattr(method.__func__, "__code__", None), CodeType):
        # PyPy's own methods are of this type, too, and their functions may have no name to be found by.
        found = getattr(method.__self__, method.__name__, None)
        if type(found) is MethodType and found.__func__ is method.__func__ and sys.implementation.name == "pypy":
            return method.__reduce_ex__(2)
    if type(method.__func__) is not FunctionType or not byvalue.by_reference(method.__func__):
        name = byvalue.bound_name(method.__func__, method.__self__)
        if name is not None:
            return getattr, (method.__self__, private(name))
    return wire.method, (method.__func__, method.__self__)


def reduce_function_of_class(function: FunctionType) -> Any:
    """A function that only its class, which is pickled by reference, leads to; None for any other."""
    found = byvalue.owner_of(function)
    if found is None:
        return None
    owner, name = found
    if type(vars(owner)[name]) is not classmethod:
        return getattr, (owner, private(name))
    return getattr, (getattr(owner, name), private("__func__"))


def reduce_descriptor(descriptor: Any) -> Any:
    """The interpreter's own descriptor of a slot or C function: the class that it belongs to has it."""
    name = descriptor.__name__
    owner = getattr(descriptor, "__objclass__", None) or _holder(descriptor, name)
    if owner is None:
        raise NotPicklableError(f"cannot pickle the descriptor {name!r}: it does not say which class it belongs to")
    return wire.descriptor, (owner, private(name))


def _holder(descriptor: Any, name: str) -> Any:
    """The interpreter's own type that has `descriptor`, which on PyPy does not name it."""
    types = [*BUILTIN_TYPES.values(), *(each for each in vars(builtins).values() if isinstance(each, type))]
    return next((kind for kind in types if vars(kind).get(name) is descriptor), None)


def reduce_super(obj: Any) -> Any:
    """`super()`; asked for its `__reduce_ex__` it would answer with the one of the object behind it."""
    this, bound = object.__getattribute__(obj, "__thisclass__"), object.__getattribute__(obj, "__self__")
    return (super, (this,)) if bound is None else (super, (this, bound))


def refuse_super_subclass(obj: Any) -> Any:
    """Refuse an instance of a subclass of `super`, which answers all questions about it with those of another object."""
    if type(obj) is super:
        return reduce_super(obj)
    raise NotPicklableError(
        f"cannot pickle a {type(obj).__name__!r} object: instances of subclasses of super do not say what they are made of; "
        "pickle the class and the object that it is bound to instead"
    )


def reduce_property(obj: Any) -> Any:
    """`property` and its subclasses, whose constructors may take other arguments."""
    kind = type(obj)
    if _reduces_itself(kind, property):
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
    # `pickle` updates `__dict__` with the first half of the pair and applies the second with setattr.
    return with_slots((*reduced, (own or None, {private(key): value for key, value in state.items()})), obj)


def reduce_wrapper(obj: Any) -> Any:
    """`staticmethod`, `classmethod` and their subclasses."""
    kind = type(obj)
    base = staticmethod if isinstance(obj, staticmethod) else classmethod
    if _reduces_itself(kind, base):
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


def _reduces_itself(kind: type, base: type) -> bool:
    """Whether a subclass brings pickling methods of its own."""
    return any(getattr(kind, name) is not getattr(base, name) for name in ("__reduce_ex__", "__reduce__"))


REDUCERS: dict[type, Any] = {
    kind: reduce_descriptor
    for kind in (
        GetSetDescriptorType,
        MemberDescriptorType,
        MethodDescriptorType,
        WrapperDescriptorType,
        ClassMethodDescriptorType,
    )
    # What PyPy has in place of the interpreter's own kinds.
    if kind not in (FunctionType, classmethod)  # type: ignore[comparison-overlap]
}
REDUCERS |= {MethodType: reduce_method, super: reduce_super}

INHERITED: dict[type, Any] = {
    property: reduce_property,
    staticmethod: reduce_wrapper,
    classmethod: reduce_wrapper,
    super: refuse_super_subclass,
}
