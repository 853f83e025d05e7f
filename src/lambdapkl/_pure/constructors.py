"""The constructors for the results of the frequent reducers, in Python.

`frames`, `describe_steps`, `link_steps` and `quick_class` only stand in for those of the compiled
backend.
"""

from __future__ import annotations

import builtins
import pickle
import sys
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Any

from ..code import blobs
from ..rules import builtin_types
from ..rules.names import NAMED_ANNOTATE, SPECIAL_ATTRIBUTES

_PYPY = sys.implementation.name == "pypy"

_codes: dict[bytes, CodeType] = {}

# Python code cannot read and write frames; see `_fast.Frames`.
frames = None
# `reducers.tracebacks` and `restorers.tracebacks` do the same in Python.
describe_steps = link_steps = None


def code(blob: Any, file_name: Any = None, *constants: Any) -> CodeType:
    """Return the code object of a blob and a file name.

    Equal arguments return the same object, which keeps its specialised bytecode.
    """
    if constants or type(blob) is not bytes:
        return blobs.unpack(blob, file_name, constants)
    loaded = _codes.get(blob)
    if loaded is None or (loaded.co_filename != file_name and file_name is not None):
        loaded = blobs.unpack(blob, file_name)
        if len(blob) <= blobs.MAX_CACHED_BLOB:
            if len(_codes) >= blobs.MAX_CACHED_CODES:
                _codes.clear()
            _codes[blob] = loaded
    return loaded


def function(first: Any, second: Any = None, where: Any = None, closure: Any = None) -> Any:
    """Create a function, or set the state `second` of the function `first`.

    A function is created from a blob and a file name. If `where` is the name of a module or None,
    its globals are new. If `where` is a function or a module, it shares the globals of that. A pair
    of one of these and a dictionary, or a module, gives the function builtins of its own. In
    `closure`, None is a new cell, a pair the cell of another function, a number the cell at that
    index of the same closure.

    A number as the only argument stands for a builtin type; see `builtin_types`.
    """
    if type(first) is FunctionType:
        return _set_state(first, second)
    if type(first) is int:
        return builtin_types.numbered(first)
    loaded = code(first, second)
    own_builtins: Any = builtins
    if type(where) is tuple and len(where) == 2:
        where, own_builtins = where
    if where is None or type(where) is str:
        namespace: dict[str, Any] = {"__builtins__": own_builtins}
        if where is not None:
            namespace["__name__"] = where
    elif type(where) is FunctionType:
        namespace = where.__globals__
    elif isinstance(where, ModuleType):
        namespace = vars(where)
    else:
        raise pickle.UnpicklingError(f"the payload is damaged: a {type(where).__name__} where a function's globals belong")
    if own_builtins is not builtins:
        namespace["__builtins__"] = own_builtins
    count = len(loaded.co_freevars)
    if closure is None:
        cells = [CellType() for _ in range(count)]
    elif type(closure) is not tuple or len(closure) != count:
        raise pickle.UnpicklingError(f"the payload is damaged: the closure of {loaded.co_qualname} has the wrong size")
    else:
        cells = []
        for entry in closure:
            cells.append(_closure_cell(entry, cells))
    made = FunctionType(loaded, namespace, loaded.co_name, None, tuple(cells) if count else None)
    if _PYPY:  # it uses the short name as qualified name
        made.__qualname__ = loaded.co_qualname
    return made


def _closure_cell(entry: Any, cells: list[CellType]) -> CellType:
    if entry is None:
        return CellType()
    if type(entry) is CellType:
        return entry
    if type(entry) is int and 0 <= entry < len(cells):
        return cells[entry]
    if type(entry) is tuple and len(entry) == 2:
        return cell(*entry)
    raise pickle.UnpicklingError(f"the payload is damaged: a {type(entry).__name__} where a cell belongs")


def cell(owner: Any = None, index: Any = 0) -> CellType:
    """Return a new empty cell, or the cell at `index` in the closure of the function `owner`.

    As a state setter: set the contents of the cell `owner` to the only item of the tuple `index`.
    """
    if owner is None:
        return CellType()
    if type(owner) is CellType and type(index) is tuple and len(index) == 1:
        owner.cell_contents = index[0]
        return owner
    if type(owner) is FunctionType and type(index) is int and owner.__closure__ is not None:
        if 0 <= index < len(owner.__closure__):
            return owner.__closure__[index]
    raise pickle.UnpicklingError("the payload is damaged: a cell that its function does not have")


def _set_state(func: FunctionType, state: Any) -> FunctionType:
    if type(state) is not tuple or len(state) > 5:
        raise pickle.UnpicklingError(f"the payload is damaged: a wrong state for the function {func.__qualname__}")
    reached, contents, defaults, attributes, used = state + (None,) * (5 - len(state))
    if used is not None:
        for name in used:
            __import__(name)
    if reached is not None:
        namespace = func.__globals__
        for name, value in reached.items():
            namespace[sys.intern(name)] = value
    if contents is not None:
        cells = func.__closure__ or ()
        items = contents.items() if type(contents) is dict else enumerate(contents)
        for index, value in items:
            if type(index) is not int or not 0 <= index < len(cells):
                raise pickle.UnpicklingError(f"the payload is damaged: {func.__qualname__} has no cell {index!r}")
            cells[index].cell_contents = value
    if defaults is not None:
        func.__defaults__ = defaults
    if attributes is not None:
        own = func.__dict__
        for name, value in attributes.items():
            if name in SPECIAL_ATTRIBUTES:
                setattr(func, name, value)
            elif name == NAMED_ANNOTATE and isinstance(value, FunctionType):
                value.__qualname__ = func.__qualname__ + name
                func.__annotate__ = value  # type: ignore[attr-defined]
            else:
                own[sys.intern(name) if type(name) is str else name] = value
    return func


def quick_class(make: Any) -> Any:
    """Return `make`, which creates classes and sets their attributes. There is no fast path in Python.

    Parameters
    ----------
    make
        `restorers.classes.class_`.
    """
    return make
