"""Find out what the methods of a class that run during a load can reach.

`pickle` calls methods of a class while it loads an instance: `__new__`, `__setstate__`, the
`__hash__` of a key. These methods, and the functions that they call, must be complete by then.
"""

from __future__ import annotations

import gc
import pickle
from collections import deque
from collections.abc import Iterator
from enum import EnumType
from types import CellType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from ..rules import byvalue

__all__ = ["CarefulFormNeeded", "Reached", "check", "check_new", "is_instance", "reached_by", "touches"]

_HASHING = ("__hash__", "__eq__")
_MAKING = ("__new__", "__setstate__", "__setattr__")
_FILLING = {list: ("append", "extend"), deque: ("append", "extend"), dict: ("__setitem__",)}
# The `__reduce__` in Python names what makes the instance, and that calls `__init__`.
_REDUCING = ("__reduce__", "__reduce_ex__")
_MADE_BY_CALL = ("__new__", "__init__", "__post_init__")
# The walk ends there: a method may refer to any amount of data.
_MOST_OBJECTS = 10_000
# Methods of builtin types: code that names one need not call the method of a class that has it, too.
_AMBIGUOUS = frozenset(
    name for kind in (str, bytes, int, float, list, tuple, dict, set, deque) for name in dir(kind) if not name.startswith("_")
)
_WITHOUT_REFERENCES = frozenset(map(id, (type(None), bool, int, float, complex, str, bytes, CodeType)))


class CarefulFormNeeded(BaseException):
    """Raised to give up a payload: a method would run before what it needs is complete.

    Not an Exception, because reducers and hooks of the program may catch those.
    """


class Reached:
    """What code reaches: functions and classes by value, global names, cells, and class attributes.

    Attributes
    ----------
    objects
        id -> the function or class.
    names
        id of a globals dictionary -> the names that are looked up in it.
    cells
        ids of cells.
    attributes
        id of a class -> the names of its attributes that are used.
    used
        Names that the code uses as attributes of something.
    is_sure
        Whether methods are left out that may not be called; see `reached_surely`.
    """

    def __init__(self, start: list[Any], cls: type, payload_state: Any, ignored: frozenset[str]) -> None:
        self.objects: dict[int, Any] = {}
        self.names: dict[int, set[str]] = {}
        self.cells: set[int] = set()
        self.attributes: dict[int, set[str]] = {}
        self._state = payload_state
        self._ignored = ignored
        self.is_sure = bool(ignored)
        self.used: set[str] = set()
        self._classes: dict[int, type] = {}
        self._seen: dict[int, Any] = {}
        self._pending = list(start)
        self._classes[id(cls)] = cls
        for base in cls.__mro__:
            if not byvalue.by_reference(base):
                self.objects[id(base)] = base
        self._walk()

    def _walk(self) -> None:
        while self._pending and len(self._seen) < _MOST_OBJECTS:
            while self._pending and len(self._seen) < _MOST_OBJECTS:
                self._visit(self._pending.pop())
            # A class gives what the code names; the code found meanwhile may name more.
            for cls in list(self._classes.values()):
                self._add_attributes(cls)

    def _visit(self, value: Any) -> None:
        kind = type(value)
        if id(kind) in _WITHOUT_REFERENCES or id(value) in self._seen or issubclass(kind, ModuleType):
            return
        self._seen[id(value)] = value
        if kind is FunctionType:
            self._add_function(value)
        elif issubclass(kind, type):
            if not byvalue.by_reference(value):
                self.objects[id(value)] = value
                self._classes[id(value)] = value
                self.used.update(_MADE_BY_CALL)
        elif kind is MethodType:
            self._pending += [value.__func__, value.__self__]
        else:
            self._pending += gc.get_referents(value)

    def _add_function(self, func: FunctionType) -> None:
        if type(func.__code__) is not CodeType:
            return
        self.used.update(name for name in _names(func.__code__) if name not in self._ignored)
        if byvalue.by_reference(func):
            return
        self.objects[id(func)] = func
        namespace = func.__globals__
        names = self._state.global_names(func.__code__)
        self.names.setdefault(id(namespace), set()).update(names)
        self._pending += [namespace[name] for name in names if name in namespace]
        for name, cell in zip(func.__code__.co_freevars, func.__closure__ or (), strict=True):
            self.cells.add(id(cell))
            # `__classdict__` holds the dictionary of the class around it.
            if name != "__classdict__" and cell != _EMPTY:
                self._pending.append(cell.cell_contents)
        self._pending += [func.__defaults__, func.__kwdefaults__, func.__dict__]

    def _add_attributes(self, cls: type) -> None:
        for base in cls.__mro__:
            if byvalue.by_reference(base):
                continue
            own = vars(base)
            known = self.attributes.setdefault(id(base), set())
            for name in self.used.intersection(own) - known:
                known.add(name)
                self._pending.append(own[name])


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


_EMPTY = CellType()


def _own_method(cls: type, name: str) -> Any:
    """Return the method `name` of `cls` if a class written in Python has it, else None."""
    for base in cls.__mro__:
        if name in (own := vars(base)):
            return own[name] if base.__flags__ & byvalue.HEAP_TYPE and type(own[name]) in _IN_PYTHON else None
    return None


_IN_PYTHON = (FunctionType, staticmethod, classmethod)


def is_instance(obj: Any) -> bool:
    """Whether loading `obj` may run methods written in Python: it is an instance of such a class.

    Members of enumerations are made with their class, and have what hashes them before it.
    """
    kind = type(obj)
    if not kind.__flags__ & byvalue.HEAP_TYPE or issubclass(kind, (type, ModuleType)):
        return False
    return not isinstance(kind, EnumType)


def _running(cls: Any, names: list[str], hashing: bool) -> list[Any]:
    if hashing and cls.__hash__ is not None and _own_method(cls, "__hash__") is not None:
        names += _HASHING
    for base, methods in _FILLING.items():
        if issubclass(cls, base):
            names += methods
    return [method for name in names if (method := _own_method(cls, name)) is not None]


def reached_by(cls: Any, payload_state: Any) -> Reached | None:
    """Return what the methods of `cls` may reach that run during a load; None if no such method is in Python.

    The result is the same for the whole payload.
    """
    key = "reached", id(cls)
    known = payload_state.shared.get(key, key)
    if known is key:
        known = payload_state.shared[key] = _reached_by(cls, payload_state)
    found: Reached | None = known
    return found


def _reached_by(cls: Any, payload_state: Any) -> Reached | None:
    reducer = payload_state.table.get(cls)
    own_reducer = type(reducer) is FunctionType and not byvalue.by_reference(reducer)
    # Methods of an importable class reach objects by value only through its instances. These come
    # before, and are checked themselves.
    if not own_reducer and byvalue.by_reference(cls):
        return None
    # A reducer names what makes the instance.
    is_called = own_reducer or any(_own_method(cls, name) for name in _REDUCING)
    running = _running(cls, [*_MAKING, *_REDUCING, "__init__"] if is_called else [*_MAKING], True)
    if own_reducer:
        running.append(reducer)
    return Reached(running, cls, payload_state, frozenset()) if running else None


def reached_surely(cls: Any, constructor: Any, hashing: bool, payload_state: Any) -> Reached:
    """Return what certainly is reached while an instance of `cls` is loaded.

    Left out are methods that have the name of a method of a builtin type: code that names one may
    call either.

    Parameters
    ----------
    constructor
        What makes the instance.
    hashing
        Whether to include the methods that run for keys only.
    """
    running = _running(cls, [*_MAKING, "__init__"] if constructor is cls else [*_MAKING], hashing)
    if type(constructor) is FunctionType:
        running.append(constructor)
    return Reached(running, cls, payload_state, _AMBIGUOUS)


def check(cls: Any, opened: list[Any], payload_state: Any) -> None:
    """Raise `CarefulFormNeeded` if a method of `cls` that runs during a load reaches one of `opened`.

    Parameters
    ----------
    opened
        The functions and classes whose state is being written.
    """
    reached = None if isinstance(cls, EnumType) else reached_by(cls, payload_state)
    if reached is not None and any(touches(reached, each, payload_state) for each in opened):
        raise CarefulFormNeeded


def touches(reached: Reached, opened: Any, payload_state: Any) -> bool:
    """Whether code that reaches `reached` needs the state of `opened`, a function or class."""
    if id(opened) in reached.objects:
        return True
    if type(opened) is not FunctionType:
        return False
    # The first function that names a global or has a cell brings it along for the others.
    names = reached.names.get(id(opened.__globals__))
    if names and not names.isdisjoint(payload_state.global_names(opened.__code__)):
        return True
    return any(id(cell) in reached.cells for cell in opened.__closure__ or ())


def check_new(cls: Any) -> None:
    """Refuse instances of `cls` if its `__new__` needs arguments that `pickle` does not pass to it.

    `object` reduces them to a call of `__new__` with the result of `__getnewargs__`, or no arguments.
    """
    new = cls.__new__
    if type(new) is not FunctionType or type(new.__code__) is not CodeType or hasattr(cls, "__getnewargs_ex__"):
        return
    given = 1  # the class
    if hasattr(cls, "__getnewargs__"):
        if _own_method(cls, "__getnewargs__") is not None:
            return
        given += 1  # builtin types give their value
    code = new.__code__
    positional = code.co_varnames[: code.co_argcount - len(new.__defaults__ or ())]
    by_name = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    missing = [*positional[given:], *(name for name in by_name if name not in (new.__kwdefaults__ or {}))]
    if missing:
        raise pickle.PicklingError(
            f"cannot pickle an instance of {cls.__qualname__}: loading it calls {cls.__qualname__}.__new__, which needs "
            f"{missing[0]!r}; define __getnewargs__, which returns the arguments, or give {missing[0]!r} a default"
        )
