"""Lazy imports (PEP 810) are refused if this interpreter has an unknown memory layout for them."""

from __future__ import annotations

import pickle
import sys
from typing import Any

import fresh
import pytest

from lambdapkl import wire
from lambdapkl.reducers.imports import reduce_lazy_import

pytestmark = pytest.mark.skipif(sys.implementation.name == "pypy", reason="PyPy's collector shows other referents")


class Lazy:
    """An object with the fields and the text of a lazy import."""

    __slots__ = ("_fields", "_text")

    def __init__(self, text: str, *fields: Any) -> None:
        self._text = {"text": text}
        self._fields = fields

    def __repr__(self) -> str:
        return f"<lazy_import '{self._text['text']}'>"


class Named(Lazy):
    """A lazy import with its fields in slots, as in the interpreter."""

    __slots__ = ("attribute", "parent")

    def __init__(self, text: str, parent: Any, attribute: Any) -> None:
        super().__init__(text)
        self.parent, self.attribute = parent, attribute


def test_known_layout() -> None:
    root = Named("a.b.c", {}, "a.b.c")
    middle = Named("a.b", root, "b")
    assert reduce_lazy_import(root) == (wire.lazy_import, ("a.b.c",))
    assert reduce_lazy_import(Named("a.b.c", middle, "c")) == (wire.lazy_import, ("a.b.c", "import-as", "c"))
    assert reduce_lazy_import(Named("a.b.c.d", Named("a.b.c...", {}, "a.b.c"), "d")) == (
        wire.lazy_import,
        ("a.b.c", "from", "d"),
    )
    assert reduce_lazy_import(Named("c.c", Named("c...", {}, "c"), "c")) == (wire.lazy_import, ("c", "from", "c"))


@pytest.mark.parametrize(
    "lazy",
    [
        Named("a.b", {}, None),
        Named("a.b", {}, "other"),
        Named("a.b", {}, 3),
        Named("a.b", ("a", "b"), "b"),
        Named("a.b", Named("a", {}, None), "b"),
        Named("a.b.c", Named("a...", {}, "a"), "c"),
        Lazy("a.b", "a", "b"),
    ],
    ids=repr,
)
def test_an_unknown_layout_is_refused(lazy: Any) -> None:
    with pytest.raises(pickle.PicklingError, match="lambdapkl does not know the lazy imports"):
        reduce_lazy_import(lazy)


def test_a_layout_that_never_ends_is_refused() -> None:
    lazy = Named("a", None, "a")
    lazy.parent = lazy
    with pytest.raises(pickle.PicklingError, match="does not know"):
        reduce_lazy_import(lazy)


@pytest.mark.skipif(sys.version_info < (3, 15), reason="lazy imports came with 3.15")
def test_each_kind_of_lazy_import_statement(backend: fresh.Process) -> None:
    """`lazy import a.b.c as name` must not become `lazy from a.b import c`, which may find something else."""
    statements = [
        "lazy import {0}",
        "lazy import {0} as bound",
        "lazy import {0}.b",
        "lazy import {0}.b as bound",
        "lazy import {0}.b.c as bound",
        "lazy import {0}.b.c.d as bound",
        "lazy from {0} import b as bound",
        "lazy from {0}.b import c as bound",
        "lazy from {0}.b import b as bound",
    ]
    define = "\n".join(f"def f{i}(): return {'p' if 'as' not in each else f'n{i}'}" for i, each in enumerate(statements))
    lines = [each.format("p").replace("bound", f"n{i}") for i, each in enumerate(statements)]
    define = "\n".join(lines) + "\n" + define + f"\no = [{', '.join(f'f{i}' for i in range(len(statements)))}]\n"
    check = f"""
    import gc

    def chain(lazy):
        parts = gc.get_referents(lazy)
        parents = [each for each in parts if type(each) is type(lazy)]
        return repr(lazy), [each for each in parts if type(each) is str], *map(chain, parents)

    def original(statement, name):
        names = {{}}
        exec(statement, names)
        return chain(names.pop(name))

    for i, statement in enumerate({lines!r}):
        name = f"n{{i}}" if " as " in statement else "p"
        if name == "p":
            continue  # both statements bind this one
        namespace = o[i].__globals__
        assert chain(namespace.get(name)) == original(statement, name), (statement, chain(namespace.get(name)))
    """
    backend.run(define, check)
