"""Modules of the standard library, pickled by value, work in a process that never imported them.

The samples that say what "work" means are in the folder ``stdlib``.  A sample runs with the originals in the process
that dumps and with the copies in the process that loads: the results are the same.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import fresh
import pytest
from conftest import BACKENDS, Processes

PROGRAMS = Path(__file__).with_name("programs")

SAMPLES = Path(__file__).with_name("samples")
PYPY = sys.implementation.name == "pypy"


class Subject(NamedTuple):
    """A module to pickle by value.

    Attributes
    ----------
    name
        The module; its submodules that are packaged with it belong to it.
    blocked
        C modules that must not be found, so that the functions written in Python are there.
    """

    name: str
    blocked: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.name}-in-python" if self.blocked else self.name


NAMES = (
    "argparse ast bisect collections configparser contextlib csv dataclasses difflib enum fractions functools heapq json "
    "statistics string textwrap"
)
SUBJECTS = [
    *map(Subject, NAMES.split()),
    Subject("bisect", ("_bisect",)),
    Subject("heapq", ("_heapq",)),
    Subject("json", ("_json",)),
    Subject("statistics", ("_statistics",)),
]
SUBMODULES = {"json": ("json.decoder", "json.encoder", "json.scanner")}

# The interpreter imports these when it starts, or `pickle` and lambdapkl do: there the copies are told from the originals.
IMPORTED_ANYWAY = {"collections", "contextlib", "enum", "functools"}
if PYPY:
    IMPORTED_ANYWAY |= {"heapq", "textwrap"}
# Payloads name these modules themselves: `ast` for the types of nodes, which are written in C, `dataclasses` for its
# sentinels, of which there is one each, `json` for the errors of its scanner.
IMPORTED_BY_LOADING = {"ast", "dataclasses", "json"}

# Names that samples use and that some interpreter does not have.
OPTIONAL: set[str] = set()

DUMP = PROGRAMS / "dump_module.py"

LOAD = PROGRAMS / "load_module.py"

Dump = Callable[[Subject, str], dict[str, Any]]


@pytest.fixture(scope="module")
def dump(processes: Processes) -> Dump:
    """Return the function that pickles all of a module with a backend, once, and gives what `DUMP` calls its result."""
    made: dict[tuple[Subject, str], dict[str, Any]] = {}

    def get(subject: Subject, backend: str) -> dict[str, Any]:
        if (subject, backend) not in made:
            made[subject, backend] = processes(backend).execute(
                DUMP,
                subject=subject.name,
                submodules=list(SUBMODULES.get(subject.name, ())),
                blocked=list(subject.blocked),
                optional=list(OPTIONAL),
                **_samples(subject),
            )
        return made[subject, backend]

    return get


def _samples(subject: Subject) -> dict[str, str]:
    file = SAMPLES / f"{subject.name}.py"
    return {"samples_text": file.read_text(encoding="utf-8"), "samples_file": str(file)}


def _load(subject: Subject, process: fresh.Process, dumped: dict[str, Any], only: str = "") -> dict[str, Any]:
    """Load all of a module, or one object of it, in a fresh process, and run the samples that need nothing else."""
    available = [only] if only else [f"{subject.name}:{name}" for names in dumped["needs"].values() for name in names]
    samples = [
        name for name in dumped["expected"] if all(f"{subject.name}:{each}" in available for each in dumped["needs"][name])
    ]
    result: dict[str, Any] = process.execute(
        LOAD,
        subject=subject.name,
        payload=dumped["single"][only] if only else dumped["together"],
        only=only,
        samples=samples,
        needs=dumped["needs"],
        copied=dumped["copied"],
        **_samples(subject),
    )
    return result


def _problems(subject: Subject, dumped: dict[str, Any], result: dict[str, Any]) -> list[str]:
    """Return what is wrong with what `_load` returned."""
    problems = [f"{name} is the original, not a copy" for name in result["originals"]]
    if result["imported_before"] and subject.name not in IMPORTED_ANYWAY:
        problems.append(f"{subject.name} is imported before anything is loaded")
    if result["imported_after"] and not result["imported_before"] and subject.name not in IMPORTED_BY_LOADING:
        problems.append(f"{subject.name} is imported by loading")
    problems += [
        f"sample {name!r}: expected\n  {dumped['expected'][name]}\nfound\n  {found}"
        for name, found in result["found"].items()
        if found != dumped["expected"][name]
    ]
    return problems


each_subject = pytest.mark.parametrize("subject", SUBJECTS, ids=str)
each_backend = pytest.mark.parametrize("backend_name", BACKENDS)


@each_backend
@each_subject
def test_dumps(subject: Subject, backend_name: str, dump: Dump) -> None:
    errors = dump(subject, backend_name)["errors"]
    assert not errors, "\n".join(f"{name}: {text}" for name, text in errors.items())


@each_backend
@each_subject
def test_whole_module(subject: Subject, backend_name: str, dump: Dump, processes: Processes) -> None:
    dumped = dump(subject, backend_name)
    if dumped["together"] is None:
        pytest.fail(dumped["errors"]["together"], pytrace=False)
    problems = _problems(subject, dumped, _load(subject, processes(backend_name), dumped))
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)


@pytest.mark.slow
@each_subject
def test_one_by_one(subject: Subject, dump: Dump, processes: Processes) -> None:
    dumped = dump(subject, BACKENDS[0])
    problems = []
    for name in dumped["single"]:
        try:
            found = _problems(subject, dumped, _load(subject, processes(BACKENDS[0]), dumped, name))
        except fresh.Failed as error:
            found = [str(error)]
        problems += [f"{name} alone: {problem}" for problem in found]
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)


@each_subject
def test_backends_write_the_same_bytes(subject: Subject, dump: Dump, processes: Processes) -> None:
    processes("compiled")  # skips where there is none
    compiled, pure = dump(subject, "compiled"), dump(subject, "pure")
    different = [name for name, payload in pure["single"].items() if compiled["single"].get(name) != payload]
    assert not different
    assert compiled["together"] == pure["together"]
