"""Recreates classes pickled by value: first a skeleton, later its attributes.

No code of the program runs. The C-level constructor of the metaclass creates the class, and
attributes are set as data. The metaclass's `__new__`, `__init__` and `__setattr__`,
`__init_subclass__` and `__set_name__` ran when the class was defined, and the payload contains
their results.
"""

from __future__ import annotations

import gc
import pickle
import sys
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache, partial
from struct import calcsize
from types import BuiltinFunctionType, FunctionType, WrapperDescriptorType
from typing import Any

from ..identity import keys
from ..identity.building import finish, kept_attributes, unfinished
from ..identity.script_classes import defined_by_script
from ..rules import process_lock
from ..rules.byvalue import is_mutable


def class_(
    first: Any,
    second: Any,
    digest: bytes = b"",
    bases: tuple[type, ...] = (),
    number: int = 0,
    metaclass: type = type,
    slots: tuple[str, ...] | None = None,
    name: str | None = None,
    shadowing: dict[str, Any] | None = None,
    *,
    complete: Callable[[Any], None] | None = None,
) -> Any:
    """Create the skeleton of a class, or set the attributes of one.

    Parameters
    ----------
    first, second
        Qualified name and module of the class to create; or a class that this function returned,
        and the dictionary of its attributes.
    digest, number
        With the names, the key of the class; see `lambdapkl.identity.keys`. If this process already
        has the class, it is returned unchanged.
    slots
        The slots to create; None if the class has no ``__slots__``.
    name
        The name, if it is not the last part of the qualified name.
    shadowing
        Attributes that hide a data descriptor of `type`, for example a property called
        ``__name__``. They can be set only when the class is created.
    complete
        Called with a new skeleton before other threads can find it.
    """
    if isinstance(first, type):
        if unfinished(first):
            with process_lock.lock:
                fill(first, second)
        return first
    key = (second, first, digest, number)
    found = keys.get(key, digest)
    if found is None:
        found = defined_by_script(key)
    if found is not None:
        return found
    if name is None:
        name = first.rpartition(".")[2]
    namespace: dict[str, Any] = {"__module__": second, "__qualname__": first, **(shadowing or {})}
    if slots is not None:
        namespace["__slots__"] = slots
    new = _written_in_c(metaclass, "__new__", BuiltinFunctionType)
    # The hooks of immutable classes, such as `zoneinfo.ZoneInfo`, cannot be replaced, so they run.
    if any("__init_subclass__" in vars(each) and is_mutable(each) for base in bases for each in base.__mro__):
        made = _create_without_hook(new, metaclass, name, bases, namespace)
    else:
        made = new(metaclass, name, bases, namespace)
    if slots is not None:
        type.__delattr__(made, "__slots__")
    if complete is not None:
        complete(made)
    return keys.track(key, made, digest)


def fill(cls: type, attributes: dict[str, Any]) -> bool:
    """Set the attributes of a skeleton.

    Return False if another thread has done so. The caller holds the lock.

    Without the lock, the class could get some attributes from each of two threads.
    """
    if not unfinished(cls):
        return False
    set_attributes(cls, attributes)
    finish(cls)
    return True


def abc_class(first: Any, second: Any, *rest: Any) -> Any:
    """`class_` for abstract base classes.

    The state is the attributes and the registered virtual subclasses.
    """
    import abc

    if not isinstance(first, type):
        return class_(first, second, *rest, complete=abc._abc_init)  # type: ignore[attr-defined]
    if unfinished(first):
        attributes, registered = second
        with process_lock.lock:
            filled = fill(first, attributes)
        if filled and registered:
            _register(first, registered)
    return first


def class_part(cls: type, attributes: dict[str, Any]) -> None:
    """Set some attributes of a skeleton first: loading others may need the hash of its instances."""
    if unfinished(cls):
        with process_lock.lock:
            if unfinished(cls):
                set_attributes(cls, attributes)


def set_attributes(cls: type, attributes: dict[str, Any]) -> None:
    """Set attributes of a skeleton without the metaclass's `__setattr__` and any `__set_name__`."""
    set_attribute = _written_in_c(type(cls), "__setattr__", WrapperDescriptorType)
    kept = kept_attributes(cls)
    for name, value in attributes.items():
        if name in kept:
            continue
        if type(name) is not str:
            if _PYPY:
                raise pickle.UnpicklingError(f"PyPy refuses {name!r} as the name of an attribute of {cls.__qualname__}")
            # `type.__setattr__` accepts only a str, but the namespace of a class statement may have
            # any key.
            namespace = gc.get_referents(vars(cls))[0]
            # The key may equal a name. Keep its old value alive until the type cache, which has it,
            # is emptied.
            replaced = namespace.get(name)
            namespace[name] = value
            set_attribute(cls, "__lambdapkl_empties_the_type_cache__", None)
            type.__delattr__(cls, "__lambdapkl_empties_the_type_cache__")
            del replaced
            continue
        if not name:  # stands for the attributes that `class_part` has set
            continue
        name = sys.intern(name)
        set_attribute(cls, name, NAME_SETS[name](value) if name in NAME_SETS and type(value) is tuple else value)


def _written_in_c(metaclass: type, method: str, kind: type) -> Any:
    """The first `method` along the MRO of `metaclass` that is not written in Python."""
    for base in metaclass.__mro__:
        # On PyPy `kind` is also the type of Python functions, and only `type` has methods that are
        # not Python functions.
        if isinstance(found := vars(base).get(method), kind) and not isinstance(found, FunctionType):
            return found
    return getattr(type, method)


def _create_without_hook(new: Any, metaclass: type, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> Any:
    """Create a class without running `__init_subclass__`, which ran when the original was defined."""
    if hasattr(object, "__basicsize__"):  # PyPy's types have no such attribute
        masked = new(metaclass, name, (_mask_for(bases), *bases), dict(namespace))
        # The mask cannot be removed if an ancestor without fields, such as `typing.Generic`, comes
        # after the first base.
        with suppress(TypeError):
            vars(type)["__bases__"].__set__(masked, bases)
            return masked
    ancestors = dict.fromkeys(ancestor for base in bases for ancestor in base.__mro__)
    with _shielded((each for each in ancestors if "__init_subclass__" in vars(each)), "__init_subclass__", None):
        return new(metaclass, name, bases, namespace)


def has_dict(cls: Any) -> bool:
    """Whether instances of `cls` have a `__dict__`."""
    offset = getattr(cls, "__dictoffset__", None)
    if offset is None:  # on PyPy
        return any("__dict__" in vars(base) for base in cls.__mro__)
    return bool(offset)


@cache
def _mask(has_dict: bool, has_weakref: bool) -> type:
    """Return a class with the given slots whose `__init_subclass__` does nothing."""
    slots = [name for name, wanted in (("__dict__", has_dict), ("__weakref__", has_weakref)) if wanted]
    return type("_Mask", (), {"__slots__": slots, "__init_subclass__": classmethod(lambda cls, **_: None)})


def _mask_for(bases: tuple[type, ...]) -> type:
    """Return the mask that can be removed from a class with `bases` after the class is created.

    For that, the mask must not change the layout of instances. The mask is the first base. If the
    bases add only `__dict__` and `__weakref__` to `object`, the first one decides the layout, so
    the mask must have the same ones as the real first base.
    """
    is_bare = not any(map(_has_fields, bases))
    return _mask(is_bare and bases[0].__dictoffset__ != 0, is_bare and bases[0].__weakrefoffset__ != 0)


def _has_fields(cls: type) -> bool:
    """Whether instances have more than a `__dict__` and a `__weakref__`."""
    # A positive offset means that the field is in the instance itself.
    extra = sum(offset > 0 for offset in (cls.__dictoffset__, cls.__weakrefoffset__))
    return cls.__itemsize__ != 0 or cls.__basicsize__ - extra * _POINTER > object.__basicsize__


_POINTER = calcsize("P")
_PYPY = sys.implementation.name == "pypy"


class _Nobody:
    """A class that is registered temporarily."""


def _register(cls: Any, subclasses: Iterable[type]) -> None:
    """Register virtual subclasses without `issubclass`, which may run code of incomplete classes."""
    import abc

    if "_abc_impl" not in vars(cls):  # on PyPy, `abc` is written in Python
        for subclass in subclasses:
            with _shielded([each for each in (cls, subclass) if isinstance(each, abc.ABCMeta)], "__subclasshook__", False):
                abc.ABCMeta.register(cls, subclass)
        return
    # This class shares the registry of `cls`, and has no code.
    stand_in: Any = type("_StandIn", (), {"_abc_impl": vars(cls)["_abc_impl"]})
    nobody = weakref.ref(_Nobody)
    abc._abc_register(stand_in, _Nobody)  # type: ignore[attr-defined]
    # It refers to several sets of weak references; only the registry contains the class just
    # registered.
    registry = next(each for each in gc.get_referents(stand_in._abc_impl) if type(each) is set and nobody in each)
    reference = weakref.ref(registry)
    for subclass in subclasses:
        registry.add(weakref.ref(subclass, partial(_forget, reference)))
    registry.discard(nobody)
    # Registering again invalidates cached results of `issubclass`.
    abc._abc_register(stand_in, _Nobody)  # type: ignore[attr-defined]
    registry.discard(nobody)


def _forget(registry: weakref.ref[set[Any]], reference: Any) -> None:
    found = registry()
    if found is not None:
        found.discard(reference)


@contextmanager
def _shielded(kinds: Iterable[Any], hook: str, result: Any) -> Iterator[None]:
    """Let the class method `hook` of each of `kinds` only return `result`, in this thread."""
    loading = threading.get_ident()
    kinds = [kind for kind in kinds if is_mutable(kind)]
    if not kinds:
        yield
        return
    with process_lock.lock:
        originals: list[tuple[Any, Any]] = []
        try:
            for kind in kinds:
                originals.append((kind, vars(kind).get(hook)))
                type.__setattr__(kind, hook, _shield(loading, hook, result, *originals[-1]))
            yield
        finally:
            for kind, original in reversed(originals):
                if original is None:
                    type.__delattr__(kind, hook)
                else:
                    type.__setattr__(kind, hook, original)


def _shield(loading: int, hook: str, result: Any, kind: Any, original: Any) -> Any:
    def shield(cls: Any, /, *args: Any, **kwargs: Any) -> Any:
        if threading.get_ident() == loading:
            return result
        if original is not None:
            return original.__get__(None, cls)(*args, **kwargs)
        return getattr(super(kind, cls), hook)(*args, **kwargs)

    return classmethod(shield)


# Attributes that are sets of names -> their type. They are pickled as sorted tuples, because the
# order of a set depends on the hash seed.
NAME_SETS: dict[str, type] = {
    **dict.fromkeys(
        ("__abstractmethods__", "__required_keys__", "__optional_keys__", "__readonly_keys__", "__mutable_keys__"), frozenset
    ),
    **dict.fromkeys(("__protocol_attrs__", "__non_callable_proto_members__"), set),
}
