"""Why does it not pickle: the path from what was pickled to what cannot be.

After a failure the object is walked a second time, by a pickler in Python that writes nowhere and keeps a stack of what it
is saving.  Where it fails, the stack is the path.  It is slow, and runs on errors only.
"""

from __future__ import annotations

import functools
import pickle
import sys
import time
from collections.abc import Callable, Iterator
from types import (
    AsyncGeneratorType,
    CellType,
    CodeType,
    CoroutineType,
    FunctionType,
    GeneratorType,
    MappingProxyType,
    MethodType,
    ModuleType,
)
from typing import Any

from . import _backend, suspended
from .base import PythonPickler

_TOO_DEEP = "Could not pickle object as excessively deep recursion required."
# The second walk gives up after this many seconds: it must not make a failing dump of much data take minutes.
_TIME_LIMIT = 10.0
_MOST_STEPS = 40
_PREFIX = "path: "

# The table of reducers; `pickler` sets it, which is above this module.
table: Any = {}


def explain_error(error: Exception, obj: Any, owner: ModuleType | None = None) -> None:
    """Add to `error`, which pickling `obj` has raised, a note with the path to the culprit.

    The walk uses lambdapkl's own reducers; hooks of a subclass of `Pickler` may have led elsewhere, and then there is no
    note.  Functions of the module `owner` are taken to find their globals there, in the reader.

    Raises
    ------
    pickle.PicklingError
        In place of a RecursionError.
    """
    if isinstance(error, RecursionError):
        raise pickle.PicklingError(_TOO_DEEP) from error
    if isinstance(error, MemoryError):  # it says nothing of the object, and a second walk would need memory as well
        return
    notes = getattr(error, "__notes__", [])
    if any(note.startswith(_PREFIX) for note in notes):  # by a dump within this one
        return
    try:
        steps = _find(obj, error, owner)
    # Whatever goes wrong here must not hide the error that is being explained.
    except Exception:
        return
    if steps:
        # Since 3.14 `pickle` leaves a note at each level, about what reducers made as well; the path says it in one line.
        notes[:] = [note for note in notes if not note.startswith("when serializing ")]
        error.add_note(_PREFIX + " -> ".join(steps))


def _find(obj: Any, error: Exception, owner: ModuleType | None) -> list[str]:
    walker = _Walker()
    if owner is not None:
        walker.own_globals(owner)
    try:
        walker.dump(obj)
    except _Found as found:
        return _describe(found.stack)
    except Exception as again:
        if type(again) is type(error):
            return _describe(walker.failed_at or [])
    return []


class _Found(Exception):
    def __init__(self, stack: list[Any]) -> None:
        self.stack = stack


class _Nowhere:
    def write(self, data: Any) -> None:
        pass


class _Walker(PythonPickler):
    """Pickles as lambdapkl does, in Python, and remembers where it was when it failed."""

    def __init__(self) -> None:
        super().__init__(_Nowhere(), pickle.HIGHEST_PROTOCOL)
        self.dispatch_table = table
        self._session = _backend.Session(table)
        self._stack: list[Any] = []
        self.failed_at: list[Any] | None = None
        self._deadline = time.monotonic() + _TIME_LIMIT

    def own_globals(self, module: ModuleType) -> None:
        self._session.own_globals(vars(module), module)

    def reducer_override(self, obj: Any) -> Any:
        return self._session.reduce(obj)

    def save(self, obj: Any, save_persistent_id: bool = True) -> None:
        if time.monotonic() > self._deadline:
            raise _Found([])
        self._stack.append(obj)
        try:
            super().save(obj, save_persistent_id)
        except Exception:
            if self.failed_at is None:
                self.failed_at = list(self._stack)
            raise
        finally:
            self._stack.pop()


def _describe(stack: list[Any]) -> list[str]:
    """The steps from the first object of `stack` to the last; what reducers make on the way is left out."""
    if not stack:
        return []
    steps = [_name(stack[0])]
    parent = stack[0]
    for child in stack[1:]:
        if child is parent:
            continue
        step = _step(parent, child)
        if step is None:
            continue
        steps.append(step)
        parent = child
    culprit = stack[-1]
    if len(steps) > 1 and parent is culprit:
        steps[-1] += f" ({_type_name(culprit)})"
    elif parent is not culprit and not _made_by_reducer(culprit):
        steps.append(_type_name(culprit))
    if len(steps) > _MOST_STEPS:
        steps = [*steps[: _MOST_STEPS // 2], "...", *steps[-_MOST_STEPS // 2 :]]
    return steps


def _made_by_reducer(obj: Any) -> bool:
    return type(obj) in (tuple, list, dict, str, bytes, int)


def _step(parent: Any, child: Any) -> str | None:
    """How `parent` leads to `child`, or None where it does not, directly."""
    for label, value in _parts(parent):
        if value is child:
            return label
    return None


def _parts(obj: Any) -> Iterator[tuple[str, Any]]:
    """What a user sees in an object, each with what to call it."""
    kind = type(obj)
    for base, parts in _PARTS:
        if issubclass(kind, base):
            yield from parts(obj)
    attributes = getattr(obj, "__dict__", None) if not isinstance(obj, type) else None
    if type(attributes) is dict:
        for name, value in list(attributes.items()):
            yield f"attribute {name!r}", value
    for base in kind.__mro__:
        slots = vars(base).get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else tuple(slots):
            try:
                yield f"attribute {name!r}", getattr(obj, name)
            except Exception:
                continue
    if not isinstance(obj, type):
        yield f"class {kind.__qualname__}", kind


def _of_partial(call: Any) -> Iterator[tuple[str, Any]]:
    yield "function", call.func
    for index, value in enumerate(call.args):
        yield f"argument {index}", value
    for name, value in call.keywords.items():
        yield f"argument {name!r}", value


def _of_function(func: FunctionType) -> Iterator[tuple[str, Any]]:
    for name, cell in zip(func.__code__.co_freevars, func.__closure__ or (), strict=False):
        yield f"closure cell {name!r}", cell
        try:
            yield f"closure cell {name!r}", cell.cell_contents
        except ValueError:
            continue
    names = set(_names(func.__code__))
    for name, value in list(func.__globals__.items()):
        if name in names:
            yield f"global {name!r}", value
    count = func.__code__.co_argcount
    for name, value in zip(
        func.__code__.co_varnames[count - len(func.__defaults__ or ()) : count], func.__defaults__ or (), strict=False
    ):
        yield f"default of {name!r}", value
    for name, value in (func.__kwdefaults__ or {}).items():
        yield f"default of {name!r}", value
    if sys.version_info < (3, 14):
        for name, value in func.__annotations__.items():
            yield f"annotation of {name!r}", value
    else:
        yield "annotations", func.__annotate__
    for index, constant in enumerate(func.__code__.co_consts):
        yield f"constant {index}", constant


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _of_cell(cell: CellType) -> Iterator[tuple[str, Any]]:
    try:
        yield "contents", cell.cell_contents
    except ValueError:
        return


def _of_class(cls: type) -> Iterator[tuple[str, Any]]:
    for name, value in vars(cls).items():
        yield f"attribute {name!r}", value
    for base in cls.__bases__:
        yield f"base {base.__qualname__!r}", base
    yield "metaclass", type(cls)


def _of_mapping(mapping: Any) -> Iterator[tuple[str, Any]]:
    for key, value in list(mapping.items()):
        yield f"item {key!r:.60}", value
        yield f"key {key!r:.60}", key


def _of_sequence(items: Any) -> Iterator[tuple[str, Any]]:
    for index, item in enumerate(items):
        yield f"item {index}", item


def _of_set(items: Any) -> Iterator[tuple[str, Any]]:
    for item in items:
        yield "an element", item


def _of_exception(error: BaseException) -> Iterator[tuple[str, Any]]:
    yield "cause", error.__cause__
    yield "context", error.__context__
    for index, item in enumerate(error.args):
        yield f"argument {index}", item


def _fields(*names: str) -> Callable[[Any], Iterator[tuple[str, Any]]]:
    def parts(obj: Any) -> Iterator[tuple[str, Any]]:
        for name in names:
            yield name, getattr(obj, name, None)

    return parts


def _of_module(module: ModuleType) -> Iterator[tuple[str, Any]]:
    for name, value in list(vars(module).items()):
        yield f"name {name!r}", value


_PARTS: tuple[tuple[Any, Callable[[Any], Iterator[tuple[str, Any]]]], ...] = (
    (FunctionType, _of_function),
    (CellType, _of_cell),
    (MethodType, _fields("__self__", "__func__")),
    ((staticmethod, classmethod), _fields("__func__")),
    (property, _fields("fget", "fset", "fdel")),
    (functools.partial, _of_partial),
    (ModuleType, _of_module),
    (type, _of_class),
    ((dict, MappingProxyType), _of_mapping),
    ((list, tuple), _of_sequence),
    ((set, frozenset), _of_set),
    (BaseException, _of_exception),
    ((GeneratorType, CoroutineType, AsyncGeneratorType), suspended.parts),
)


def _name(obj: Any) -> str:
    if isinstance(obj, FunctionType):
        return f"function {obj.__qualname__}"
    if isinstance(obj, type):
        return f"class {obj.__qualname__}"
    if isinstance(obj, ModuleType):
        return f"module {obj.__name__}"
    return _type_name(obj)


def _type_name(obj: Any) -> str:
    kind = type(obj)
    return kind.__qualname__ if kind.__module__ in ("builtins", "__main__") else f"{kind.__module__}.{kind.__qualname__}"
