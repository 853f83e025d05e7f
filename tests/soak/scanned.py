"""Have the guard load what others have collected: ``python scanned.py FOLDER ...``, folders of their test data.

picklescan's are in ``tests`` of its repository.  fickling's tests make theirs: ``python scanned.py --fickling CHECKOUT FOLDER`` runs them first (with
fickling installed) and writes the pickles that they look at to FOLDER.  A file counts with each pickle in it: from each PROTO opcode
on, and in the members of a zip archive (of PyTorch, NumPy).  All that the ready-made lists have is allowed.  Prints what is let through, and exits
with 1 where loading that imports, opens, compiles or starts anything.
"""

from __future__ import annotations

import argparse
import codecs
import importlib
import io
import re
import sys
import unittest
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lambdapkl import guard

ALLOWED = guard.PANDAS | guard.NUMPY | guard.STANDARD
HARM = ("compile", "exec", "import", "open", "os.", "shutil.", "socket.", "subprocess.", "urllib.")
FICKLING = ("test.test_bypasses", "test.test_expansion_attack_analysis", "test.test_scanner_deactivation_analysis")

happened: list[str] = []


def collect(checkout: Path, folder: Path) -> None:
    """Write to `folder` what fickling's tests make."""
    sys.path.insert(0, str(checkout))
    from fickling import fickle  # type: ignore[import-not-found]

    made: list[Any] = []
    start = fickle.Pickled.__init__

    def note(self: Any, *args: Any, **kwargs: Any) -> None:
        start(self, *args, **kwargs)
        made.append(self)

    fickle.Pickled.__init__ = note
    unittest.TextTestRunner(verbosity=0).run(unittest.defaultTestLoader.loadTestsFromNames(FICKLING))
    folder.mkdir(parents=True, exist_ok=True)
    for number, pickled in enumerate(made):
        try:
            (folder / f"{number:03}.pkl").write_bytes(pickled.dumps())
        except TypeError:  # opcodes that it cannot write
            continue


def contents(data: bytes) -> Iterator[bytes]:
    """Yield a file, and what is in it where it is an archive, as far as it can be unpacked."""
    yield data
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except zipfile.BadZipFile:
        return
    for name in archive.namelist():
        try:
            yield archive.read(name)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError):  # a wrong checksum, encrypted
            continue


def let_through(data: bytes) -> Iterator[guard.Report]:
    """Load what the guard lets through of `data`: all of it, and what may be a pickle behind a header."""
    for start in sorted({0, *(match.start() for match in re.finditer(rb"\x80[\x02-\x05]", data))}):
        part = data[start:]
        try:
            report = guard.check(part, allow=ALLOWED)
        except guard.GuardError:
            continue
        # From some byte on, nearly everything has a pickle of a number or so in it: not what the file is about.
        if start == 0 or report.names:
            yield report
            happened.append("")
            try:
                guard.loads(part, allow=ALLOWED)
            except guard.GuardError:
                continue


def watch(event: str, args: tuple[Any, ...]) -> None:
    if happened and event.startswith(HARM):
        happened.append(f"{event} {args!r}"[:200])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--fickling", type=Path)
    options = parser.parse_args()
    if options.fickling is not None:
        collect(options.fickling, options.folders[0])
    # What loading would import first, which is no harm.
    codecs.lookup("latin1")
    for name in {entry.rpartition(".")[0] for entry in ALLOWED}:
        try:
            importlib.import_module(name)
        except ImportError:
            continue
    files = {path: path.read_bytes() for folder in options.folders for path in sorted(folder.rglob("*")) if path.is_file()}
    files = {path: data for path, data in files.items() if path.suffix not in (".py", ".pyc")}
    sys.addaudithook(watch)
    refused = 0
    for path, data in files.items():
        reports = [report for part in contents(data) for report in let_through(part)]
        happened[:] = [event for event in happened if event]
        refused += not reports
        for report in reports:
            print(f"let through: {path.name}, which names {', '.join(report.names) or 'nothing'}")
    print(f"{len(files)} files, {refused} refused; when the others were loaded, this happened: {happened or 'nothing'}")
    return bool(happened) or not files


if __name__ == "__main__":
    sys.exit(main())
