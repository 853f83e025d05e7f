"""Cells that a function shares with the methods of a class pickled by value.

A reader that already has the class keeps its methods, with their cells. The function must get these
cells, not those of the methods in the payload, which are dropped.
"""

from __future__ import annotations

from types import CellType, FunctionType
from typing import Any

from .. import wire
from ..restorers.shared_cells import function_of
from ..rules import byvalue

# The class that has a cell, the name of its attribute, the index in the closure of that, its
# function, and the ids of all functions in the class
Place = tuple[type, str, int, FunctionType, set[int]]


def in_classes(func: FunctionType) -> dict[int, Place]:
    """Return the ids of cells of `func` that methods of a class have, too, and their places.

    A class counts if a cell of `func` has it, or an instance of it.
    """
    cells = func.__closure__ or ()
    own: set[int] = set()
    kinds: dict[int, type] = {}
    for cell in cells:
        own.add(id(cell))
        try:
            content = cell.cell_contents
        except ValueError:
            continue
        kind = content if isinstance(content, type) else type(content)
        if kind.__flags__ & byvalue.HEAP_TYPE and not byvalue.by_reference(kind):
            kinds[id(kind)] = kind
    found: dict[int, Place] = {}
    for kind in kinds.values():
        methods: dict[str, FunctionType] = {}
        members: set[int] = set()
        for name, value in list(vars(kind).items()):
            method = function_of(value)
            if method is not None and type(name) is str:
                methods[name] = method
                members.add(id(method))
        if id(func) in members:
            continue
        for name, method in methods.items():
            for index, cell in enumerate(method.__closure__ or ()):
                if id(cell) in own:
                    found.setdefault(id(cell), (kind, name, index, method, members))
    return found


def place_for(func: FunctionType, places: dict[int, Place]) -> Place | None:
    """Return the place of a cell that `func` has in common with a class, or None; not for a method of the class."""
    for cell in func.__closure__ or ():
        place = places.get(id(cell))
        if place is not None and id(func) not in place[4]:
            return place
    return None


def holder_of_globals(func: FunctionType, place: Place, names: tuple[str, ...]) -> FunctionType | None:
    """Return the function with which the reader creates the globals of `func`; None if it has no use for them.

    The class is written before `func`, so its method must have the globals that the two share.

    Parameters
    ----------
    names
        The names that the code of `func` may look up.
    """
    namespace = func.__globals__
    for name in names:
        if name in namespace and name not in ("__builtins__", "__name__"):
            return place[3] if place[3].__globals__ is namespace else func
    return None


def reduce_cell(cell: CellType, place: Place, owner: Any, payload_state: Any) -> tuple[Any, ...] | None:
    """Reduce a cell of a class, or return None if the class is being pickled and no function has the cell yet.

    Parameters
    ----------
    owner
        The function of the payload that has the cell, and the index in its closure; or None.
    """
    kind, name, index, _, _ = place
    if owner is not None:
        return wire.class_cell, (kind, payload_state.name(name), index, *owner)
    if id(kind) in payload_state.class_dicts:
        return None
    return wire.class_cell, (kind, payload_state.name(name), index)
