"""Dump and load a case in fresh processes."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import fresh

from . import Case

_homes: dict[Case, Path] = {}


@dataclass(frozen=True)
class Dumped:
    """The outcome of a dump, the files that it left in the working directory, and whether it was to be deterministic."""

    outcome: fresh.Outcome
    files: dict[str, bytes]
    deterministic: bool


def dump(case: Case, process: fresh.Process, protocol: int | None = None, deterministic: bool = False) -> Dumped:
    """Dump `case`.  Every dump of it has the same sources and works in the same directory, emptied first."""
    home, directory = _prepare(case, {})
    outcome = process.dump(
        case.define,
        protocol=protocol,
        deterministic=deterministic,
        modules=case.modules,
        by_value=case.by_value,
        directory=directory,
        home=home,
    )
    return Dumped(outcome, {path.name: path.read_bytes() for path in directory.iterdir()}, deterministic)


def load(case: Case, process: fresh.Process, dumped: Dumped) -> fresh.Outcome:
    """Load and check what `dump` returned, with the files as they were then."""
    home, directory = _prepare(case, dumped.files)
    assert dumped.outcome.payload is not None
    return process.load(
        dumped.outcome.payload,
        case.check,
        modules=case.modules_of_reader,
        directory=directory,
        home=home,
        deterministic=dumped.deterministic,
        dump_again=not case.unstable,
    )


def _prepare(case: Case, files: dict[str, bytes]) -> tuple[Path, Path]:
    home = _homes.get(case) or _homes.setdefault(case, fresh.new_directory())  # several threads may come here
    directory = home / "work"
    if case.family == "files":  # no other case writes any
        shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(exist_ok=True)
    for name, data in files.items():
        (directory / name).write_bytes(data)
    return home, directory
