"""The behaviour corpus: objects that `pickle` refuses or gets wrong, and what has to be true of them after loading.

A `Case` is data.  The tests (``test_corpus.py``, ``test_hash_seeds.py``) run each on both backends, and
``python -m corpus --pickler cloudpickle`` runs them with any pickler and prints a verdict for each, which also shows
that the checks can fail.  The files are named by family; each case is a call of that family's ``case``.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import pkgutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

# `pickle` keeps the identity of strings; the interpreter interns names and the keys of instances, and so makes some
# equal strings one object before a dump and two after a load, or the other way round.
EQUAL_STRINGS = "equal strings are one object before and two after"

PYPY = sys.implementation.name == "pypy"
GIL = getattr(sys, "_is_gil_enabled", lambda: True)()

NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True, eq=False)
class Case:
    """An object and what must be true of it.

    Attributes
    ----------
    name, family
        The object in words, and the file that the case is in.
    define, check
        Source texts, as `fresh` describes them.
    refused
        None, or a regular expression: the dump must raise `PicklingError` or `TypeError` with this in its text.
    needs_gil
        Whether only builds with the GIL pickle it.
    needs
        Modules without which the case is skipped.
    min_version, max_version
        The Python versions that have the object.
    not_on_pypy
        Why the case does not apply to PyPy.
    modules, reader_modules
        Importable user modules of the dumping process and of the loading process (by default the same).
    by_value
        Names of modules that the dumping process registers by value.
    protocols
        Protocols to test besides the default.
    has_sets
        Whether it holds a set, which `dumps` writes in the order of the process: bytes are compared with ``deterministic=True``.
    unstable
        Why the bytes of this object differ between hash seeds or after a round trip although nothing is wrong.
    """

    name: str
    family: str
    define: str
    check: str = ""
    refused: str | None = None
    needs_gil: bool = False
    needs: tuple[str, ...] = ()
    min_version: tuple[int, int] = (3, 11)
    max_version: tuple[int, int] = (3, 99)
    not_on_pypy: str = ""
    modules: Mapping[str, str] = field(default_factory=dict)
    reader_modules: Mapping[str, str] | None = None
    by_value: tuple[str, ...] = ()
    protocols: tuple[int, ...] = ()
    has_sets: bool = False
    unstable: str = ""

    def __str__(self) -> str:
        return f"{self.family}: {self.name}"

    @property
    def modules_of_reader(self) -> Mapping[str, str]:
        """The user modules of the loading process."""
        return self.modules if self.reader_modules is None else self.reader_modules

    def skip_reason(self) -> str:
        """Return why the case does not apply to this interpreter, or an empty string."""
        version = sys.version_info[:2]
        if version < self.min_version:
            return f"needs Python {'.'.join(map(str, self.min_version))}"
        if version > self.max_version:
            return f"not after Python {'.'.join(map(str, self.max_version))}"
        if PYPY and self.not_on_pypy:
            return f"not on PyPy: {self.not_on_pypy}"
        if self.needs_gil and not GIL:
            return "needs the GIL"
        for module in self.needs:
            if not _installed(module):
                return f"needs {module}"
        return ""


@functools.cache
def _installed(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


_cases: list[Case] = []


def family(module: str) -> Callable[..., None]:
    """Return the function ``case(name, define, check, **fields)`` that adds a case to the family of `module`."""

    def case(name: str, define: str, check: str = "", **fields: object) -> None:
        _cases.append(
            Case(  # type: ignore[arg-type]
                name=name, family=module.rpartition(".")[2], define=define, check=check, **fields
            )
        )

    return case


def all_cases() -> list[Case]:
    """Return every case that applies to this interpreter."""
    return [case for case in _every() if not case.skip_reason()]


def _every() -> Iterator[Case]:
    for info in pkgutil.walk_packages(__path__, f"{__name__}."):
        if not info.name.rpartition(".")[2].startswith("_"):
            importlib.import_module(info.name)
    names = [str(case) for case in _cases]
    double = {name for name in names if names.count(name) > 1}
    if double:
        raise ValueError(f"two cases of one name: {sorted(double)}")
    return iter(_cases)
