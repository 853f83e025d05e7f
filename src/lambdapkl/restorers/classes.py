"""Classes by value: a skeleton first, its attributes when everything they refer to is there.

Nothing of the program's runs.  The class is made by the C-level constructor of its metaclass and its attributes are set
as data: the metaclass's `__new__`, `__init__` and `__setattr__`, `__init_subclass__` and `__set_name__` ran when the
class was defined, and their results are part of what is restored.
"""

from __future__ import annotations

import gc
import pickle
import sys
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
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
    """Make the skeleton of a class, or give one its attributes.

    Parameters
    ----------
    first, second
        Qualified name and module of the class to make; or a class of this function's and the dictionary of its attributes.
    digest, number
        With the names the key of the class, see `lambdapkl.identity.keys`.  A class that this process has already is
        returned as it is, and keeps its attributes.
    slots
        The slots to create; None where the class named none.
    name
        Where it is not the last part of the qualified name.
    shadowing
        Attributes that hide a read-only one of `type`, as a property called ``__name__`` does: they can be set at
        creation only.
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
    # The hooks of immutable classes, such as that of `zoneinfo.ZoneInfo`, have to run.
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
    """Give a skeleton its attributes; return whether another thread was not faster.  The caller has the lock.

    Two threads that do this at once would leave some attributes of each.
    """
    if not unfinished(cls):
        return False
    set_attributes(cls, attributes)
    finish(cls)
    return True


def abc_class(first: Any, second: Any, *rest: Any) -> Any:
    """`class_` for abstract base classes; the state is the attributes and the registered virtual subclasses."""
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
    """Set some attributes of a skeleton before the others are loaded: those may be containers that hash by the class."""
    if unfinished(cls):
        with process_lock.lock:
            if unfinished(cls):
                set_attributes(cls, attributes)


def set_attributes(cls: type, attributes: dict[str, Any]) -> None:
    """Set attributes of a skeleton as data: no `__setattr__` of the metaclass, no `__set_name__`."""
    set_attribute = _written_in_c(type(cls), "__setattr__", WrapperDescriptorType)
    kept = kept_attributes(cls)
    for name, value in attributes.items():
        if name in kept:
            continue
        if type(name) is not str:
            if _PYPY:
                raise pickle.UnpicklingError(f"PyPy refuses {name!r} as the name of an attribute of {cls.__qualname__}")
            # `type` sets attributes with a str for a name only; a class statement may have any key.
            namespace = gc.get_referents(vars(cls))[0]
            # The key may equal a name, whose value the type cache still has: it lives until the cache is emptied.
            replaced = namespace.get(name)
            namespace[name] = value
            set_attribute(cls, "__lambdapkl_empties_the_type_cache__", None)
            type.__delattr__(cls, "__lambdapkl_empties_the_type_cache__")
            del replaced
            continue
        if not name:  # the place of attributes that `class_part` has set
            continue
        name = sys.intern(name)
        restore = _RESTORED_BY.get(name)
        set_attribute(cls, name, value if restore is None else restore(value))


def _written_in_c(metaclass: type, method: str, kind: type) -> Any:
    """The first `method` along the MRO of `metaclass` that is not written in Python."""
    for base in metaclass.__mro__:
        # On PyPy `kind` is the type of all functions, and `type` is the only such class there.
        if isinstance(found := vars(base).get(method), kind) and not isinstance(found, FunctionType):
            return found
    return getattr(type, method)


def _create_without_hook(new: Any, metaclass: type, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> Any:
    """Create a class without running `__init_subclass__`, which ran when the original was defined."""
    if hasattr(object, "__basicsize__"):  # PyPy does not show the layout of instances
        masked = new(metaclass, name, (_mask_for(bases), *bases), dict(namespace))
        # The mask cannot be taken out where an ancestor without fields, as `typing.Generic`, is below the first base.
        with suppress(TypeError):
            _set_bases(masked, bases)
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


def _set_bases(cls: type, bases: tuple[type, ...]) -> None:
    vars(type)["__bases__"].__set__(cls, bases)


def _mask(has_dict: bool, has_weakref: bool) -> type:
    """Make a class whose `__init_subclass__` does nothing, and whose instances have what is asked for."""
    slots = [name for name, wanted in (("__dict__", has_dict), ("__weakref__", has_weakref)) if wanted]
    return type("_Mask", (), {"__slots__": slots, "__init_subclass__": classmethod(lambda cls, **_: None)})


_MASKS = {(first, second): _mask(first, second) for first in (False, True) for second in (False, True)}


def _mask_for(bases: tuple[type, ...]) -> type:
    """Return the mask that leaves the instances of a class with `bases` their layout, so that it can be taken out again.

    It is the first base.  Where the bases add only `__dict__` and `__weakref__` to `object`, the first one decides, and has to
    add the same as the real one.
    """
    first = bases[0]
    if any(_has_fields(base) for base in bases):
        return _MASKS[False, False]
    return _MASKS[first.__dictoffset__ != 0, first.__weakrefoffset__ != 0]


def _has_fields(cls: type) -> bool:
    """Whether instances have more than a `__dict__` and a `__weakref__`."""
    # A positive offset is one of a field in the instance itself.
    extra = sum(offset > 0 for offset in (cls.__dictoffset__, cls.__weakrefoffset__))
    return cls.__itemsize__ != 0 or cls.__basicsize__ - extra * _POINTER > object.__basicsize__


_POINTER = calcsize("P")
_PYPY = sys.implementation.name == "pypy"


class _Nobody:
    """A class that is registered for a moment."""


def _register(cls: Any, subclasses: Iterable[type]) -> None:
    """Register virtual subclasses without the question whether they are related already.

    That is answered by code of theirs, which may not be complete yet.
    """
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
    # Of its sets of weak references, only the registry has one to that class.
    registry = next(each for each in gc.get_referents(stand_in._abc_impl) if type(each) is set and nobody in each)
    reference = weakref.ref(registry)
    for subclass in subclasses:
        registry.add(weakref.ref(subclass, partial(_forget, reference)))
    registry.discard(nobody)
    # Once more, since this is what makes answers invalid that were kept meanwhile.
    abc._abc_register(stand_in, _Nobody)  # type: ignore[attr-defined]
    registry.discard(nobody)


def _forget(registry: weakref.ref[set[Any]], reference: Any) -> None:
    found = registry()
    if found is not None:
        found.discard(reference)


@contextmanager
def _shielded(kinds: Iterable[Any], hook: str, answer: Any) -> Iterator[None]:
    """Have the class method `hook` of each of `kinds` do nothing but return `answer`, in this thread only."""
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
                type.__setattr__(kind, hook, _shield(loading, hook, answer, *originals[-1]))
            yield
        finally:
            for kind, original in reversed(originals):
                if original is None:
                    type.__delattr__(kind, hook)
                else:
                    type.__setattr__(kind, hook, original)


def _shield(loading: int, hook: str, answer: Any, kind: Any, original: Any) -> Any:
    def shield(cls: Any, /, *args: Any, **kwargs: Any) -> Any:
        if threading.get_ident() == loading:
            return answer
        if original is not None:
            return original.__get__(None, cls)(*args, **kwargs)
        return getattr(super(kind, cls), hook)(*args, **kwargs)

    return classmethod(shield)


# Attributes that travel in another form: sets of names as sorted tuples, for their order goes by the hash seed.
FROZEN_SETS = ("__abstractmethods__", "__required_keys__", "__optional_keys__", "__readonly_keys__", "__mutable_keys__")
SETS = ("__protocol_attrs__", "__non_callable_proto_members__")

_RESTORED_BY: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(FROZEN_SETS, lambda names: frozenset(names) if type(names) is tuple else names),
    **dict.fromkeys(SETS, lambda names: set(names) if type(names) is tuple else names),
}
