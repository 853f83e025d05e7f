"""Imports run one way: each layer imports layers below it only, also inside functions (docs/architecture.md)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import lambdapkl

SOURCE = Path(lambdapkl.__file__).parent
TESTS = Path(__file__).parent

# From the lowest to the highest.  A line holds folders and modules of one layer, which do not import each other.
# What is named with its folder ("_backend.dumps") is in a layer of its own, apart from the rest of the folder.
LAYERS = """
_version errors options stdlib_picklers files attempts
rules
code
identity
_fast _pure.constructors
_backend
frames
restorers
wire
reducers
_pure
_backend.dumps
walking
error_paths
forms
pickler
answers
load_errors
unpickler
cloudpickle engines guard
tools
__init__
cli
__main__
"""
RANKS = {name: rank for rank, line in enumerate(LAYERS.strip().splitlines()) for name in line.split()}
MOST_ENTRIES = 45


@cache
def modules() -> dict[str, Path]:
    """Return the modules by their names below `lambdapkl`; a folder's own is named like the folder."""
    paths = {path for pattern in ("*.py", "*.pyx") for path in SOURCE.rglob(pattern)}
    if SOURCE / "_fast.pyx" not in paths:  # an installed wheel has the stub in its place
        paths |= set(SOURCE.glob("_fast.pyi"))
    return {_name(path): path for path in paths}


def _name(path: Path) -> str:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


def imports(name: str) -> Iterator[str]:
    """Yield the modules that the module `name` imports, in functions too, but for those that only type checkers see."""
    path = modules()[name]
    if path.suffix == ".pyx":
        text = "\n".join(line for line in path.read_text().splitlines() if line.startswith("from ."))
    else:
        text = path.read_text()
    package = [] if name == "__init__" else name.split(".")[: None if path.name == "__init__.py" else -1]
    for node in _statements(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = [*package[: len(package) - node.level + 1], *(node.module or "").split(".")]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "lambdapkl":
            base = (node.module or "").split(".")[1:]
        else:
            continue
        for alias in node.names:
            yield next(
                target
                for target in (".".join(filter(None, [*base, alias.name])), ".".join(filter(None, base)), "__init__")
                if target in modules()
            )


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        children = node.orelse
    else:
        yield node
        children = list(ast.iter_child_nodes(node))
    for child in children:
        yield from _statements(child)


def layer(name: str) -> str:
    return name if name in RANKS else name.partition(".")[0]


@pytest.mark.parametrize("name", sorted(modules()))
def test_imports_run_downward(name: str) -> None:
    here = layer(name)
    for target in imports(name):
        there = layer(target)
        assert there == here or RANKS[there] < RANKS[here], f"{name} imports {target}"


def test_no_circles() -> None:
    state: dict[str, bool] = {}

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert state.get(name) is not False, f"circle: {' -> '.join([*path, name])}"
        if name not in state:
            state[name] = False
            for target in set(imports(name)) - {name}:
                visit(target, (*path, name))
            state[name] = True

    for name in modules():
        visit(name, ())


def test_every_layer_exists() -> None:
    assert {layer(name) for name in modules()} == set(RANKS)


def test_the_extension_imports_in_its_main_file_only() -> None:
    """Neither an import nor the name of a module of ours, by which one could be looked up, is in an included file."""
    for path in SOURCE.glob("_fast_parts/*.pxi"):
        found = re.findall(
            r"^\s*(?:from \.|from lambdapkl|import lambdapkl).*|\"lambdapkl\.(?!_fast\").*", path.read_text(), re.MULTILINE
        )
        assert not found, f"{path.name}: {found}"


@pytest.mark.parametrize("top", [SOURCE, TESTS], ids=["source", "tests"])
def test_no_folder_is_too_long(top: Path) -> None:
    for folder in [top, *(path for path in top.rglob("*") if path.is_dir() and path.name != "__pycache__")]:
        entries = [path for path in folder.iterdir() if path.name != "__pycache__" and path.suffix not in (".so", ".pyd")]
        assert len(entries) <= MOST_ENTRIES, f"{folder.name} has {len(entries)} entries"
