"""Which definitions of lambdapkl a constructor needs, as source text: a tree shaker for the modules that load.

A *unit* is a statement at the level of a module, or one name of an import.  What a unit needs is found in its bytecode (which
names it reads as globals, nested functions included) and in its syntax tree (attributes of modules of ours that it names,
imports inside functions).
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

from .minifying import bare, indented_by_one, with_short_names

__all__ = ["SourcesMissingError", "bootstrap", "chunk", "release"]

_PACKAGE = __package__.partition(".")[0]
# Module -> the one that is sent in its place: the reader gets the constructors in Python, and nothing that only dumps need.
_INSTEAD = {"_backend.constructors": "_pure.constructors", "identity.script_classes": "identity.no_script_classes"}
_READS_GLOBAL = frozenset(("LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS", "STORE_GLOBAL", "DELETE_GLOBAL"))
_DIGEST_SIZE = 8

_UNREADABLE = "the source files of lambdapkl are not there to be sent: install it with its .py files"

# The name of a module, and the place of a unit in it.
Unit = tuple[str, int]


class SourcesMissingError(Exception):
    """lambdapkl was installed without its source files."""


class _Module:
    """The units of a module, what each needs, and which bind a name."""

    def __init__(self, name: str) -> None:
        self.name = name
        spec: Any = find_spec(name)
        self.package: str = name if spec.submodule_search_locations is not None else name.rpartition(".")[0]
        self.units = list(_units(bare(_source(name))))
        self._texts: dict[int, str] = {}
        self._short: dict[int, str] = {}
        self._needs: dict[int, list[tuple[str, str]]] = {}
        self._reads: dict[int, frozenset[str]] = {}
        self.binds: dict[str, list[int]] = {}
        # Name -> the module of ours that it stands for.
        self.aliases: dict[str, str] = {}
        # Units without a name of their own -> the names of this module that they are about.
        self.effects: dict[int, frozenset[str]] = {}
        for place, unit in enumerate(self.units):
            bound = set(_bound(unit))
            for name in bound:
                self.binds.setdefault(name, []).append(place)
            if isinstance(unit, ast.ImportFrom) and unit.level:
                self.aliases.update(self._modules(unit))
            if not bound:
                self.effects[place] = self.reads(place)
        imported = {name for name, places in self.binds.items() if _imports(self.units[places[0]])}
        self.effects = {place: (read & self.binds.keys()) - imported for place, read in self.effects.items()}

    def text(self, place: int) -> str:
        """The source of a unit."""
        if place not in self._texts:
            self._texts[place] = ast.unparse(self.units[place])
        return self._texts[place]

    def short(self, place: int) -> str:
        """The same, as it travels."""
        if place not in self._short:
            kept = _keywords() | self.reads(place)
            self._short[place] = indented_by_one(with_short_names(self.text(place), kept))
        return self._short[place]

    def reads(self, place: int) -> frozenset[str]:
        """The names that a unit reads as globals."""
        if place not in self._reads:
            self._reads[place] = frozenset(_globals(compile(self.text(place), "", "exec", dont_inherit=True)))
        return self._reads[place]

    def target(self, node: ast.ImportFrom) -> str:
        """The module that a relative import is from."""
        return resolve_name("." * node.level + (node.module or ""), self.package).rstrip(".")

    def _modules(self, node: ast.ImportFrom) -> dict[str, str]:
        found = {}
        for each in node.names:
            full = f"{self.target(node)}.{each.name}"
            if node.module is None or _is_module(full):
                found[each.asname or each.name] = full
        return found

    def needs(self, place: int) -> list[tuple[str, str]]:
        """Return module and name of each thing that a unit needs."""
        if place not in self._needs:
            self._needs[place] = list(self._find_needs(place))
        return self._needs[place]

    def _find_needs(self, place: int) -> Iterator[tuple[str, str]]:
        unit = self.units[place]
        aliases = dict(self.aliases)
        for node in ast.walk(unit):
            if isinstance(node, ast.ImportFrom) and node.level:
                modules = self._modules(node)
                aliases.update(modules)
                yield from ((self.target(node), each.name) for each in node.names if not modules)
        for name in self.reads(place):
            if name in self.binds:
                yield self.name, name
        whole = set()
        for node in ast.walk(unit):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in aliases:
                whole.add(id(node.value))
                yield aliases[node.value.id], node.attr
        for node in ast.walk(unit):
            if isinstance(node, ast.Name) and node.id in aliases and id(node) not in whole and node.id in self.reads(place):
                raise AssertionError(f"{self.name} uses the module {node.id} itself: {self.text(place)}")


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
            module = _INSTEAD.get(node.module or "", node.module) if node.level else node.module
            for each in node.names:
                yield ast.copy_location(ast.ImportFrom(module, [each], node.level), node)
        elif isinstance(node, ast.Import):
            for each in node.names:
                yield ast.copy_location(ast.Import([each]), node)
        elif not (isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"):
            yield node


def _imports(node: ast.stmt) -> bool:
    return isinstance(node, (ast.Import, ast.ImportFrom))


def _bound(node: ast.AST) -> Iterator[str]:
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
            yield from _bound(child)


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
    """The units that the constructor `name` needs."""
    found: set[Unit] = set()
    waiting = [(_WIRE, name)]
    seen = set(waiting)
    while waiting:
        where, wanted = waiting.pop()
        module = _module(where)
        places = module.binds[wanted]
        asked = [(where, place) for place in places if (where, place) not in found]
        found.update(asked)
        bound = {each for each, there in module.binds.items() if all((where, place) in found for place in there)}
        asked += [
            (where, place)
            for place, about in module.effects.items()
            if about and about <= bound and (where, place) not in found
        ]
        found.update(asked)
        for _, place in asked:
            for need in module.needs(place):
                if need not in seen:
                    seen.add(need)
                    waiting.append(need)
    return frozenset(found)


@cache
def _rank() -> dict[str, int]:
    """Modules in the order in which they are imported: what a module needs at its import comes before it."""
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
def _keywords() -> frozenset[str]:
    """The names of all keyword arguments in calls."""
    units = (unit for name in _used() for unit in _module(name).units)
    return frozenset(node.arg for unit in units for node in ast.walk(unit) if isinstance(node, ast.keyword) and node.arg)


@cache
def release() -> str:
    """Return a digest of all that this lambdapkl could send: the name of what payloads of it share."""
    from hashlib import blake2b

    digest = blake2b(digest_size=_DIGEST_SIZE)
    # The last two make units of them.
    for name in (*sorted(_used()), *(f"{_PACKAGE}.{each}" for each in ("forms.bootstrap", "forms.minifying", "forms.shaking"))):
        digest.update(repr((name, _source(name))).encode())
    return digest.hexdigest()


@cache
def chunk(name: str, sent: frozenset[str] = frozenset()) -> bytes:
    """Return the definitions that the constructor `name` needs and the constructors in `sent` do not, compressed."""
    units: set[Unit] = set(_closure(name)).difference(*map(_closure, sent))
    parts: dict[str, list[str]] = {}
    for module, place in sorted(units, key=lambda unit: (_rank()[unit[0]], unit[1])):
        parts.setdefault(module, []).append(f"{place} {_module(module).short(place)}")
    texts = ("\0".join((module.removeprefix(f"{_PACKAGE}."), *sources)) for module, sources in parts.items())
    return _compressed(texts, "\1")


@cache
def bootstrap() -> bytes:
    """Return the text of the module `bootstrap`, without what is there for the reader of its source, compressed."""
    module = _module(f"{_PACKAGE}.forms.bootstrap")
    needed = {place for name in ("Carried", "package_of") for place in module.binds[name]}
    needed |= {place for each in list(needed) for name in module.reads(each) for place in module.binds.get(name, ())}
    return _compressed((module.short(place) for place in sorted(needed)), "\n")


def _compressed(texts: Iterable[str], between: str) -> bytes:
    return zlib.compress(between.join(texts).encode(), 9)
