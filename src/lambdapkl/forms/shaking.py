"""Collects the source of all definitions of lambdapkl that a constructor needs (tree shaking).

A *unit* is a top-level statement of a module, or one name of an import. The needs of a unit are
found in two ways:

- Its bytecode, nested functions included, has the names that it reads as globals.
- Its syntax tree has the attributes of lambdapkl's modules, and the imports inside functions.
"""

from __future__ import annotations

import ast
import dis
import zlib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.util import find_spec, resolve_name
from types import CodeType
from typing import Any

__all__ = ["SourcesMissingError", "bootstrap", "chunk", "release"]

_PACKAGE = __package__.partition(".")[0]
# Module -> the module that replaces it in payloads: the reader gets the constructors in Python, and
# nothing that only dumps need.
_REPLACEMENTS = {
    "_backend.constructors": "_pure.constructors",
    "identity.script_classes": "identity.no_script_classes",
    "restorers.edits": "restorers.no_edits",
}
_READS_GLOBAL = frozenset(("LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS", "STORE_GLOBAL", "DELETE_GLOBAL"))
_DIGEST_SIZE = 8

_UNREADABLE = "the source files of lambdapkl are missing, and the payload must contain them: install it with its .py files"

# The name of a module, and the index of a unit in it.
Unit = tuple[str, int]


class SourcesMissingError(Exception):
    """lambdapkl was installed without its source files."""


class _RemoveDocs(ast.NodeTransformer):
    """Removes docstrings and annotations."""

    def _body(self, node: Any) -> Any:
        self.generic_visit(node)
        if ast.get_docstring(node, clean=False) is not None:
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


class _Module:
    """The units of a module, their needs, and the names that they bind.

    Attributes
    ----------
    binds
        Name -> the indices of the units that bind it.
    aliases
        Name -> the module of lambdapkl that it refers to.
    effects
        Index of each unit that binds no name -> the names of this module that it reads.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        spec: Any = find_spec(name)
        self.package: str = name if spec.submodule_search_locations is not None else name.rpartition(".")[0]
        self.units = list(_units(_RemoveDocs().visit(ast.parse(_source(name)))))
        self.binds: dict[str, list[int]] = {}
        self.aliases: dict[str, str] = {}
        self.effects: dict[int, frozenset[str]] = {}
        for index, unit in enumerate(self.units):
            bound = set(_bound_names(unit))
            for name in bound:
                self.binds.setdefault(name, []).append(index)
            if isinstance(unit, ast.ImportFrom) and unit.level:
                self.aliases.update(self._modules(unit))
            if not bound:
                self.effects[index] = self.reads(index)
        imported = {
            name for name, indices in self.binds.items() if isinstance(self.units[indices[0]], (ast.Import, ast.ImportFrom))
        }
        self.effects = {index: (read & self.binds.keys()) - imported for index, read in self.effects.items()}

    # `_module` keeps all modules, so the caches of methods keep nothing else alive.
    @cache  # noqa: B019
    def text(self, index: int) -> str:
        """Return the source of a unit."""
        return ast.unparse(self.units[index])

    @cache  # noqa: B019
    def reads(self, index: int) -> frozenset[str]:
        """Return the names that a unit reads as globals."""
        return frozenset(_globals(compile(self.text(index), "", "exec", dont_inherit=True)))

    def target(self, node: ast.ImportFrom) -> str:
        """Return the module that a relative import imports from."""
        return resolve_name("." * node.level + (node.module or ""), self.package).rstrip(".")

    def _modules(self, node: ast.ImportFrom) -> dict[str, str]:
        modules = {}
        for each in node.names:
            full = f"{self.target(node)}.{each.name}"
            if node.module is None or _is_module(full):
                modules[each.asname or each.name] = full
        return modules

    @cache  # noqa: B019
    def needs(self, index: int) -> list[tuple[str, str]]:
        """Return module and name of everything that a unit needs."""
        return list(self._find_needs(index))

    def _find_needs(self, index: int) -> Iterator[tuple[str, str]]:
        nodes = list(ast.walk(self.units[index]))
        aliases = dict(self.aliases)
        for node in nodes:
            if isinstance(node, ast.ImportFrom) and node.level:
                modules = self._modules(node)
                aliases.update(modules)
                yield from ((self.target(node), each.name) for each in node.names if not modules)
        yield from ((self.name, name) for name in self.reads(index) if name in self.binds)
        used = [node for node in nodes if isinstance(node, ast.Name) and node.id in aliases]
        with_attribute = set()
        for node in nodes:
            if isinstance(node, ast.Attribute) and node.value in used:
                with_attribute.add(node.value)
                yield aliases[node.value.id], node.attr
        for node in used:
            if node not in with_attribute and node.id in self.reads(index):
                raise AssertionError(f"{self.name} uses the module {node.id} itself: {self.text(index)}")


@cache
def _is_module(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def _source(name: str) -> str:
    spec: Any = find_spec(name)
    source: str | None = spec.loader.get_source(name) if hasattr(spec.loader, "get_source") else None
    if source is None:
        raise SourcesMissingError(_UNREADABLE)
    return source


def _units(tree: ast.Module) -> Iterator[ast.stmt]:
    for node in tree.body:
        if isinstance(node, ast.ImportFrom):
            if node.module == "__future__":
                continue
            module = _REPLACEMENTS.get(node.module or "", node.module) if node.level else node.module
            for each in node.names:
                yield ast.copy_location(ast.ImportFrom(module, [each], node.level), node)
        elif isinstance(node, ast.Import):
            for each in node.names:
                yield ast.copy_location(ast.Import([each]), node)
        elif not (isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"):
            yield node


def _bound_names(node: ast.AST) -> Iterator[str]:
    """Yield the names that a statement binds in its module."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        for each in node.names:
            yield (each.asname or each.name).partition(".")[0]
    elif isinstance(node, ast.Name):
        if isinstance(node.ctx, ast.Store):
            yield node.id
    elif not isinstance(node, (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
        for child in ast.iter_child_nodes(node):
            yield from _bound_names(child)


def _globals(code: CodeType) -> Iterator[str]:
    for each in dis.get_instructions(code):
        if each.opname in _READS_GLOBAL:
            yield each.argval
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _globals(constant)


_module = cache(_Module)
_WIRE = f"{_PACKAGE}.wire"


@cache
def _closure(name: str) -> frozenset[Unit]:
    """Return the units that the constructor `name` needs."""
    closure: set[Unit] = set()
    waiting = [(_WIRE, name)]
    seen = set(waiting)
    while waiting:
        module_name, needed = waiting.pop()
        module = _module(module_name)
        added = [(module_name, index) for index in module.binds[needed] if (module_name, index) not in closure]
        closure.update(added)
        bound = {each for each, binding in module.binds.items() if all((module_name, index) in closure for index in binding)}
        # Add the units without names whose names are all bound by now.
        added += [
            (module_name, index)
            for index, read in module.effects.items()
            if read and read <= bound and (module_name, index) not in closure
        ]
        closure.update(added)
        for _, index in added:
            for need in module.needs(index):
                if need not in seen:
                    seen.add(need)
                    waiting.append(need)
    return frozenset(closure)


@cache
def _rank() -> dict[str, int]:
    """Return the rank of each module in the order of imports; imported modules come first."""
    ranks: dict[str, int] = {}
    visiting: set[str] = set()

    def visit(name: str) -> None:
        if name in visiting:
            return
        visiting.add(name)
        module = _module(name)
        for unit in module.units:
            if isinstance(unit, ast.ImportFrom) and unit.level:
                for target in set(module._modules(unit).values()) or {module.target(unit)}:
                    if target in _used():
                        visit(target)
        ranks[name] = len(ranks)

    visit(_WIRE)
    for name in sorted(_used()):
        visit(name)
    return ranks


@cache
def _used() -> frozenset[str]:
    from .. import wire

    return frozenset(module for name in wire.__all__ for module, _ in _closure(name))


@cache
def release() -> str:
    """Return a digest of all sources for payloads; it names the package that the payloads share."""
    from hashlib import blake2b

    digest = blake2b(digest_size=_DIGEST_SIZE)
    # The last module determines how the sources are written.
    for name in (*sorted(_used()), f"{_PACKAGE}.forms.bootstrap", f"{_PACKAGE}.forms.shaking"):
        digest.update(repr((name, _source(name))).encode())
    return digest.hexdigest()


@cache
def chunk(name: str, sent: frozenset[str] = frozenset()) -> bytes:
    """Return the compressed definitions that `name` needs, without those for the names in `sent`."""
    units: set[Unit] = set(_closure(name)).difference(*map(_closure, sent))
    parts: dict[str, list[str]] = {}
    for module, index in sorted(units, key=lambda unit: (_rank()[unit[0]], unit[1])):
        parts.setdefault(module, []).append(f"{index} {_module(module).text(index)}")
    texts = ("\0".join((module.removeprefix(f"{_PACKAGE}."), *sources)) for module, sources in parts.items())
    return _compressed(texts, "\1")


@cache
def bootstrap() -> bytes:
    """Return the source of the module `bootstrap`, compressed."""
    module = _module(f"{_PACKAGE}.forms.bootstrap")
    needed = {index for name in ("Carried", "package_of") for index in module.binds[name]}
    needed |= {index for each in list(needed) for name in module.reads(each) for index in module.binds.get(name, ())}
    return _compressed((module.text(index) for index in sorted(needed)), "\n")


def _compressed(texts: Iterable[str], between: str) -> bytes:
    return zlib.compress(between.join(texts).encode(), 9)
