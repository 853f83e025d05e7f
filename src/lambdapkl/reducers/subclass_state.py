"""Pickles attributes that a subclass adds to a base with its own `__reduce__`.

The base is in the standard library or in C. `datetime.date.__reduce__` returns a call of the class
with the date. It omits attributes and slots that a subclass adds, so `pickle` loses them without an
error. They are pickled here: as the state if the base has none, else after the state of the base.

An attribute that cannot be pickled is omitted, as in `pickle`, if the class has a constructor that
runs during a load, or if `pickle` itself accepts the object. Otherwise the dump is refused.
"""

from __future__ import annotations

import sys
import weakref
from collections.abc import Iterable
from functools import cached_property
from types import MemberDescriptorType, ModuleType, WrapperDescriptorType
from typing import Any

from .. import wire
from ..restorers.classes import has_dict
from ..rules import byvalue
from ..rules.names import OVERRIDING, private, private_key
from .second_pickler import second_pickler

_METHODS = ("__reduce_ex__", "__reduce__", "__getstate__")
_CONSTRUCTORS = ("__new__", "__init__", "__setstate__")
_MISSING: Any = object()
_SIMPLE = (type(None), bool, int, float, complex, str, bytes)

# Classes of the standard library that do not pickle their `__dict__` -> the attributes that they
# restore themselves.
_NETWORK = frozenset(("network_address", "netmask", "_prefixlen", "hosts", "_cache"))
_ADDRESS = frozenset(("_ip", "network", "netmask", "_prefixlen", "_scope_id"))
_RESTORED = {
    ("collections", "Counter"): frozenset[str](),
    ("http.cookies", "Morsel"): frozenset(("_key", "_value", "_coded_value")),
    ("ipaddress", "IPv4Interface"): _ADDRESS,
    ("ipaddress", "IPv4Network"): _NETWORK,
    ("ipaddress", "IPv6Interface"): _ADDRESS,
    ("ipaddress", "IPv6Network"): _NETWORK,
    ("random", "Random"): frozenset(("gauss_next",)),
}
# Their instances are looked up by name in the reader (`getLogger`).
_LOOKED_UP = {("logging", "Logger")}

# Keys in `PayloadState.shared`.
_DECIDED = "attributes of subclasses that can be pickled"
_TRYING = "objects whose attributes are being tried"


class Plan:
    """The attributes that instances of a class may have, and its base does not pickle.

    Attributes
    ----------
    slots
        Names and descriptors.
    restored
        The names in `__dict__` that the base restores; it does not pickle the others. None if it
        pickles all.
    lenient
        Whether attributes that cannot be pickled are left out.
    by_setattr
        Whether `pickle` can set the slots.
    by_setter
        None if the base is another class than `object`. Otherwise whether `pickle` cannot set the
        state of instances; if it can, an instance may still be its own `__dict__`.
    """

    __slots__ = ("by_setattr", "by_setter", "lenient", "restored", "slots")

    def __init__(self, kind: Any, users: Iterable[Any], restored: frozenset[str] | None, by_setter: bool | None = None) -> None:
        self.restored = restored
        self.by_setter = by_setter
        self.slots = slots_of(users)
        constructed = any(name in vars(user) for user in users for name in _CONSTRUCTORS)
        self.lenient = constructed or byvalue.by_reference(kind)
        self.by_setattr = _sets_slots(kind, self.slots)


# id of a class of the standard library -> the class, and the plan for instances of exactly that
# class
_known: dict[int, tuple[Any, Plan | None]] = {}


def plan_of(kind: Any) -> Plan | None:
    """Return the `Plan` for instances of `kind`, which has no reducer.

    The result is None if the `__reduce__` of its base is complete.
    """
    known = _known.get(id(kind))
    if known is not None and known[0]() is kind:
        return known[1]
    if all(getattr(kind, name) is getattr(object, name) for name in _METHODS):
        by_setter = _needs_setter(kind)
        return Plan(kind, kind.__mro__, None, by_setter) if by_setter or _may_be_its_own_dict(kind) else None
    users = []
    for base in kind.__mro__:
        if base is object:
            continue
        if not is_library(base):
            if any(name in vars(base) for name in _METHODS):
                return None
            users.append(base)
        elif (base.__module__, base.__qualname__) in _LOOKED_UP:
            return None
    library = kind
    while library in users:
        library = library.__base__
    if not has_dict(library):
        restored = frozenset[str]() if has_dict(kind) else None
    else:
        restored = _RESTORED.get((library.__module__, library.__qualname__))
        if restored is not None:
            cached = [name for name in dir(library) if isinstance(getattr(library, name, None), cached_property)]
            restored = restored.union(cached)
    made = Plan(kind, users, restored)
    found = made if made.slots or restored is not None else None
    if not users:
        _known[id(kind)] = weakref.ref(kind), found
    return found


def _needs_setter(kind: Any) -> bool:
    """Whether `pickle` cannot set the state of instances of `kind`, or would run code of `kind` before it is set.

    `pickle` looks up `__setstate__` in the instance, so a `__getattr__` is called while the instance is empty. It sets slots
    with `setattr`, which a property of the same name may refuse.
    """
    if any("__setstate__" in vars(base) for base in kind.__mro__):
        return False
    asked = kind.__getattribute__ is not object.__getattribute__ or any("__getattr__" in vars(base) for base in kind.__mro__)
    slots = slots_of(kind.__mro__)
    if not byvalue.by_reference(kind):
        return asked or bool(slots and not _sets_slots(kind, slots))
    return (asked and _answers_when_empty(kind)) or any(_is_read_only(getattr(kind, name, None)) for name in slots)


def _answers_when_empty(kind: Any) -> bool:
    """Whether an empty instance of `kind` does anything but raise AttributeError if it has no `__setstate__`."""
    if hasattr(kind, "__del__"):
        return False
    try:
        empty = object.__new__(kind)
    except TypeError:
        return False
    try:
        return getattr(empty, "__setstate__", None) is not None
    except Exception:
        return True


def _is_read_only(attribute: Any) -> bool:
    return isinstance(attribute, property) and attribute.fset is None


def _may_be_its_own_dict(kind: Any) -> bool:
    # Classes by value have this in `PayloadState._reduce_plain`.
    return issubclass(kind, dict) and has_dict(kind) and byvalue.by_reference(kind)


def is_library(cls: Any) -> bool:
    """Whether a class is in the standard library or in C, so that its `__reduce__` ignores subclasses."""
    if byvalue.is_extension_type(cls):
        return True
    module = cls.__module__
    return isinstance(module, str) and module.partition(".")[0] in sys.stdlib_module_names and byvalue.by_reference(cls)


def slots_of(classes: Iterable[Any]) -> dict[str, Any]:
    """Return names and descriptors of the slots that `classes`, in the order of an MRO, define."""
    found: dict[str, Any] = {}
    for cls in classes:
        if "__slots__" in vars(cls):
            for name, value in list(vars(cls).items()):
                if type(value) is MemberDescriptorType and value.__objclass__ is cls and isinstance(name, str):
                    found.setdefault(name, value)
    return found


def _sets_slots(kind: Any, slots: dict[str, Any]) -> bool:
    if type(kind.__setattr__) is not WrapperDescriptorType:
        return False
    return all(next(vars(base)[name] for base in kind.__mro__ if name in vars(base)) is slot for name, slot in slots.items())


def reduce_subclass(obj: Any, plan: Plan, payload_state: Any) -> Any:
    """Reduce an instance as its base does, and add the attributes that the base omits.

    Return NotImplemented if there are none.
    """
    if plan.by_setter is not None:
        return _reduce_below_object(obj, plan, payload_state)
    restored = plan.restored
    namespace = None if restored is None else getattr(obj, "__dict__", None)
    attributes: dict[Any, Any] = {}
    if restored is not None and namespace:
        if type(namespace) is not dict or not OVERRIDING.isdisjoint(namespace):
            return NotImplemented
        attributes = {name: value for name, value in list(namespace.items()) if name not in restored}
    slots = _values(obj, plan.slots)
    if not attributes and not slots:
        return NotImplemented
    reduced = obj.__reduce_ex__(payload_state.protocol)
    if type(reduced) is not tuple or not _creates(reduced, type(obj)):
        return reduced
    attributes, slots = _missing(reduced, attributes, slots)
    if plan.lenient:
        attributes, slots = _only_picklable(obj, attributes, slots, payload_state)
    return _combined(reduced, type(obj), attributes, slots, plan.by_setattr)


def _reduce_below_object(obj: Any, plan: Plan, payload_state: Any) -> Any:
    """Reduce an instance as `object` does, with a setter that runs no code of its class."""
    if not byvalue.is_reduced_by_object(obj):
        return NotImplemented
    namespace = object.__getattribute__(obj, "__dict__") if has_dict(type(obj)) else {}
    is_own_dict = namespace is obj
    if not is_own_dict and not (plan.by_setter and OVERRIDING.isdisjoint(namespace)):
        return NotImplemented
    reduced: Any = object.__reduce_ex__(obj, 2)
    constructor, args, state, items, pairs = reduced
    if state is None:
        return NotImplemented
    attributes = obj if is_own_dict else {private_key(name): value for name, value in namespace.items()} or None
    if not is_own_dict and attributes:
        adapt_attributes(attributes, payload_state)
    # Not with `getattr`, which `object` uses for slots: a property may hide one.
    slots = {private(name): value for name, value in _values(obj, plan.slots).items()} or None
    return constructor, args, trimmed([attributes, slots]), items, pairs, wire.subclass_state


def adapt_attributes(attributes: Any, payload_state: Any) -> None:
    """Do what the attributes of an instance of a class by value need; compiled code does the same."""
    for value in attributes.values():
        if type(value) is ModuleType:
            payload_state.note_package(value)
    if "__wrapped__" in attributes:
        separate_names(attributes)


def separate_names(attributes: Any) -> None:
    """Copy the names that `functools.update_wrapper` took from a function that is pickled by reference.

    `pickle` writes the same strings for the function. A loaded object has strings of its own.
    """
    wrapped = attributes["__wrapped__"]
    if not isinstance(getattr(wrapped, "__qualname__", None), str) or not byvalue.by_reference(wrapped):
        return
    copies: dict[int, str] = {}
    for name in ("__module__", "__name__", "__qualname__"):
        value = attributes.get(name)
        if type(value) is str:
            attributes[name] = copies.setdefault(id(value), private(value))


def with_slots(reduced: Any, obj: Any) -> Any:
    """Add the slots that the class of `obj`, a subclass, defines to the reduced value of `obj`."""
    kind = type(obj)
    if type(reduced) is not tuple or not kind.__flags__ & byvalue.HEAP_TYPE:
        return reduced
    slots = slots_of([base for base in kind.__mro__ if base is not object and not is_library(base)])
    return _combined(reduced, kind, {}, _values(obj, slots), _sets_slots(kind, slots))


def reduces_itself(kind: type, base: type) -> bool:
    """Whether `kind`, a subclass of `base`, has its own `__reduce__` or `__reduce_ex__`."""
    return any(getattr(kind, name) is not getattr(base, name) for name in ("__reduce_ex__", "__reduce__"))


def _values(obj: Any, slots: dict[str, Any]) -> dict[str, Any]:
    found = {}
    for name, slot in slots.items():
        try:
            found[name] = slot.__get__(obj)
        except AttributeError:
            continue
    return found


def _creates(reduced: tuple[Any, ...], kind: Any) -> bool:
    """Whether the call in `reduced` calls `kind` or has it as an argument."""
    constructor, args = reduced[:2]
    if constructor is kind or getattr(constructor, "__self__", None) is kind:
        return True
    return type(args) is tuple and any(each is kind for each in args)


def _halves(state: Any) -> tuple[dict[Any, Any], dict[Any, Any]] | None:
    """The attributes and slots in a state in the form that `object` returns.

    The result is None for another form.
    """
    halves = state if type(state) is tuple and len(state) == 2 else (state, None)
    if any(half is not None and type(half) is not dict for half in halves):
        return None
    return halves[0] or {}, halves[1] or {}


def _missing(reduced: tuple[Any, ...], attributes: dict[Any, Any], slots: dict[str, Any]) -> tuple[Any, Any]:
    halves = _halves(reduced[2]) if len(reduced) > 2 else None
    if halves is None:
        return attributes, slots
    known, known_slots = halves
    return (
        {name: value for name, value in attributes.items() if name not in known},
        {name: value for name, value in slots.items() if name not in known_slots},
    )


def _combined(reduced: Any, kind: Any, attributes: dict[Any, Any], slots: dict[str, Any], by_setattr: bool) -> Any:
    if not attributes and not slots:
        return reduced
    constructor, args, state, items, pairs, setter = reduced + (None,) * (6 - len(reduced))
    attributes = {private_key(name): value for name, value in attributes.items()}
    slots = {private(name): value for name, value in slots.items()}
    halves = _halves(state)
    by_state = setter is None and halves is not None and not hasattr(kind, "__setstate__") and (by_setattr or not slots)
    if by_state and halves is not None:
        attributes, slots = {**halves[0], **attributes}, {**halves[1], **slots}
        combined: Any = (attributes or None, slots) if slots else attributes
    else:
        combined, setter = trimmed([attributes or None, slots or None, state, setter]), wire.subclass_state
    return trimmed([constructor, args, combined, items, pairs, setter])


def trimmed(parts: list[Any]) -> tuple[Any, ...]:
    """Return `parts` as a tuple without the Nones at the end."""
    while parts and parts[-1] is None:
        parts.pop()
    return tuple(parts)


# ---- attributes that cannot be pickled ----


def _only_picklable(obj: Any, attributes: dict[Any, Any], slots: dict[str, Any], payload_state: Any) -> tuple[Any, Any]:
    doubtful = {**slots, **attributes}
    doubtful = {name: value for name, value in doubtful.items() if type(value) not in _SIMPLE}
    if not doubtful:
        return attributes, slots
    decided = payload_state.shared.setdefault(_DECIDED, {})
    trying = payload_state.shared.setdefault(_TRYING, set())
    if id(obj) in trying:
        # This is a nested call: an outer one is trying the same attributes.
        return {}, {}
    known = decided.get(id(obj))
    if known is None:
        trying.add(id(obj))
        try:
            names = set(doubtful)
            if not _can_be_pickled(list(doubtful.values()), payload_state):
                names = {name for name in doubtful if _can_be_pickled(doubtful[name], payload_state)}
        finally:
            trying.discard(id(obj))
        known = decided[id(obj)] = obj, set(doubtful) - names
    left_out = known[1]
    return (
        {name: value for name, value in attributes.items() if name not in left_out},
        {name: value for name, value in slots.items() if name not in left_out},
    )


def _can_be_pickled(value: Any, payload_state: Any) -> bool:
    second = type(payload_state)(payload_state.table)
    second.pickler, second.protocol = payload_state.pickler, payload_state.protocol
    second.shared.update({key: payload_state.shared[key] for key in (_DECIDED, _TRYING)})
    # Weak references are only recorded: whether they can be pickled depends on the whole payload.
    second.held = []
    try:
        with second_pickler(payload_state, second, payload_state.table, {}) as pickler:
            pickler.dump(value)
    # Whatever the error is, the constructor creates the object without the attribute.
    except Exception:
        return False
    return True
