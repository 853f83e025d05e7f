"""Trees as text and as `rich` draws them; sizes for people."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = ["Branch", "draw", "rich_tree", "size"]

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

    def to_dict(self) -> dict[str, Any]:
        """Return the tree as plain data, at most 100 levels deep, as readers of JSON recurse."""
        top: dict[str, Any] = {}
        stack = [(self, top, 0)]
        while stack:
            branch, data, depth = stack.pop()
            data["label"] = branch.label
            if branch.note:
                data["note"] = branch.note
            if branch.children and depth == _MOST_DEPTH:
                data["cut"] = True
            elif branch.children:
                data["children"] = [{} for _ in branch.children]
                stack += ((child, each, depth + 1) for child, each in zip(branch.children, data["children"], strict=True))
        return top


def draw(root: Branch, lines: int) -> list[str]:
    """Return the tree at `root` as at most about `lines` lines of text."""
    out: list[str] = []
    # Indentation, connector, branch and depth.
    stack: list[tuple[str, str, Branch, int]] = [("", "", root, 0)]
    while stack:
        if len(out) >= lines:
            more = len(stack)
            out.append(f"... {more:,} more branch{'es' if more > 1 else ''}")
            break
        before, mark, branch, depth = stack.pop()
        out.append(f"{before}{mark}{branch.label}{f': {branch.note}' if branch.note else ''}")
        inner = before + {"": "", "├─ ": "│  ", "└─ ": "   "}[mark]
        if depth == _MOST_INDENT and branch.children:
            out.append(f"{inner}└─ ...")
            continue
        for index, child in reversed(list(enumerate(branch.children))):
            stack.append((inner, "└─ " if index == len(branch.children) - 1 else "├─ ", child, depth + 1))
    return out


def rich_tree(root: Branch, lines: int) -> Any:
    """Return the tree at `root` as a `rich.tree.Tree` of at most `lines` lines."""
    from rich.text import Text
    from rich.tree import Tree

    def shown(branch: Branch) -> Any:
        return Text(f"{branch.label}{f': {branch.note}' if branch.note else ''}", style=branch.style)

    top = Tree(shown(root))
    stack = [(root, top, 0)]
    count = 1
    while stack:
        branch, tree, depth = stack.pop()
        added = []
        for child in branch.children:
            if count >= lines or depth >= _MOST_INDENT:
                tree.add("...")
                break
            count += 1
            added.append((child, tree.add(shown(child)), depth + 1))
        stack += reversed(added)
    return top


def size(count: int) -> str:
    """Format a number of bytes in powers of 1000, such as ``214.5 MB``."""
    value = float(count)
    for unit in _UNITS[:-1]:
        if value < 999.95 or (unit == "B" and count < 1000):
            return f"{count:,} B" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:,.1f} {_UNITS[-1]}"
