"""Describes a class that is pickled by value: arguments for its skeleton, and its attributes."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Sequence
from types import BuiltinFunctionType, GetSetDescriptorType, MemberDescriptorType, ModuleType
from typing import Any

from ..identity import keys
from ..identity.traces_of_use import VOLATILE, is_cached_absence
from ..options import current_form
from ..restorers.classes import NAME_SETS
from ..rules import byvalue
from ..rules.builtin_types import DESCRIPTOR_TYPES
from ..rules.names import TYPE_BASES, class_names
from . import namespaces

# Types of descriptors of fields and functions in C, which exist only as long as their class.
_C_DESCRIPTORS = tuple(DESCRIPTOR_TYPES - {MemberDescriptorType} | {GetSetDescriptorType})
_CREATED_WITH_SKELETON = VOLATILE - {"__static_attributes__"} | {"__module__", "__doc__"}
_WRITABLE_ON_TYPES = frozenset(
    ("__module__", "__doc__", "__abstractmethods__", "__annotations__", "__annotate__", "__type_params__")
)
# Each class has its own descriptors for these; since 3.15, all classes share one of each.
_OF_THE_INSTANCE = ("__dict__", "__weakref__")
# Data descriptors of `type`: these attributes can be set only when a class is created.
_SHADOWING = frozenset(
    name
    for name, value in vars(type).items()
    if isinstance(value, (GetSetDescriptorType, MemberDescriptorType)) and name not in _WRITABLE_ON_TYPES
)


# How an attribute with a special name is treated; MADE: the skeleton has it already.
SHADOWS, ANNOTATES, MADE = "shadows", "annotates", "made"
SPECIAL_NAMES = {
    **dict.fromkeys(_CREATED_WITH_SKELETON, MADE),
    **dict.fromkeys(("__annotations__", "__annotate_func__"), ANNOTATES),
    **dict.fromkeys(_SHADOWING, SHADOWS),
}
# The skeleton has these from the start. They are written first, so that a round trip keeps the
# order.
EARLY = ("__doc__", "__abstractmethods__")

_PYPY = sys.implementation.name == "pypy"
_DEFERRED_ANNOTATIONS = sys.version_info >= (3, 14)


def describe(cls: type, payload_state: Any, skip: Any = ()) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return the arguments for the skeleton of `cls`, and its attributes except of the types `skip`.

    `_fast.PayloadState.describe` is the compiled version, which uses the rules below.
    """
    attributes: dict[str, Any] = {}
    slots: list[str] = []
    shadowing: dict[str, Any] = {}
    # A copy, because keys may have a `__hash__` in Python, and reducing a value may change the
    # class.
    own = dict(vars(cls))
    taken = intercepted(type(cls))
    note_metaclasses(cls, payload_state)
    namespaces.note_owner(cls, payload_state)
    for name in EARLY:
        if own.get(name) is not None and name not in taken:
            attributes[payload_state.name(name)] = in_wire_form(name, own[name])
    if _PYPY and "__del__" in own:
        # PyPy calls `__del__` only if the class has it from the start.
        shadowing[payload_state.name("__del__")] = None
        attributes[payload_state.name("__del__")] = own["__del__"]
    changed = changed_annotations(cls) if _DEFERRED_ANNOTATIONS else None
    if changed is not None:
        attributes[payload_state.name("__annotations__")] = changed
        if "__annotations__" in own:
            # If a class is created without them, `type` stores them under another name.
            shadowing[payload_state.name("__annotations__")] = {}
    for name, value in own.items():
        if isinstance(value, skip):
            continue
        if of_slot(cls, name, value):
            if isinstance(value, MemberDescriptorType):
                slots.append(payload_state.name(name))
            continue
        if isinstance(value, ModuleType):
            payload_state.note_package(value)
        elif name == "_field_defaults" and type(value) is dict:
            value = with_names_of_fields(value, own)
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


def note_metaclasses(cls: type, payload_state: Any) -> None:
    """Record metaclasses that no module has, but that an importable base class of `cls` has.

    The reader takes such a metaclass from the base class.
    """
    if type(cls) is type or byvalue.by_reference(type(cls)):
        return
    for base in cls.__mro__[1:]:
        metaclass = type(base)
        if metaclass is not type and byvalue.by_reference(base) and not byvalue.by_reference(metaclass):
            payload_state.shared.setdefault((METACLASS, id(metaclass)), base)


def importable_instance(metaclass: type, payload_state: Any) -> Any:
    """Return an importable class with `metaclass`, which no module holds; None if none is known."""
    known: Any = payload_state.shared.get((METACLASS, id(metaclass)))
    if known is not None:
        return known
    module = sys.modules.get(metaclass.__module__)
    for value in list(vars(module).values()) if module is not None else ():
        if type(value) is metaclass and byvalue.by_reference(value):
            known = payload_state.shared[METACLASS, id(metaclass)] = value
            break
    return known


# Key in `PayloadState.shared`, with the id of a metaclass.
METACLASS = "an importable instance of a metaclass"


def with_names_of_fields(defaults: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Return `_field_defaults` of a named tuple with the strings of its `_fields` as keys.

    Up to 3.13 there may be two strings of one character, but the unpickler only creates one.
    """
    fields = own.get("_fields")
    if type(fields) is not tuple:
        return defaults
    names = {name: name for name in fields if type(name) is str and len(name) == 1}
    return {names.get(name, name): value for name, value in defaults.items()}


def of_slot(cls: type, name: str, value: Any) -> bool:
    """Whether an attribute of `cls` is a descriptor that comes with the slot `name`."""
    if isinstance(value, MemberDescriptorType):
        return value.__objclass__ is cls and value.__name__ == name
    return isinstance(value, GetSetDescriptorType) and name in _OF_THE_INSTANCE and value.__name__ == name


def check_attribute(cls: type, name: str, value: Any) -> None:
    """Refuse a class with an attribute that is written in C and exists nowhere else."""
    if isinstance(value, _C_DESCRIPTORS):
        is_own = getattr(value, "__objclass__", None) is cls
    else:
        is_own = isinstance(value, BuiltinFunctionType) and value.__self__ is cls
    if is_own:
        raise pickle.PicklingError(
            f"cannot pickle the class {cls.__module__}.{cls.__qualname__}: its {name} is written in C, and no importable "
            "module has the class under this name"
        )


def explicit_slots(own: Any, slots: Sequence[str], payload_state: Any) -> tuple[str, ...]:
    """The ``__slots__`` with which the skeleton of a class is created."""
    explicit = (*slots, *(payload_state.name(name) for name in _OF_THE_INSTANCE if name in own))
    declared = own.get("__slots__")
    if type(declared) is tuple and sorted(map(str, declared)) == sorted(explicit):
        return declared  # the payload has this tuple anyway, as an attribute
    return explicit


def changed_annotations(cls: type) -> Any:
    """The annotations of `cls` if they differ from what its ``__annotate__`` returns, else None.

    A class without ``__annotate__`` has the annotations that its class statement or an assignment
    stored.
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
    # A name in the annotations may not exist any more.
    except Exception:
        return None


def intercepted(metaclass: type) -> frozenset[str]:
    """The names of data descriptors of `metaclass`: setting such an attribute of a class calls one."""
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


# Metaclass -> result of `intercepted`, for `type` and metaclasses of the standard library, which no
# program changes.
_INTERCEPTED: dict[type, frozenset[str]] = {type: frozenset()}


def in_wire_form(name: str, value: Any) -> Any:
    """Return the value of an attribute as it is pickled: sets of names become sorted tuples."""
    return tuple(sorted(value)) if type(value) is _SORTED.get(name) else value


_SORTED: dict[str, Any] = {**NAME_SETS, "__static_attributes__": tuple}
