"""Parses source text: its lines, and its functions and lambdas by their first line."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property
from typing import cast

__all__ = ["Function", "Text", "first_line"]

# The nodes of functions and lambdas.
Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class Text:
    """A source text, parsed once for all searches in it.

    Attributes
    ----------
    lines
        The lines with their ends. `str.splitlines` would also split at form feeds and other
        separators, where Python does not.
    tree
        The syntax tree; None if the text is not Python.
    """

    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", "\n").replace("\r", "\n")
        self.lines = [f"{line}\n" for line in self.text.split("\n")]
        self.lines[-1] = self.lines[-1][:-1]
        try:
            self.tree: ast.Module | None = ast.parse(self.text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            self.tree = None

    def nodes(self) -> Iterator[ast.AST]:
        """Return all nodes of the syntax tree; none if the text is not Python."""
        return iter(()) if self.tree is None else ast.walk(self.tree)

    @cached_property
    def functions(self) -> dict[int, list[Function]]:
        """The functions and lambdas by their first line, decorators included; outer ones first."""
        by_line: dict[int, list[Function]] = {}
        for node in self.nodes():
            if isinstance(node, Function):
                by_line.setdefault(first_line(node), []).append(node)
        return by_line

    @cached_property
    def context(self) -> str:
        """Statements that make the compiler treat functions after them as in this text.

        The bytecode for a call of an attribute depends on whether the module imports the name
        before the dot. The bytecode for `super()` depends on whether the module uses that name.
        """
        imported: set[str] = set()
        names: set[str] = set()
        # `symtable` would have this, but PyPy lacks it.
        waiting: list[ast.AST] = [self.tree] if self.tree is not None else []
        while waiting:
            node = waiting.pop()
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                imported.update(each.asname or each.name.partition(".")[0] for each in node.names)
            elif isinstance(node, ast.Name):
                names.add(node.id)
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                waiting.extend(node.decorator_list)
            elif not isinstance(node, ast.Lambda):
                waiting.extend(ast.iter_child_nodes(node))
        imports = f"import {', '.join(sorted(imported - {'*'}))}\n" if imported - {"*"} else ""
        return imports + ("super\n" if "super" in names else "")

    def segment(self, node: ast.Lambda) -> str:
        """Return the text of an expression."""
        start, end = node.lineno - 1, cast(int, node.end_lineno)
        lines = [line.encode() for line in self.lines[start:end]]
        if not lines:  # before 3.12, nodes in f-strings have arbitrary positions
            return ""
        # The end first: if there is only one line, cutting its start would shift the end.
        lines[-1] = lines[-1][: node.end_col_offset]
        lines[0] = lines[0][node.col_offset :]
        return b"".join(lines).decode()

    def definition(self, start: int, node: ast.AST) -> str:
        """Return the lines from `start` to the last line of `node`, unchanged."""
        end = cast(int, node.end_lineno)  # type: ignore[attr-defined]
        return "".join(self.lines[start - 1 : end])


def first_line(node: Function | ast.ClassDef) -> int:
    """Return the line on which `node` or its first decorator starts."""
    decorators = () if isinstance(node, ast.Lambda) else node.decorator_list
    return min([node.lineno, *(each.lineno for each in decorators)])
