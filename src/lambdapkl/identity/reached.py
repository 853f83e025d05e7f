"""Finds what a class consists of, place by place: its attributes, and what its methods reach.

A *place* is a tuple of strings:

- ``("rate",)``: an attribute of the class
- ``("total", "cell", "helper")``: a part of a function that is pickled by value. The parts are
  cells, ``defaults``, ``kwdefaults`` and attributes
- ``("", "__main__", "factor")``: a global that a method reaches, in the namespace with this name

A *node* describes what a place holds, for a later comparison. It holds values strongly only if they
cannot refer to a class, so that it keeps no class alive.
"""

from __future__ import annotations

import collections
import gc
import weakref
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType, GetSetDescriptorType, MemberDescriptorType, ModuleType
from typing import Any

from ..code.code_info import code_info, packed
from ..rules import byvalue
from .digest import hashed, plain_walk, value_digest
from .traces_of_use import VOLATILE
from .walk import SPELLED, Walk

Place = tuple[str, ...]
# Its first item is one of the constants below.
Node = tuple[Any, ...]

# The value itself.
VALUE = 0
# A weak reference to a class, a module, or an object whose contents are not followed.
REFERENCE = 1
# A function by value: a weak reference, and its code.
FUNCTION = 2
# A builtin container: its type, and the nodes of its items.
ITEMS = 3
# A `staticmethod`, `classmethod` or `property`: its type, and the nodes of its functions.
PARTS = 4
# The digest of any other object.
DIGEST = 5
# A cell whose contents do not count.
IGNORED: Node = (6,)

ABSENT: Any = object()

# At most so many items of a container are compared, and so many functions are followed.
MAX_ITEMS = 1000
MAX_FUNCTIONS = 500
MAX_DEPTH = 8

ATOMS = frozenset((str, bytes, type(None), type(NotImplemented))) | SPELLED - {slice}
CONTAINERS = frozenset((tuple, list, dict, set, frozenset))
# Attributes that are set only when a class is created, or that `dataclasses` and `enum` compute then.
SKIPPED = frozenset(
    VOLATILE
    | {name for name, value in vars(type).items() if isinstance(value, (GetSetDescriptorType, MemberDescriptorType))}
    - {"__doc__"}
    | {
        "__annotate_func__",
        "__classcell__",
        "__classdictcell__",
        "__dataclass_fields__",
        "__dataclass_params__",
        "__firstlineno__",
        "__slots__",
        "_hashable_values_",
        "_member_map_",
        "_member_names_",
        "_unhashable_values_",
        "_unhashable_values_map_",
        "_value2member_map_",
    }
)
NEVER_SENT = ("__builtins__", "__name__")
# Cells that change while a class is used: the dictionary of the class, and a set in
# `reprlib.recursive_repr`.
RUNNING_CELLS = ("__classdict__", "repr_running")
PROPERTY_PARTS = ("fget", "fset", "fdel", "__doc__")
_DESCRIPTORS = (MemberDescriptorType, GetSetDescriptorType)
# The descriptor of a field of a named tuple, which nothing changes; PyPy has none.
FIELD: Any = getattr(collections, "_tuplegetter", None)
_is_tracked: Callable[[Any], bool] = getattr(gc, "is_tracked", lambda _: True)

# A function as the comparison needs it: a weak reference, the code, the nodes of the defaults, of
# the keyword defaults, of the attributes and of the cells, the names and nodes of globals, and its
# place. None stands for what is missing.
Function = tuple[Any, Any, Any, Any, Any, Any, Any, Place]


def is_tracked_name(name: Any, value: Any) -> bool:
    """Whether an attribute of a class has a place."""
    return type(name) is str and name not in SKIPPED and not isinstance(value, _DESCRIPTORS)


class Scan:
    """What a class consists of now.

    Attributes
    ----------
    nodes
        place -> node
    found
        place -> what is there, and a function to set it
    attributes
        The names and nodes of the attributes of the class.
    functions
        The functions that the class reaches.
    missing
        The places of globals that do not exist.
    followed
        The places and objects of these functions.
    namespaces
        name -> the globals of such functions
    """

    def __init__(self, namespace: dict[Any, Any]) -> None:
        self.nodes: dict[Place, Node] = {}
        self.found: dict[Place, tuple[Any, Any, Any]] = {}
        self.attributes: dict[str, Node] = {}
        self.functions: list[Function] = []
        self.missing: set[Place] = set()
        self.namespaces: dict[str, dict[str, Any]] = {}
        self._names: dict[int, str] = {}
        self._seen: set[int] = set()
        self.followed: list[tuple[Place, FunctionType]] = []
        for name, value in namespace.items():
            if is_tracked_name(name, value):
                self.attributes[name] = self._add((name,), value, None, name)
        for place, function in self.followed:  # grows
            self.functions.append(self._function(place, function))

    def _add(self, place: Place, value: Any, holder: Any, key: Any) -> Node:
        node = self.nodes[place] = self._node(place, value, 0)
        self.found[place] = value, holder, key
        return node

    def _node(self, place: Place, value: Any, depth: int) -> Node:
        kind = type(value)
        if kind in ATOMS:
            return VALUE, value
        if kind is FunctionType:
            if byvalue.by_reference(value) or type(value.__code__) is not CodeType:
                return REFERENCE, weakref.ref(value)
            if id(value) not in self._seen and len(self.followed) < MAX_FUNCTIONS:
                self._seen.add(id(value))
                self.followed.append((place, value))
            return FUNCTION, weakref.ref(value), value.__code__
        if issubclass(kind, (type, ModuleType)):
            return REFERENCE, weakref.ref(value)
        if depth >= MAX_DEPTH:
            return IGNORED
        if kind is staticmethod or kind is classmethod:
            return PARTS, kind, (self._node((*place, "__func__"), value.__func__, depth + 1),)
        if kind is property:
            parts = [self._node((*place, part), getattr(value, part), depth + 1) for part in PROPERTY_PARTS]
            return PARTS, kind, tuple(parts)
        if kind in CONTAINERS:
            nodes = [self._node((*place, str(index)), item, depth + 1) for index, item in enumerate(items_of(value))]
            return ITEMS, kind, len(value), tuple(nodes)
        if kind is FIELD or not _is_tracked(value):
            return VALUE, value
        return self._other(place, value, depth)

    def _other(self, place: Place, value: Any, depth: int) -> Node:
        """Return the node of another object; follow the functions in it, as in a `functools.lru_cache`."""
        for name, part in inner_functions(value):
            self._node((*place, name), part, depth + 1)
        try:
            return REFERENCE, weakref.ref(value)
        except TypeError:
            return DIGEST, value_digest(value)

    def _function(self, place: Place, func: FunctionType) -> Function:
        code = func.__code__
        defaults, kwdefaults = func.__defaults__, func.__kwdefaults__
        cells: list[Any] = []
        for name, cell in zip(code.co_freevars, func.__closure__ or (), strict=True):
            try:
                contents = cell.cell_contents
            except ValueError:
                contents = ABSENT
            if name in RUNNING_CELLS:
                cells.append(IGNORED)
            else:
                cells.append(None if contents is ABSENT else self._add((*place, "cell", name), contents, cell, None))
        attributes = []
        for key, value in list(func.__dict__.items()):
            if type(key) is str:
                attributes += [(VALUE, key), self._add((*place, "attr", key), value, func.__dict__, key)]
        return (
            weakref.ref(func),
            code,
            None if defaults is None else self._add((*place, "defaults"), defaults, func, "__defaults__"),
            None if kwdefaults is None else self._add((*place, "kwdefaults"), kwdefaults, func, "__kwdefaults__"),
            (ITEMS, dict, len(func.__dict__), tuple(attributes)) if func.__dict__ else None,
            tuple(cells) if cells else None,
            self._globals(func.__globals__, code),
            place,
        )

    def _globals(self, namespace: dict[str, Any], code: CodeType) -> Any:
        label = self._names.get(id(namespace))
        if label is None:
            label = str(byvalue.module_in_payload(namespace.get("__name__")))
            while label in self.namespaces:
                label += "'"
            self._names[id(namespace)] = label
            self.namespaces[label] = namespace
        found: list[Any] = []
        for name in code_info(code).names:
            place = "", label, name
            if name in NEVER_SENT or place in self.nodes or place in self.found:
                continue
            value = namespace.get(name, ABSENT)
            if value is ABSENT:
                self.found[place] = ABSENT, namespace, name
                self.missing.add(place)
                found.append((name, None))
            else:
                found.append((name, self._add(place, value, namespace, name)))
        return tuple(found) if found else None


def scan(cls: type) -> Scan:
    """Return what `cls` consists of now."""
    return Scan(dict(vars(cls)))


def is_inside(place: Place, functions: set[Place]) -> bool:
    """Whether `place` is a part of what is in one of `functions`."""
    return not functions.isdisjoint([place[:end] for end in range(1, len(place))])


def items_of(value: Any) -> list[Any]:
    """Return the items of a container that are compared; keys and values of a dictionary in turn."""
    if type(value) is dict:
        value = [each for pair in value.copy().items() for each in pair]
    return list(value)[:MAX_ITEMS]


def inner_functions(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield the functions that another object holds in its attributes, with their names."""
    attributes = getattr(value, "__dict__", None)
    if type(attributes) is dict:
        for name, part in list(attributes.items())[:MAX_ITEMS]:
            if type(name) is str and type(part) is FunctionType:
                yield name, part
    if isinstance(value, _partial()) and type(value.func) is FunctionType:
        yield "func", value.func


def _partial() -> Any:
    from functools import partial

    return partial


def matches(node: Node | None, value: Any) -> bool:
    """Whether a place that had `node` still holds the same. If False, digests decide."""
    if node is None:
        return value is ABSENT
    kind = node[0]
    if kind == VALUE:
        return node[1] is value
    if kind in (REFERENCE, FUNCTION):
        return node[1]() is value
    if kind == DIGEST:
        return type(value) not in ATOMS and value_digest(value) == node[1]
    if node is IGNORED:
        return True
    if type(value) is not node[1]:
        return False
    if kind == PARTS:
        names = PROPERTY_PARTS if node[1] is property else ("__func__",)
        return all(map(matches, node[2], [getattr(value, name) for name in names]))
    return len(value) == node[2] and all(map(matches, node[3], items_of(value)))


def function_matches(entry: Function) -> bool:
    """Whether a function, and the globals that it reaches, are as they were."""
    reference, code, defaults, kwdefaults, attributes, cells, names, _ = entry
    func = reference()
    if func is None or func.__code__ is not code:
        return False
    for node, value in ((defaults, func.__defaults__), (kwdefaults, func.__kwdefaults__), (attributes, func.__dict__ or None)):
        if not (value is None if node is None else matches(node, value)):
            return False
    for node, cell in zip(cells or (), func.__closure__ or (), strict=False):
        if node is not IGNORED:
            try:
                contents = cell.cell_contents
            except ValueError:
                contents = ABSENT
            if not matches(node, contents):
                return False
    namespace = func.__globals__
    if names is None:
        return True
    return all(map(matches, [node for _, node in names], [namespace.get(name, ABSENT) for name, _ in names]))


class _GoneError(Exception):
    """What a node refers to exists no more."""


def node_digest(node: Node | None) -> bytes | None:
    """Return the digest of what a node describes; empty if there is nothing, None if it exists no more."""
    if node is None:
        return b""
    walk = plain_walk()
    try:
        _feed(walk, node)
    except _GoneError:
        return None
    return hashed(b"".join(walk.parts))


def _feed(walk: Walk, node: Node) -> None:
    kind = node[0]
    # Whether two parts are one object does not count.
    walk.seen.clear()
    if kind == VALUE:
        walk.add(node[1])
    elif kind == FUNCTION:
        blob, _, constants = packed(node[2])
        walk.text("function", node[2].co_qualname)
        walk.add(blob)
        walk.items("constants", constants)
    elif kind == REFERENCE:
        obj = node[1]()
        if obj is None:
            raise _GoneError
        if isinstance(obj, (type, FunctionType)):
            walk.name("named", obj)
        else:
            walk.add(obj)
    elif kind == DIGEST:
        walk.add(node[1])
    elif node is not IGNORED:
        walk.text("items", node[1].__name__)
        if kind == ITEMS and issubclass(node[1], (set, frozenset)):
            digests = [node_digest(each) for each in node[3]]
            if None in digests:
                raise _GoneError
            walk.items("set", sorted(digests))
            return
        nodes = node[-1]
        walk.text("count", str(node[2] if kind == ITEMS else len(nodes)))
        for each in nodes:
            _feed(walk, each)
