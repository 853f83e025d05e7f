"""The API reference has an entry for each public name, with the signature that the code has."""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from lambdapkl import guard

TEXT = (Path(__file__).resolve().parents[2] / "docs/api.md").read_text(encoding="utf-8")
# Modules with public names.
MODULES = ("", "guard", "engines.celery", "engines.multiprocessing", "engines.pyspark", "engines.rq", "engines.run")
# Some of their names cannot be imported everywhere: they need a library, or a version of Python.
OPTIONAL = ("engines.celery", "engines.multiprocessing.InterpreterPoolExecutor")

Parameters = list[tuple[str, Any, Any]]


def entries() -> dict[str, str]:
    """Return the text below each heading of the third level, by each name in the heading."""
    found = re.findall(r"^### ([^\n]+)\n(.*?)(?=^##|\Z)", TEXT, re.MULTILINE | re.DOTALL)
    return {name: text for heading, text in found for name in re.findall(r"`([\w.]+)`", heading)}


def signature_in(text: str) -> str | None:
    """Return the signature that an entry prints, without the name."""
    found = re.search(r"^```text\n\w+(\(.*?\))\n```", text, re.MULTILINE | re.DOTALL)
    return None if found is None else found[1]


ENTRIES = entries()
SIGNATURES = {name: signature for name, text in ENTRIES.items() if (signature := signature_in(text)) is not None}


def module_of(name: str) -> ModuleType | None:
    """Return the module of lambdapkl with this name, None if it needs a library that is not installed."""
    try:
        return import_module(f"lambdapkl.{name}" if name else "lambdapkl")
    except ImportError:
        if name in OPTIONAL:
            return None
        raise


def objects() -> dict[str, Any]:
    """Return what each name of the page names, as far as it can be imported here."""
    found = {}
    for name in ENTRIES:
        module, _, last = name.rpartition(".")
        owner = module_of(module)
        try:
            if owner is not None:
                found[name] = getattr(owner, last)
        except ImportError:
            assert name in OPTIONAL, name
    return found


def parameters(function: Any) -> Parameters | None:
    """Return name, kind and default of each parameter, None for what has no signature."""
    if isinstance(function, type) and "__new__" in vars(function) and "__init__" in vars(function):
        # The `__new__` of `Pickler` takes anything.
        return parameters(function.__init__)[1:]
    try:
        found = inspect.signature(function).parameters.values()
    except (ValueError, TypeError):
        return None
    return [(each.name, each.kind, each.default) for each in found]


def printed_parameters(name: str) -> Parameters:
    """Return the parameters of a printed signature; defaults may be names of the guard."""
    namespace = {key: getattr(guard, key) for key in guard.__all__}
    exec(f"def printed{SIGNATURES[name]}: ...", namespace)
    found = parameters(namespace["printed"])
    assert found is not None
    return found


def test_every_public_name_has_an_entry():
    for module in MODULES:
        owner = module_of(module)
        if owner is not None:
            # Of lambdapkl itself, some names are public and not in `__all__`.
            public = owner.__all__ if module else dir(owner)
            names = {f"{module}.{name}".removeprefix(".") for name in public}
            assert not names - ENTRIES.keys(), f"docs/api.md has no entry for {sorted(names - ENTRIES.keys())}"


def test_every_function_prints_its_signature():
    without = [name for name, value in objects().items() if inspect.isroutine(value) and name not in SIGNATURES]
    assert not without, f"entries in docs/api.md have no block with the signature: {without}"


def test_printed_signatures_are_those_of_the_code():
    for name, value in objects().items():
        actual = parameters(value)
        if name in SIGNATURES and actual is not None:
            assert printed_parameters(name) == actual, (
                f"docs/api.md prints {name}{SIGNATURES[name]}; the code has {name}{inspect.signature(value)}"
            )


def test_every_parameter_is_described():
    for name, signature in SIGNATURES.items():
        text = ENTRIES[name].replace(signature, "")
        missing = [each for each, _, _ in printed_parameters(name) if f"`{each}`" not in text]
        assert not missing, f"the entry of {name} in docs/api.md does not describe {missing}"


def test_links_within_the_page_lead_to_headings():
    headings = re.findall(r"^#+ ([^\n]+)$", TEXT, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}
    links = set(re.findall(r"\]\(#([^)]+)\)", TEXT))
    assert links <= anchors, f"no heading for {sorted(links - anchors)}"
