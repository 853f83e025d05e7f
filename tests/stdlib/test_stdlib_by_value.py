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

DUMP = """
import importlib, inspect, sys, types, warnings

for name in blocked:
    assert name not in sys.modules, f"{name} is imported already"
    sys.modules[name] = None
modules = [importlib.import_module(each) for each in (subject, *submodules)]
for name in blocked:
    del sys.modules[name]
for module in modules:
    pickler.register_pickle_by_value(module)

def is_copied(module, name, value):
    # What is written in C has no content to copy: it goes by reference.
    if getattr(sys.modules.get(f"_{module.__name__}"), name, None) is value:
        return False
    if isinstance(value, type):
        heap, immutable = 1 << 9, 1 << 8
        return bool(value.__flags__ & heap) and not value.__flags__ & immutable
    return isinstance(value, types.FunctionType)

objects, copied = {}, []
for module in modules:
    for name, value in vars(module).items():
        home = getattr(value, "__module__", None)
        own = isinstance(value, (type, types.FunctionType)) and home == module.__name__
        public = name in module.__all__ if hasattr(module, "__all__") else home == f"_{module.__name__}"
        if own or callable(value) and public:
            objects[f"{module.__name__}:{name}"] = value
            if own and is_copied(module, name, value):
                copied.append(f"{module.__name__}:{name}")

warnings.simplefilter("ignore")
namespace = {"__name__": "__main__"}
exec(compile(samples_text, samples_file, "exec"), namespace)
needs = {}
for name, sample in namespace.items():
    if isinstance(sample, types.FunctionType) and not name.startswith("_"):
        parameters = inspect.signature(sample).parameters.values()
        needs[name] = [each.name for each in parameters if each.default is each.empty]
        for each in needs[name]:
            if each not in optional or hasattr(modules[0], each):
                objects[f"{subject}:{each}"] = getattr(modules[0], each)

# Before any sample runs: some classes count their instances.
together, single, errors = None, {}, {}
for name, value in [("together", objects), *objects.items()]:
    try:
        single[name] = pickler.dumps(value)
    except Exception as error:
        errors[name] = "\\n".join([f"{type(error).__name__}: {error}", *getattr(error, "__notes__", ())])
together = single.pop("together", None)

expected = {}
for name, each in needs.items():
    if all(f"{subject}:{need}" in objects for need in each):
        expected[name] = repr(namespace[name](*(getattr(modules[0], need) for need in each)))

result = {
    "together": together, "single": single, "errors": errors, "copied": copied, "needs": needs, "expected": expected
}
"""

LOAD = """
import pickle, sys, warnings

imported_before = subject in sys.modules
loaded = pickle.loads(payload)
imported_after = subject in sys.modules
objects = {only: loaded} if only else loaded
originals = []
for each in copied:
    module, _, name = each.partition(":")
    if each in objects and getattr(sys.modules.get(module), name, None) is objects[each]:
        originals.append(each)

warnings.simplefilter("ignore")
namespace = {"__name__": "__main__"}
exec(compile(samples_text, samples_file, "exec"), namespace)
found = {}
for name in samples:
    try:
        found[name] = repr(namespace[name](*(objects[f"{subject}:{each}"] for each in needs[name])))
    except Exception as error:
        import traceback
        found[name] = traceback.format_exc()
result = {
    "imported_before": imported_before, "imported_after": imported_after, "originals": originals, "found": found
}
"""

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
