"""Inputs for `fuzz` that libFuzzer finds by the code that they reach: ``make fuzz``.

::

    python guided.py payloads --corpus FOLDER --seconds 1800

It needs atheris, which CPython 3.11 to 3.13 have.  The modules in Python tell atheris what they run, and so does the extension where
clang compiled it with ``-fsanitize=fuzzer-no-link``; with ``address`` as well, atheris' ``asan_with_fuzzer.so`` has to be preloaded.
The folder is filled with what is kept in ``WHAT.tar.xz`` beside this file.  ``--keep`` writes the inputs of the folder to an archive,
for ``fuzz.py --replay``.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import random
import sys
import tarfile
from pathlib import Path

import atheris  # type: ignore[import-not-found]

with atheris.instrument_imports(include=["lambdapkl"]):
    import fuzz


def keep(corpus: Path, archive: Path) -> None:
    """Write the inputs in a folder to an archive, the same for the same inputs."""
    with tarfile.open(archive, "w:xz") as kept:
        for path in sorted(corpus.iterdir()):
            data = path.read_bytes()
            entry = tarfile.TarInfo(path.name)
            entry.size = len(data)
            kept.addfile(entry, io.BytesIO(data))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("payloads", "constructors"))
    parser.add_argument("--corpus", type=Path, required=True, help="where inputs that reach new code are collected")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--keep", type=Path, metavar="TAR_XZ", help="write them there, and do nothing else")
    options = parser.parse_args()
    if options.keep:
        keep(options.corpus, options.keep)
        return
    targets = fuzz.Targets()
    outcomes = fuzz.Outcomes()
    target = getattr(targets, options.what)

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        chance = random.Random(seed)
        if options.what == "payloads" and chance.random() < 0.5:
            return fuzz.damaged(data, targets.written, chance)[:most]
        return bytes(atheris.Mutate(data, most))

    options.corpus.mkdir(parents=True, exist_ok=True)
    kept = Path(__file__).with_name(f"{options.what}.tar.xz")
    started_from = [
        *(fuzz.kept_inputs(kept) if kept.exists() else ()),
        *(targets.written if options.what == "payloads" else ()),
    ]
    for data in started_from:
        (options.corpus / hashlib.sha1(data).hexdigest()).write_bytes(data)
    # libFuzzer's own limit of time takes the signal that `fuzz.Outcomes` waits for, and ends the run.
    arguments = [
        "-timeout=0",
        "-rss_limit_mb=0",
        "-max_len=20000",
        "-print_final_stats=1",
        f"-artifact_prefix={os.getcwd()}/found-",
        f"-max_total_time={options.seconds}",
        str(options.corpus),
    ]
    atheris.Setup([sys.argv[0], *arguments], lambda data: outcomes.feed(target, data), custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
