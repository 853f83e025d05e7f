"""Walks an object as the pickler does, and continues after objects that cannot be pickled.

The walk calls the standard library's Python pickler, with the reducers of lambdapkl, for one object
at a time. `_OneLevel` saves this object and records the objects that the pickler would save next.
So reducers, hooks and `copyreg` apply in the same order as in a dump. The walk has its own stack,
so deep nesting causes no RecursionError.
"""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable, Iterator
from types import BuiltinFunctionType, CellType, CodeType, FunctionType, ModuleType
from typing import Any

from .. import wire
from .._backend.dumps import PayloadState
from ..files import Nowhere
from ..reducers.table import DISPATCH_TABLE, refresh
from ..stdlib_picklers import PayloadStateMixin, PythonPickler
from .parts import Part, item_label, key_label, labels_of, name_of, type_name

_ATOMS = frozenset((type(None), bool, int, float, str, bytes, bytearray))
_CONTAINERS = (tuple, list, dict, set, frozenset)
# How many steps of a path are shown.
_MAX_STEPS = 40
# A reducer may yield new objects forever: as parts of one object, and as parts of these parts. The
# walk ends at more parts, or deeper (an object with attributes takes two levels); no pickler gets
# that deep.
MAX_PARTS = 2_000_000
MAX_DEPTH = 30_000
# Modules whose functions mean nothing to a user.
_INTERNAL = ("lambdapkl.", "copyreg", "_pickle", "pickle")

# How an object is pickled.
VALUE, REFERENCE, DATA = "value", "reference", "data"


class Node:
    """An object that a user knows, and the path on which the walk reached it.

    Attributes
    ----------
    label
        Its name in its parent, such as ``attribute 'x'``.
    mode
        ``"value"`` or ``"reference"`` for functions, classes and modules, else ``"data"``.
    children
        The nodes below it that are in `Walk.culprits` or `Walk.definitions`, or lead to one.
    error
        What the pickler raised for it, or None.
    again
        If it has an error: how often the walk reached it after the first time.
    """

    __slots__ = ("again", "children", "error", "in_tree", "label", "labels", "mode", "obj", "parent", "root")

    def __init__(self, obj: Any, parent: Node | None, label: str) -> None:
        self.obj = obj
        self.parent = parent
        self.root: Node = self if parent is None else parent.root
        self.label = label
        self.mode = DATA
        self.children: list[Node] = []
        self.error: Exception | None = None
        self.again = 0
        self.in_tree = False
        # The result of `labels_of`, from the first call of `label_of` until all parts have been
        # seen.
        self.labels: dict[int, Part] | None = None

    def label_of(self, part: Any) -> str | None:
        """Return the label of `part`, or None if it is no part of this object that a user knows."""
        if self.labels is None:
            self.labels = labels_of(self.obj)
        labelled = self.labels.get(id(part))
        return None if labelled is None else labelled[0]

    def steps(self) -> list[str]:
        """Return the path from the root to this object; the last step includes its type.

        If the path has more than 40 steps, those after the first are shortened to "...".
        """
        labels: list[str] = []
        node: Node | None = self
        while node is not None and len(labels) < _MAX_STEPS:
            labels.append(node.label)
            node = node.parent
        if node is not None:
            labels[-2:] = ["...", self.root.label]
        labels.reverse()
        if self.parent is not None:
            labels[-1] += f" ({type_name(self.obj)})"
        return labels


class _OneLevel(PayloadStateMixin, PythonPickler):
    """Saves one object, and records the objects that it would save next."""

    def __init__(self, payload_state: Any, refuse: Callable[[Any], None] | None = None) -> None:
        super().__init__(Nowhere(), pickle.HIGHEST_PROTOCOL, buffer_callback=lambda buffer: None)
        self._use(payload_state, pickle.HIGHEST_PROTOCOL)
        self._refuse = refuse
        self._next: list[Any] = []
        self.reduced: tuple[Any, ...] | None = None
        self.named = False

    def expand(self, obj: Any) -> list[Any]:
        """Return the objects that the pickler saves after `obj`.

        Set `reduced` to its reduced value, and `named` to whether it was pickled by name.
        """
        self._next = []
        self.reduced = None
        self.named = False
        self.memo.clear()
        if self._refuse is not None:
            self._refuse(obj)
        super().save(obj)
        return self._next

    def save(self, obj: Any, save_persistent_id: bool = True) -> None:
        if len(self._next) >= MAX_PARTS:
            raise pickle.PicklingError(f"its reducer yields more than {MAX_PARTS:,} parts, and may never end")
        self._next.append(obj)

    def save_reduce(self, func: Any, args: Any, *rest: Any, **named: Any) -> None:
        state = rest[0] if rest else None
        self.reduced = func, args, state
        if self._refuse is not None:
            self._refuse(func)
        super().save_reduce(func, args, *rest, **named)

    def save_global(self, obj: Any, name: str | None = None) -> None:
        super().save_global(obj, name)
        self.named = True
        self._next.clear()  # these were only the strings of the name

    # The pickler looks methods up by type in this table, not as attributes.
    dispatch = {**PythonPickler.dispatch, FunctionType: save_global}


class Walk:
    """One walk over an object.

    Parameters
    ----------
    root
        The object to walk.
    until
        Called with each object that cannot be pickled; the walk ends when it returns True.
    seconds
        Stop after this time; None for no limit.
    progress
        Called now and then with the number of objects seen so far.
    owner
        A module whose functions find their globals in it, in the reader.
    refuse
        Called with each object, and with the constructor in its reduced value. It raises an error
        for objects that only the form of the dump refuses.
    payload_state
        A payload_state of the kind that the dump uses; a plain one by default.

    Attributes
    ----------
    culprits
        The objects that cannot be pickled, in the order of the pickler.
    definitions
        Functions, classes and modules, by value and by reference.
    count
        How many objects of the user were seen. Numbers, strings and bytes are not counted.
    deepest
        The most deeply nested node; its depth is `depth`.
    too_deep
        Whether the walk stopped because of the depth: a reducer may return new objects forever.
    complete
        Whether the walk has seen everything. Time, depth and the parts of an object are limited.
    """

    def __init__(
        self,
        root: Any,
        *,
        until: Callable[[Node], bool] | None = None,
        seconds: float | None = None,
        progress: Callable[[int], None] | None = None,
        owner: ModuleType | None = None,
        refuse: Callable[[Any], None] | None = None,
        payload_state: Any = None,
    ) -> None:
        refresh()
        self.root = Node(root, None, name_of(root))
        self.culprits: list[Node] = []
        self.definitions: list[Node] = []
        self.count = 0
        self.depth = 0
        self.deepest = self.root
        self.complete = False
        self.too_deep = False
        self._until = until
        self._deadline = None if seconds is None else time.monotonic() + seconds
        self._progress = progress
        if payload_state is None:
            payload_state = PayloadState(DISPATCH_TABLE)
        self._pickler = _OneLevel(payload_state, refuse)
        if owner is None:
            # A weak reference is refused if nothing else in the root refers to its object.
            payload_state.root = root
        else:
            payload_state.own_globals(vars(owner), owner)
        # id of an object -> the object, kept alive so that its id stays its own, and its node
        self._seen: dict[int, tuple[Any, Node]] = {}

    def run(self) -> None:
        """Walk the root object."""
        if type(self.root.obj) in _ATOMS:
            self.complete = True
            return
        stack = [(self.root, iter([(self.root.obj, "")]))]
        while stack:
            owner, following = stack[-1]
            for obj, role in following:
                if type(obj) in _ATOMS:
                    continue
                known = self._seen.get(id(obj))
                if known is not None:
                    if known[1].error is not None and known[1].obj is obj:
                        known[1].again += 1
                    continue
                node = self._node(obj, owner, role)
                if node is None:
                    continue
                self._seen[id(obj)] = obj, node
                if len(self._seen) % 256 == 0 and self._late():
                    return
                self.count += node.obj is obj
                try:
                    expanded = self._expand(obj, node, role)
                except Exception as error:
                    node.error = error
                    self.culprits.append(node)
                    _add_to_tree(node)
                    if self._until is not None and self._until(node):
                        return
                    continue
                if node.obj is obj and node.mode is not DATA:
                    self.definitions.append(node)
                    _add_to_tree(node)
                if expanded is not None:
                    stack.append((node, expanded))
                    if len(stack) > self.depth:
                        self.depth, self.deepest = len(stack), node
                    if len(stack) > MAX_DEPTH:
                        self.too_deep = True
                        return
                    break
            else:
                stack.pop()
                if not stack or stack[-1][0] is not owner:
                    owner.labels = None
        self.complete = True

    def _late(self) -> bool:
        if self._progress is not None:
            self._progress(self.count)
        return self._deadline is not None and time.monotonic() > self._deadline

    def _node(self, obj: Any, owner: Node, role: str) -> Node | None:
        """Return the node of `obj`.

        This is `owner` if a user does not know the object itself, and None if the walk need not
        expand it.
        """
        if not role:
            return owner
        if type(owner.obj) in _CONTAINERS:
            return Node(obj, owner, role)
        label = owner.label_of(obj)
        if label is None:
            named = obj if isinstance(obj, (type, FunctionType, BuiltinFunctionType)) else type(obj)
            if str(named.__module__).startswith(_INTERNAL):
                return None
            if type(obj) in _CONTAINERS or type(obj) in (CellType, CodeType):
                return owner
            label = role
        return Node(obj, owner, label)

    def _expand(self, obj: Any, node: Node, role: str) -> Iterator[tuple[Any, str]] | None:
        """Return the objects that come after `obj`, each with a default label."""
        if type(obj) in _CONTAINERS:
            items: Any = list(obj.items()) if type(obj) is dict else list(obj)
            if node.obj is not obj:
                return _of_temporary(type(obj), items, role)
            return _of_mapping(items) if type(obj) is dict else _of_items(type(obj), items)
        following = self._pickler.expand(obj)
        reduced, named = self._pickler.reduced, self._pickler.named
        if node.obj is obj and isinstance(obj, (FunctionType, type, ModuleType, BuiltinFunctionType)):
            node.mode = REFERENCE if named or _by_name(reduced) else VALUE
        if named or not following:
            return None
        return iter([(child, _role(child, reduced)) for child in following])


def _add_to_tree(node: Node) -> None:
    """Add `node`, and the nodes on its path, to the tree that `Node.children` forms."""
    while node.parent is not None and not node.in_tree:
        node.in_tree = True
        node.parent.children.append(node)
        node = node.parent


def _of_items(kind: type, items: list[Any]) -> Iterator[tuple[Any, str]]:
    if kind in (set, frozenset):
        return ((item, "an element") for item in items)
    return ((item, f"item {index}") for index, item in enumerate(items) if type(item) not in _ATOMS)


def _of_mapping(items: list[tuple[Any, Any]]) -> Iterator[tuple[Any, str]]:
    for key, value in items:
        if type(key) not in _ATOMS:
            yield key, key_label(key)
        if type(value) not in _ATOMS:
            yield value, item_label(key)


def _of_temporary(kind: type, items: list[Any], role: str) -> Iterator[tuple[Any, str]]:
    """Return the contents of a container that a reducer created."""
    if kind is not dict:
        return ((item, role) for item in items)
    return ((each, f"{role} {key!r:.60}" if type(key) is str else role) for key, value in items for each in (key, value))


def _by_name(reduced: tuple[Any, ...] | None) -> bool:
    """Whether the reduced value of a function, class or module contains only its name."""
    if reduced is None:
        return False
    func, args, _ = reduced
    if func is wire.function:
        return type(args[0]) is int  # a builtin type's number
    return func in (wire.module, wire.builtin_type, wire.attribute, wire.lazy_import, getattr)


def _role(child: Any, reduced: tuple[Any, ...] | None) -> str:
    if reduced is None:
        return "part"
    func, args, state = reduced
    if child is func:
        return "constructor"
    if child is args or type(child) is tuple:
        return "argument of the constructor"
    return "state" if child is state else "part"
