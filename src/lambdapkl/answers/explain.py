"""`explain`: why an object cannot be pickled, and what is pickled with it."""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import Any

from .. import wire
from .._backend.dumps import PayloadState
from ..files import Nowhere
from ..options import options
from ..pickler import Pickler
from ..reducers.table import DISPATCH_TABLE
from ..rules import byvalue
from ..walking.parts import name_of, type_name
from ..walking.walk import REFERENCE, VALUE, Node, Walk
from .answer import Answer
from .remedies import why_and_remedies
from .text import Branch, Line, grow

__all__ = ["Culprit", "Definition", "Explanation", "explain"]

_SHOWN_CULPRITS = 20
_SHOWN_NAMES = 30
_TOO_DEEP = "the objects form a chain that is too long: the pickler runs out of stack"
_FLATTEN = (
    "keep the chain's members in a list, and refer to them by their number in it",
    "give the class a __reduce__() or __getstate__() that writes the whole chain as one list",
)


@dataclass(frozen=True)
class Culprit:
    """Something that cannot be pickled.

    Attributes
    ----------
    path
        The steps from the explained object to it.
    type
        The name of its type.
    why
        The reason, from the pickler's error.
    remedies
        What can be done, the most specific first.
    again
        How many other references to it there are.
    """

    path: tuple[str, ...]
    type: str
    why: str
    remedies: tuple[str, ...]
    again: int = 0


@dataclass(frozen=True)
class Definition:
    """A function, class or module that the payload contains or refers to.

    Attributes
    ----------
    name
        Module and qualified name.
    kind
        ``"function"``, ``"class"``, ``"module"`` or ``"builtin"``.
    path
        The steps from the explained object to it.
    globals
        For a function by value: the names of the globals that are pickled with it.
    """

    name: str
    kind: str
    globals: tuple[str, ...]
    _node: Node

    @property
    def path(self) -> tuple[str, ...]:
        return tuple(self._node.steps())

    def to_dict(self) -> dict[str, Any]:
        return {"name": self.name, "kind": self.kind, "path": self.path}


class Explanation(Answer):
    """The result of `explain`; `str`, `rich.print` and notebooks show it, `to_dict` returns plain data.

    Attributes
    ----------
    ok
        Whether the object can be pickled.
    culprits
        The objects that cannot be pickled, in the order in which the pickler reaches them.
    by_value
        Functions, classes and modules whose contents are pickled.
    by_reference
        Functions, classes and modules that are pickled as a name, which the reader must be able to import.
    objects
        How many objects were examined; numbers, strings and bytes are not counted.
    """

    _tree_lines = 60

    def __init__(self, walk: Walk, culprits: tuple[Culprit, ...]) -> None:
        self.name = walk.root.label
        self.culprits = culprits
        self.ok = not culprits
        self.objects = walk.count
        self.by_value = tuple(_definition(node) for node in walk.definitions if node.mode == VALUE)
        self.by_reference = _distinct(tuple(_definition(node) for node in walk.definitions if node.mode == REFERENCE))
        self._root = walk.root

    @property
    def tree(self) -> Branch:
        """The objects that cannot be pickled, and what is pickled by value or by reference, with the objects that hold them."""
        return grow(self._root, _leaf, lambda node: node.children)

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain data, for JSON."""
        return {
            "object": self.name,
            "ok": self.ok,
            "objects": self.objects,
            "culprits": [vars(each) for each in self.culprits],
            "by_value": [{**each.to_dict(), "globals": each.globals} for each in self.by_value],
            "by_reference": [each.to_dict() for each in self.by_reference],
            "tree": self.tree.to_dict(),
        }

    def __repr__(self) -> str:
        return f"<Explanation of {self.name}: {self._verdict()}>"

    def _verdict(self) -> str:
        if self.ok:
            return "it can be pickled"
        return "1 culprit" if len(self.culprits) == 1 else f"{len(self.culprits):,} culprits"

    def _branch(self) -> Branch:
        return self.tree

    def _above(self) -> list[Line]:
        looked = "1 object" if self.objects == 1 else f"{self.objects:,} objects"
        lines = [(f"{self.name}: {self._verdict()} ({looked} looked at)", "bold green" if self.ok else "bold red")]
        told: Counter[tuple[str, str]] = Counter()
        shown = 0
        for culprit in self.culprits:
            told[culprit.type, culprit.why] += 1
            # Three of many similar ones are enough.
            if shown >= _SHOWN_CULPRITS or told[culprit.type, culprit.why] > 3:
                continue
            shown += 1
            lines += [("", ""), (f"  {' -> '.join(culprit.path)}", "red")]
            if culprit.again:
                places = "1 more place" if culprit.again == 1 else f"{culprit.again:,} more places"
                lines.append((f"    also in {places}", ""))
            if told[culprit.type, culprit.why] == 1:
                lines.append((f"    why: {culprit.why}", ""))
                for index, remedy in enumerate(culprit.remedies):
                    lines.append((f"    {'or: ' if index else 'do: '} {remedy}", "cyan"))
        if shown < len(self.culprits):
            lines += [("", ""), (f"  and {len(self.culprits) - shown:,} more; `culprits` has them all", "")]
        for title, definitions in (("by value", self.by_value), ("by reference", self.by_reference)):
            if definitions:
                lines += [("", ""), (f"{title}: {_listed([t.name for t in definitions])}", "")]
        dragged = [t for t in self.by_value if t.globals]
        if dragged:
            lines += [("", ""), ("globals that come with a function:", "")]
            lines += [(f"  {t.name}: {_listed(list(t.globals))}", "") for t in dragged[:_SHOWN_CULPRITS]]
        return lines


def explain(obj: Any, *, progress: Callable[[int], None] | None = None) -> Explanation:
    """Find everything in `obj` that cannot be pickled, and what is pickled with it.

    Each object is pickled on its own, so an object that is refused hides no other. Methods such as ``__reduce__`` and
    ``__getstate__`` run, as in a dump. Nothing is written.

    Parameters
    ----------
    obj
        The object to explain.
    progress
        Called from time to time with the number of objects examined.

    Returns
    -------
    Explanation
        The objects that cannot be pickled, each with path, reason and remedies; what is pickled by value and by reference.
    """
    walk = Walk(obj, progress=progress)
    walk.run()
    culprits = tuple(
        Culprit(tuple(node.steps()), type_name(node.obj), *why_and_remedies(node), node.again) for node in walk.culprits
    )
    if walk.too_deep:
        culprits += (_of_deepest(walk),)
    return Explanation(walk, culprits or _of_dump(obj, walk))


def _of_deepest(walk: Walk) -> Culprit:
    why = f"{_TOO_DEEP} ({walk.depth:,} deep)"
    return Culprit(tuple(walk.deepest.steps()), type_name(walk.deepest.obj), why, _FLATTEN)


def _of_dump(obj: Any, walk: Walk) -> tuple[Culprit, ...]:
    """Return the error of a whole dump if each object can be pickled on its own: for example, they are nested too deeply."""
    try:
        with options(deterministic=False):
            Pickler(Nowhere(), buffer_callback=lambda buffer: None).dump(obj)
    except Exception as error:
        if isinstance(error.__cause__, RecursionError):
            return (_of_deepest(walk),)
        walk.root.error = error
        return (Culprit(tuple(walk.root.steps()), type_name(obj), *why_and_remedies(walk.root)),)
    return ()


def _definition(node: Node) -> Definition:
    obj = node.obj
    kind = "function" if isinstance(obj, FunctionType) else "class" if isinstance(obj, type) else "builtin"
    if isinstance(obj, ModuleType):
        return Definition(byvalue.imported_name(obj), "module", (), node)
    module = getattr(obj, "__module__", None)
    name = f"{module}.{obj.__qualname__}" if module not in (None, "builtins") else obj.__qualname__
    found = _globals(obj) if node.mode == VALUE and isinstance(obj, FunctionType) else ()
    return Definition(name, kind, found, node)


def _globals(func: FunctionType) -> tuple[str, ...]:
    """Return the sorted names of the globals that are pickled with `func` alone; their order depends on the Python version."""
    try:
        reduced = PayloadState(DISPATCH_TABLE).reduce(func)
    except Exception:
        return ()
    if type(reduced) is not tuple or reduced[0] is not wire.function or len(reduced) < 3 or not reduced[2]:
        return ()
    return tuple(sorted(reduced[2][0] or ()))


def _distinct(definitions: tuple[Definition, ...]) -> tuple[Definition, ...]:
    return tuple({(each.kind, each.name): each for each in reversed(definitions)}.values())[::-1]


def _listed(names: list[str]) -> str:
    more = len(names) - _SHOWN_NAMES
    return ", ".join(names[:_SHOWN_NAMES]) + (f" and {more:,} more" if more > 0 else "")


def _leaf(node: Node) -> Branch:
    label = node.label
    if node.parent is not None and node.mode in (VALUE, REFERENCE):
        name = name_of(node.obj)
        label = label if label == name else f"{label}: {name}"
    elif node.parent is not None:
        label = f"{label} ({type_name(node.obj)})"
    if node.error is not None:
        text = str(node.error) if isinstance(node.error, (pickle.PicklingError, TypeError)) else repr(node.error)
        return Branch(label, f"CANNOT BE PICKLED: {text}", "red")
    if node.mode == VALUE:
        return Branch(label, "by value", "yellow")
    return Branch(label, "by reference", "dim") if node.mode == REFERENCE else Branch(label)
