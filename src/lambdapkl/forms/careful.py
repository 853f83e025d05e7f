"""The careful form of a payload: classes first, then the instances that need them.

A class or function may refer to instances of a class that is not complete yet: a constant of its
own kind, a table with such keys. In the plain form, such an instance would be made while its class
lacks methods. In the careful form, classes and functions first get what runs no code when it is
loaded. The rest is put off, and set by calls of its own: before the first instance whose methods
need it, or when the outermost class or function is written.

Constructors and state setters are those of the plain form, so readers need nothing else.
"""

from __future__ import annotations

import copyreg
import gc
import pickle
from collections.abc import Collection, Iterator
from types import (
    BuiltinFunctionType,
    FunctionType,
    GenericAlias,
    GetSetDescriptorType,
    MemberDescriptorType,
    ModuleType,
)
from typing import Any

from .. import wire
from ..reducers import running_methods
from ..reducers.classes import is_enum_member
from ..reducers.namespaces import ClassDict
from ..rules import byvalue
from ..walking.parts import type_name
from .payload_state import FormState

__all__ = ["CarefulState"]

_ATOMS = (type(None), bool, int, float, complex, str, bytes)
_PARTS_OF_CLASSES = (ClassDict, GetSetDescriptorType, MemberDescriptorType, FunctionType)
# By id, since a metaclass may have a hash of its own.
_INERT = frozenset(map(id, (*_ATOMS, *_PARTS_OF_CLASSES)))
# A larger container is put off as a whole.
_MOST_ITEMS = 100
_DEPTH = 8
# A search for keys ends there.
_MOST_OBJECTS = 100_000


_NEWOBJ = vars(copyreg)["__newobj__"]


class _Call:
    """Pickled as a call of `function`."""

    __slots__ = ("args", "function")

    def __init__(self, function: Any, *args: Any) -> None:
        self.function = function
        self.args = args

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        # `pickle` compares the class of an object with the one that `__newobj__` makes.
        return self.args[0] if self.function is _NEWOBJ else _Call


class _Step:
    """Pickled as a call that sets what was put off.

    Attributes
    ----------
    place
        What it sets; see `_needs`.
    owner, setter, state
        The function or class, and the state setter with its argument.
    name
        The place in words.
    """

    __slots__ = ("name", "owner", "place", "setter", "state", "written")

    def __init__(self, place: tuple[Any, ...], name: str, owner: Any, setter: Any, state: Any) -> None:
        self.place = place
        self.name = name
        self.owner = owner
        self.setter = setter
        self.state = state
        self.written = False


class _Made:
    """Pickled as an instance without its state, when its class and constructor are written."""

    __slots__ = ("obj", "reduced")

    def __init__(self, obj: Any, reduced: tuple[Any, ...]) -> None:
        self.obj = obj
        self.reduced = reduced


class _Rest:
    """Pickled as all steps that are not written yet."""


class CarefulState(FormState):
    """A `PayloadState` that writes the careful form."""

    opened: list[tuple[Any, Any]]

    def __init__(self, table: Any) -> None:
        super().__init__(table)
        self.opened = []

    def clear(self) -> None:
        """Forget everything, as the pickler's memo does."""
        super().clear()
        # Steps that are not written yet, by their place
        self._steps: dict[tuple[Any, ...], _Step] = {}
        # ids of functions and classes that are written, or open
        self._begun: set[int] = set()
        # id of a function or class -> the arguments of `wire.from_file`
        self._files: dict[int, list[Any]] = {}

    def reduce(self, obj: Any) -> Any:
        """Reduce `obj`, or return NotImplemented to leave it to the pickler."""
        self.close_ended()
        kind = type(obj)
        if kind is _Call:
            return obj.function, obj.args
        if kind is _Step:
            return self._reduce_step(obj)
        if kind is _Made:
            return self._after_its_needs(obj.obj, obj.reduced, is_alone=True)
        if kind is _Rest:
            # The outermost function or class, which alone is open, has its state now.
            self.opened.clear()
            return (list, (), None, self._rest()) if self._steps else _NOTHING
        reduced = self._reduce(obj)
        if kind is FunctionType or issubclass(kind, type):
            self._begun.add(id(obj))
            if type(reduced) is tuple and len(reduced) > 2:
                reduced = self._without_instances(obj, reduced)
                self.opened.append((obj, reduced))
            return reduced
        return self._after_its_needs(obj, reduced) if running_methods.is_instance(obj) else reduced

    def _reduce_step(self, step: _Step) -> Any:
        if step.written:
            return _NOTHING
        step.written = True
        self._steps.pop(step.place, None)
        setter, state = self._of_file(step.owner, step.setter, step.state)
        reduced = setter, (step.owner, state)
        self.opened.append((step, reduced))
        return reduced

    def _rest(self) -> Iterator[Any]:
        # A step may put off more.
        yield from list(self._steps.values())
        yield _Rest()

    def _without_instances(self, obj: Any, reduced: tuple[Any, ...]) -> tuple[Any, ...]:
        """Put off the parts of the state of a function or class that may run code when they are loaded."""
        constructor, args, state, _, _, setter = reduced
        if setter is wire.from_file:
            *self._files[id(obj)], state, setter = state
        changes = None
        if setter is wire.edited_class:
            setter, state, changes = state
        is_outermost = not self.opened
        if setter is wire.function:
            state = self._function_state(obj, state)
            done: Any = (None,)
        elif setter in (wire.class_, wire.abc_class, wire.enum_class):
            setter, state = self._class_state(obj, state, setter, changes)
            done = {}
        else:
            return reduced
        setter, state = self._of_file(obj, setter, state)
        if not is_outermost:
            return constructor, args, state, None, None, setter
        steps = _Call(wire.last, _Call(setter, obj, state), _Rest(), done)
        return constructor, args, steps, None, None, wire.class_part if done == {} else wire.function

    def _of_file(self, obj: Any, setter: Any, state: Any) -> tuple[Any, Any]:
        """Return a state setter and its argument, for a reader that may have `obj` itself; see `loaded_files`."""
        place = self._files.get(id(obj))
        return (setter, state) if place is None else (wire.from_file, (*place, state, setter))

    def _put_off(self, place: tuple[Any, ...], name: str, owner: Any, setter: Any, state: Any) -> None:
        self._steps[place] = _Step(place, name, owner, setter, state)

    def _function_state(self, func: FunctionType, state: tuple[Any, ...]) -> tuple[Any, ...]:
        reached, contents, defaults, attributes, used = state + (None,) * (5 - len(state))
        early_globals, early_contents, early_attributes = {}, {}, {}
        qualname = func.__qualname__
        for name, value in (reached or {}).items():
            if _is_inert(value):
                early_globals[name] = value
            else:
                place: tuple[Any, ...] = "global", id(func.__globals__), name
                self._put_off(place, f"the global {name!r}", func, wire.function, ({name: value},))
        cells = func.__closure__ or ()
        for index, value in contents.items() if type(contents) is dict else enumerate(contents or ()):
            if _is_inert(value):
                early_contents[index] = value
            else:
                place = "cell", id(cells[index])
                name = f"the variable {func.__code__.co_freevars[index]!r}"
                self._put_off(place, name, func, wire.function, (None, {index: value}))
        if not _is_inert(defaults):
            self._put_off(("defaults", id(func)), f"the defaults of {qualname}", func, wire.function, (None, None, defaults))
            defaults = None
        for name, value in (attributes or {}).items():
            if _is_inert(value):
                early_attributes[name] = value
            else:
                text = f"the attribute {name!r} of {qualname}"
                self._put_off(("attribute", id(func), name), text, func, wire.function, (None, None, None, {name: value}))
        early = [early_globals or None, early_contents or None, defaults, early_attributes or None, used]
        while len(early) > 1 and early[-1] is None:
            early.pop()
        return tuple(early)

    def _class_state(self, cls: type, state: Any, setter: Any, changes: Any) -> tuple[Any, Any]:
        """Return a state setter and its argument, for the attributes that are not put off.

        Parameters
        ----------
        changes
            The last item of the state of `edited_class`, or None.
        """
        before = len(self._steps)
        first, early = setter, state
        if setter is wire.class_:
            first, early, end = wire.class_part, self._early(cls, _flat(state)), _EMPTY
        elif setter is wire.abc_class:
            first, early, end = wire.class_part, self._early(cls, _flat(state[0])), ({}, state[1])
        elif len(state) == 2:  # an enumeration in stages
            first, early, end = state[0][""].setter, state[0][""].state, ({}, state[1])
            self._early(cls, {name: value for name, value in state[0].items() if name}, late=True)
        else:
            attributes, states, aliases, *complete = state
            early, end = (self._early(cls, attributes), states, aliases, bool(complete), True), ({}, ())
        if changes is not None:
            self._put_off(("end", id(cls)), "", cls, wire.edited_class, (setter, end, changes))
        elif len(self._steps) > before:
            self._put_off(("end", id(cls)), "", cls, setter, end)
        else:
            return setter, state
        return first, early

    def _early(self, cls: type, attributes: dict[str, Any], late: bool = False) -> dict[str, Any]:
        """Put off what is not inert; return the other attributes. With `late`, put off all."""
        early = {}
        put_off = []
        for name, value in attributes.items():
            if not late and _is_inert(value):
                early[name] = value
            else:
                put_off.append(name)
        # The reader sets them in the order in which they are needed. Sorted, they give the same
        # bytes again there.
        for name in sorted(put_off, key=_text):
            self._put_off_attribute(cls, name, attributes[name])
        return early

    def _put_off_attribute(self, cls: type, name: str, value: Any) -> None:
        text = f"the attribute {name!r} of the class {cls.__qualname__}"
        self._put_off(("class", id(cls), name), text, cls, wire.class_part, {name: value})

    def _after_its_needs(self, obj: Any, reduced: Any, *, is_alone: bool = False) -> Any:
        """Write the steps that the methods need which run for `obj` when it is loaded, and then `obj`.

        Parameters
        ----------
        is_alone
            Whether to leave out the state of `obj`.
        """
        cls = type(obj)
        reached = running_methods.reached_by(cls, self)
        if reached is not None:
            reduced = self._reduced(obj, reduced)
        if reached is not None and type(reduced) is tuple:
            # Their steps are not known before.
            first = [each for each in (cls, reduced[0]) if id(each) not in self._begun and _is_by_value(each)]
            if first:
                return (wire.last, (*first, _Made(obj, reduced)), *reduced[2:])
        classes = {id(each) for each in cls.__mro__} if reached is None else reached.objects
        open_needs = [] if reached is None else [each for each, _ in self.opened if _needs(reached, each, self)]
        steps = [
            step
            for step in self._steps.values()
            if (reached is not None and _needs(reached, step, self)) or self._may_be_early(step, classes)
        ]
        if steps:
            reduced = self._reduced(obj, reduced)
        if type(reduced) is not tuple or not (open_needs or steps or is_alone):
            return reduced
        for each in open_needs:
            if reduced[0] is wire.named_global:  # runs no code of the class
                break
            if _is_kept_by(each, obj) and reduced[0] is _NEWOBJ and cls.__base__ is object:
                # Such as the only instance of a class. Its `__new__` ran in the writer.
                # Such as the only instance of a class. Its own `__new__` ran in the writer.
                reduced = (object.__new__, reduced[1][:1], *reduced[2:])
            elif self._is_needed(cls, reduced[0], each):
                raise _cycle_error(obj, each)
        if not steps and not is_alone:
            return reduced
        made = wire.last, (*steps, _Call(reduced[0], *reduced[1]))
        return made if is_alone else (*made, *reduced[2:])

    def _reduced(self, obj: Any, reduced: Any) -> Any:
        """Return `reduced`, or what the pickler would call if that is NotImplemented."""
        if reduced is not NotImplemented:
            return reduced
        reducer = self.table.get(type(obj))
        return obj.__reduce_ex__(self.protocol) if reducer is None else reducer(obj)

    def _is_needed(self, cls: type, constructor: Any, opened: Any) -> bool:
        """Whether loading an instance of `cls` needs `opened`; hashing runs for keys only."""
        making, hashing = (running_methods.reached_surely(cls, constructor, each, self) for each in (False, True))
        if _needs(making, opened, self):
            return True
        return _needs(hashing, opened, self) and (type(opened) is not _Step or _has_key(opened.state, cls))

    def _may_be_early(self, step: _Step, classes: Collection[int]) -> bool:
        """Whether `step` sets an attribute of one of `classes`, given by id, and runs no code of a class by value."""
        if step.place[0] != "class" or step.place[1] not in classes:
            return False
        (value,) = step.state.values()
        values = value.values() if type(value) is dict else value if type(value) in _CONTAINERS else (value,)
        return all(running_methods.reached_by(type(each), self) is None for each in values if running_methods.is_instance(each))


_NOTHING = wire.last, (None,)
_EMPTY: Any = {}
_CONTAINERS = (tuple, list, set, frozenset)


def _is_by_value(each: Any) -> bool:
    return (type(each) is FunctionType or isinstance(each, type)) and not byvalue.by_reference(each)


def _text(name: Any) -> str:
    return name if type(name) is str else ""


def _flat(attributes: dict[str, Any]) -> dict[str, Any]:
    """Return the attributes of a class without the stages of the plain form."""
    if "" not in attributes:
        return attributes
    return {**attributes[""].state, **{name: value for name, value in attributes.items() if name}}


def _is_inert(value: Any, depth: int = _DEPTH) -> bool:
    """Whether loading `value` runs no code of the program."""
    kind = type(value)
    if id(kind) in _INERT or issubclass(kind, type) or is_enum_member(value):
        return True
    if issubclass(kind, ModuleType):
        return byvalue.module_by_reference(value)
    if kind is BuiltinFunctionType:
        return isinstance(value.__self__, ModuleType)
    if depth == 0:
        return False
    if kind is property:
        parts: Any = value.fget, value.fset, value.fdel
    elif kind in (staticmethod, classmethod):
        parts = (value.__func__,)
    elif kind is GenericAlias:
        parts = value.__args__
    elif kind is dict:
        parts = (*value, *value.values()) if len(value) <= _MOST_ITEMS else (value,)
    elif kind in _CONTAINERS:
        parts = value if len(value) <= _MOST_ITEMS else (value,)
    else:
        return False
    return all(_is_inert(each, depth - 1) for each in parts)


def _needs(reached: running_methods.Reached, each: Any, payload_state: Any) -> bool:
    """Whether code that reaches `reached` needs a step, or the state of a function or class."""
    if type(each) is not _Step:
        return running_methods.touches(reached, each, payload_state)
    what, ident, *name = each.place
    if what == "global":
        return name[0] in reached.names.get(ident, ())
    if what == "class":
        return name[0] in reached.attributes.get(ident, ())
    if what == "cell":
        return ident in reached.cells
    if what == "attribute" and reached.is_sure and name[0] not in reached.used:
        return False
    return what != "end" and ident in reached.objects


def _is_kept_by(opened: Any, obj: Any) -> bool:
    """Whether `opened` is a step that sets an attribute or variable to `obj`."""
    if type(opened) is not _Step or opened.place[0] not in ("class", "global", "cell"):
        return False
    namespace = opened.state if opened.place[0] == "class" else opened.state[-1]
    return any(value is obj for value in namespace.values())


def _has_key(value: Any, cls: type) -> bool:
    """Whether `value` refers to a dictionary or set with keys that are, or contain, instances of `cls`."""
    pending = [(value, False)]
    seen: dict[tuple[int, bool], Any] = {}
    while pending and len(seen) < _MOST_OBJECTS:
        each, in_key = pending.pop()
        kind = type(each)
        if id(kind) in _INERT or issubclass(kind, (type, ModuleType)) or (id(each), in_key) in seen:
            continue
        if in_key and kind is cls:
            return True
        seen[id(each), in_key] = each
        if issubclass(kind, dict):
            pending += [(key, True) for key in dict.keys(each)]
            pending += [(item, in_key) for item in dict.values(each)]
        else:
            is_key = in_key or issubclass(kind, (set, frozenset))
            pending += [(part, is_key) for part in gc.get_referents(each)]
    return False


def _cycle_error(obj: Any, needed: Any) -> pickle.PicklingError:
    """Return the error for an instance that needs what is being written, and is part of it."""
    kind = type_name(obj)
    what = needed.name if type(needed) is _Step else f"{needed.__qualname__}, a function or class"
    return pickle.PicklingError(
        f"cannot pickle a {kind}: when it is loaded, a method of its class runs and needs {what}, which itself contains the "
        f"{kind}; let the method work without it, or move the class into a module that the reader can import"
    )
