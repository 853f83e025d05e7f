"""What a class by value is made of: how to make its skeleton, and its attributes."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Sequence
from types import (
    BuiltinFunctionType,
    ClassMethodDescriptorType,
    FunctionType,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodDescriptorType,
    WrapperDescriptorType,
)
from typing import Any

from ..identity import keys
from ..identity.traces_of_use import VOLATILE, is_cached_absence
from ..options import current_form
from ..restorers.classes import FROZEN_SETS, SETS
from ..rules.names import TYPE_BASES, class_names
from . import namespaces

# The interpreter's descriptors of a class's own slots and C functions; they come and go with the class.  PyPy has none
# for methods: these names stand for functions and class methods there.
_C_DESCRIPTORS = tuple(
    {MethodDescriptorType, WrapperDescriptorType, GetSetDescriptorType, ClassMethodDescriptorType} - {FunctionType, classmethod}
)
_MADE_BY_SKELETON = VOLATILE - {"__static_attributes__"} | {"__module__", "__doc__"}
_WRITABLE_ON_TYPES = frozenset(
    ("__module__", "__doc__", "__abstractmethods__", "__annotations__", "__annotate__", "__type_params__")
)
# Every class has these anew, except that all share one of each since 3.15.
_OF_THE_INSTANCE = ("__dict__", "__weakref__")
# `type` answers for these itself, so they cannot be set on a class that exists.
_SHADOWING = frozenset(
    name
    for name, value in vars(type).items()
    if isinstance(value, (GetSetDescriptorType, MemberDescriptorType)) and name not in _WRITABLE_ON_TYPES
)


# What is done with an attribute of a special name, where it is not left to the skeleton.
SHADOWS, ANNOTATES, MADE = "shadows", "annotates", "made"
SPECIAL_NAMES = {
    **dict.fromkeys(_MADE_BY_SKELETON, MADE),
    **dict.fromkeys(("__annotations__", "__annotate_func__"), ANNOTATES),
    **dict.fromkeys(_SHADOWING, SHADOWS),
}
# The skeleton has these from the start; so they come first however often a class has travelled.
EARLY = ("__doc__", "__abstractmethods__")

_PYPY = sys.implementation.name == "pypy"
_DEFERRED_ANNOTATIONS = sys.version_info >= (3, 14)


def describe(cls: type, payload_state: Any, skip: Any = ()) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return what the skeleton of `cls` is made of, and its attributes but for those of the types in `skip`.

    The compiled backend has this in `_fast.PayloadState.describe`, and takes the rules from here.
    """
    attributes: dict[str, Any] = {}
    slots: list[str] = []
    shadowing: dict[str, Any] = {}
    # A copy, as keys may have a hash in Python, and reducing a value may change the class.
    own = dict(vars(cls))
    taken = intercepted(type(cls))
    if sys.version_info >= (3, 12):
        namespaces.note_owner(cls, payload_state)
    for name in EARLY:
        if own.get(name) is not None and name not in taken:
            attributes[payload_state.name(name)] = in_wire_form(name, own[name])
    if _PYPY and "__del__" in own:
        # A class that has none from the start never has it called.
        shadowing[payload_state.name("__del__")] = None
        attributes[payload_state.name("__del__")] = own["__del__"]
    changed = changed_annotations(cls) if _DEFERRED_ANNOTATIONS else None
    if changed is not None:
        attributes[payload_state.name("__annotations__")] = changed
        if "__annotations__" in own:
            # Where a class starts without, `type` keeps them under another name.
            shadowing[payload_state.name("__annotations__")] = {}
    for name, value in own.items():
        if isinstance(value, skip):
            continue
        if of_slot(cls, name, value):
            if isinstance(value, MemberDescriptorType):
                slots.append(payload_state.name(name))
            continue
        if name == "__firstlineno__" and current_form().deterministic:
            continue
        check_attribute(cls, name, value)
        special = SPECIAL_NAMES.get(name)
        if special == SHADOWS or name in taken:
            shadowing[payload_state.key(name)] = value
        elif special is None or (special == ANNOTATES and changed is None and not is_cached_absence(name, value)):
            attributes[payload_state.key(name)] = in_wire_form(name, value)
    explicit = explicit_slots(own, slots, payload_state) if slots or "__slots__" in own else None
    module, qualname, simple = class_names(cls)
    bases = TYPE_BASES(cls)
    _, _, digest, number = keys.key_of(cls, module, qualname)
    args = [
        payload_state.name(qualname),
        payload_state.name(module) if isinstance(module, str) else module,
        digest,
        () if bases == (object,) else bases,
        number,
        type(cls),
        explicit,
        None if simple == qualname.rpartition(".")[2] else payload_state.name(simple),
        shadowing or None,
    ]
    defaults = ((), 0, type, None, None, None)
    while len(args) > 3 and args[-1] is defaults[len(args) - 4]:
        args.pop()
    return tuple(args), namespaces.staged(cls, attributes)


def of_slot(cls: type, name: str, value: Any) -> bool:
    """Whether an attribute of `cls` is a descriptor that comes with the slot `name`."""
    if isinstance(value, MemberDescriptorType):
        return value.__objclass__ is cls and value.__name__ == name
    return isinstance(value, GetSetDescriptorType) and name in _OF_THE_INSTANCE and value.__name__ == name


def check_attribute(cls: type, name: str, value: Any) -> None:
    """Refuse a class with an attribute that is written in C and nowhere else."""
    if isinstance(value, _C_DESCRIPTORS):
        if getattr(value, "__objclass__", None) is cls:
            raise pickle.PicklingError(
                f"cannot pickle the class {cls.__module__}.{cls.__qualname__}: it is written in C and no module that can be "
                "imported holds it under this name"
            )
    elif isinstance(value, BuiltinFunctionType) and value.__self__ is cls:
        raise pickle.PicklingError(
            f"cannot pickle the class {cls.__module__}.{cls.__qualname__}: its {name} is written in C and no module "
            "that can be imported holds it"
        )


def explicit_slots(own: Any, slots: Sequence[str], payload_state: Any) -> tuple[str, ...]:
    """The slots that the skeleton of a class with ``__slots__`` is made with."""
    explicit = (*slots, *(payload_state.name(name) for name in _OF_THE_INSTANCE if name in own))
    declared = own.get("__slots__")
    if type(declared) is tuple and sorted(map(str, declared)) == sorted(explicit):
        return declared  # which travels anyway, as an attribute
    return explicit


def changed_annotations(cls: type) -> Any:
    """The annotations of `cls` where they are not what its ``__annotate__`` gives; None where they are.

    Without one, `type` keeps them where the class statement or whoever assigned them put them.
    """
    own = vars(cls)
    if "__annotations__" in own:
        return own["__annotations__"]
    evaluated = own.get("__annotations_cache__")
    if not evaluated:
        return None
    annotate = own.get("__annotate_func__")
    if annotate is None:
        return evaluated
    try:
        return evaluated if annotate(1) != evaluated else None
    # What a name in it stood for may be gone.
    except Exception:
        return None


def intercepted(metaclass: type) -> frozenset[str]:
    """The names of attributes that a data descriptor of `metaclass` would take when they are set on one of its classes."""
    known = _INTERCEPTED.get(metaclass)
    if known is not None:
        return known
    names: dict[str, Any] = {}
    for base in metaclass.__mro__:
        if base is type:
            break
        names = {**vars(base), **names}
    found = frozenset(name for name, value in names.items() if hasattr(type(value), "__set__"))
    if metaclass.__module__ in ("abc", "enum"):
        _INTERCEPTED[metaclass] = found
    return found


# Of `type` and metaclasses of the standard library, which no program changes.
_INTERCEPTED: dict[type, frozenset[str]] = {type: frozenset()}


def in_wire_form(name: str, value: Any) -> Any:
    """Return the value of an attribute as it is pickled: sets of names are sorted."""
    if (name in FROZEN_SETS and type(value) is frozenset) or (name in SETS and type(value) is set):
        return tuple(sorted(value))
    if name == "__static_attributes__" and type(value) is tuple:
        return tuple(sorted(value))
    return value
