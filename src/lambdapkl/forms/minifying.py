"""Shortens Python source: removes docstrings and annotations, shortens names and indentation."""

from __future__ import annotations

import ast
from collections.abc import Collection
from string import ascii_letters
from typing import Any

__all__ = ["indented_by_one", "parse_without_docs", "with_short_names"]


def parse_without_docs(source: str) -> ast.Module:
    """Return the syntax tree of a module without docstrings and annotations."""
    tree: ast.Module = _RemoveDocs().visit(ast.parse(source))
    return tree


class _RemoveDocs(ast.NodeTransformer):
    """Removes docstrings and annotations."""

    def _body(self, node: Any) -> Any:
        self.generic_visit(node)
        first = node.body[0] if node.body else None
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
            del node.body[0]
        node.body = node.body or [ast.Pass()]
        return node

    visit_Module = visit_ClassDef = _body

    def _function(self, node: Any) -> Any:
        node.returns = None
        return self._body(node)

    visit_FunctionDef = visit_AsyncFunctionDef = _function

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.expr:
        # Since 3.12, `unparse` writes strings inside an f-string in a way that 3.11 cannot read
        # (PEP 701), so such an f-string becomes a call of `str.format`.
        self.generic_visit(node)
        values = [part for part in node.values if isinstance(part, ast.FormattedValue)]
        inner = (each for part in values for each in ast.walk(part.value))
        if not any(isinstance(each, ast.Constant) and isinstance(each.value, (str, bytes)) for each in inner):
            return node
        text = "".join(map(_field, node.values))
        call = ast.Call(ast.Attribute(ast.Constant(text), "format", ast.Load()), [part.value for part in values], [])
        return ast.fix_missing_locations(ast.copy_location(call, node))

    def visit_AnnAssign(self, node: ast.AnnAssign) -> Any:
        return None if node.value is None else ast.copy_location(ast.Assign([node.target], node.value), node)


def _field(part: Any) -> str:
    """Return a part of an f-string as a part of a template for `str.format`."""
    if isinstance(part, ast.Constant):
        return str(part.value).replace("{", "{{").replace("}", "}}")
    conversion = "" if part.conversion == -1 else f"!{chr(part.conversion)}"
    if part.format_spec is None:
        return f"{{{conversion}}}"
    (spec,) = part.format_spec.values
    return f"{{{conversion}:{spec.value}}}"


def with_short_names(text: str, kept: Collection[str]) -> str:
    """Return a statement with one-letter names for the parameters and local variables of functions.

    Parameters
    ----------
    kept
        Names that stay: at least the globals that the statement reads, and the keyword arguments of
        calls.
    """
    tree = ast.parse(text)
    for function in _outermost(tree):
        _shorten(function, kept)
    return ast.unparse(tree)


def _outermost(node: ast.AST) -> list[ast.AST]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return [node]
    return [function for child in ast.iter_child_nodes(node) for function in _outermost(child)]


def _shorten(function: ast.AST, kept: Collection[str]) -> None:
    nodes = list(ast.walk(function))
    local: dict[str, None] = {}
    fixed = set(kept)
    for node in nodes:
        match node:
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()) | ast.ExceptHandler(name=str(name)):
                local[name] = None
            case ast.Global() | ast.Nonlocal():
                fixed.update(node.names)
            case ast.alias():
                fixed.add((node.asname or node.name).partition(".")[0])
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                fixed.add(name)
            case ast.ClassDef(name=name):
                fixed.update(each.id for each in ast.walk(node) if isinstance(each, ast.Name))
                fixed.add(name)
    taken = {node.id for node in nodes if isinstance(node, ast.Name)} | local.keys()
    letters = [letter for letter in ascii_letters if letter not in taken]
    short = dict(zip([name for name in local if name not in fixed and len(name) > 1], letters, strict=False))
    for node in nodes:
        match node:
            case ast.arg(arg=name) if name in short:
                node.arg = short[name]
            case ast.Name(id=name) if name in short:
                node.id = short[name]
            case ast.ExceptHandler(name=str(name)) if name in short:
                node.name = short[name]


def indented_by_one(text: str) -> str:
    """Indent by one column a level. The text must have no string of several lines."""
    lines = text.split("\n")
    return "\n".join(line[3 * ((len(line) - len(line.lstrip(" "))) // 4) :] for line in lines)
