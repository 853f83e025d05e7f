"""Trees as lines of text, and sizes in readable units."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

__all__ = ["Branch", "Line", "draw", "grow", "size", "to_dict"]

T = TypeVar("T")
# A text and its style in `rich`.
Line = tuple[str, str]

_UNITS = ("B", "kB", "MB", "GB", "TB")
_MOST_INDENT = 24
_MOST_DEPTH = 100


@dataclass
class Branch:
    """A line of a tree, and the lines under it.

    Attributes
    ----------
    note
        Text after the label.
    style
        The style of the line in `rich`.
    share
        How much of the whole it is, from 0 to 1, if that is known; notebooks draw a bar.
    """

    label: str
    note: str = ""
    style: str = ""
    children: list[Branch] = field(default_factory=list)
    share: float = 0.0

    @property
    def text(self) -> str:
        """Label and note together."""
        return f"{self.label}: {self.note}" if self.note else self.label

    def to_dict(self) -> dict[str, Any]:
        """Return the tree as plain data; see `to_dict`."""
        return to_dict(
            self,
            lambda branch: {"label": branch.label, "note": branch.note} if branch.note else {"label": branch.label},
            lambda branch: branch.children,
        )


def to_dict(root: T, data: Callable[[T], dict[str, Any]], parts: Callable[[T], list[T]]) -> dict[str, Any]:
    """Return a tree as plain data, at most 100 levels deep, as readers of JSON recurse.

    Parameters
    ----------
    data
        Returns the data of a node.
    parts
        Returns the nodes under a node, for ``"children"``.
    """
    top = data(root)
    stack = [(root, top, 0)]
    while stack:
        node, found, depth = stack.pop()
        children = parts(node)
        if children and depth == _MOST_DEPTH:
            found["cut"] = True
        elif children:
            found["children"] = [data(child) for child in children]
            stack += ((child, each, depth + 1) for child, each in zip(children, found["children"], strict=True))
    return top


def grow(root: T, leaf: Callable[[T], Branch], parts: Callable[[T], Iterable[T | Branch]]) -> Branch:
    """Return the tree at `root`, which may be too deep for recursion.

    Parameters
    ----------
    leaf
        Returns the line of a node, without the lines under it.
    parts
        Returns what is under a node: nodes, or finished lines.
    """
    top = leaf(root)
    stack = [(root, top)]
    while stack:
        node, branch = stack.pop()
        for part in parts(node):
            if isinstance(part, Branch):
                branch.children.append(part)
            else:
                branch.children.append(leaf(part))
                stack.append((part, branch.children[-1]))
    return top


def draw(root: Branch, lines: int) -> list[tuple[str, str, str]]:
    """Return at most about `lines` lines for the tree at `root`, each with its guides, text and style."""
    out: list[tuple[str, str, str]] = []
    # Indentation, connector, branch and depth.
    stack: list[tuple[str, str, Branch, int]] = [("", "", root, 0)]
    while stack:
        if len(out) >= lines:
            more = len(stack)
            out.append(("", f"... {more:,} more branch{'es' if more > 1 else ''}", ""))
            break
        before, mark, branch, depth = stack.pop()
        out.append((before + mark, branch.text, branch.style))
        inner = before + {"": "", "├─ ": "│  ", "└─ ": "   "}[mark]
        if depth == _MOST_INDENT and branch.children:
            out.append((f"{inner}└─ ", "...", ""))
            continue
        for index, child in reversed(list(enumerate(branch.children))):
            stack.append((inner, "└─ " if index == len(branch.children) - 1 else "├─ ", child, depth + 1))
    return out


def size(count: int) -> str:
    """Format a number of bytes in powers of 1000, such as ``214.5 MB``."""
    value = float(count)
    for unit in _UNITS[:-1]:
        if value < 999.95 or (unit == "B" and count < 1000):
            return f"{count:,} B" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:,.1f} {_UNITS[-1]}"
