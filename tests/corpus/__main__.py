"""Run the corpus with any pickler and print a verdict for each case: ``python -m corpus --help``."""

from __future__ import annotations

import argparse
import collections
import fnmatch
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "support"))

import fresh

from . import Case, _run, all_cases


def verdict(case: Case, dumper: fresh.Process, loader: fresh.Process) -> tuple[str, str]:
    """Return ``ok``, ``wrong``, ``refused`` or ``fails at load``, and the report that explains it."""
    dump = _run.dump(case, dumper)
    dumped = dump.outcome
    if case.refused is not None:
        problem = fresh.not_refused(dumped, case.refused)
        return ("wrong", problem) if problem else ("ok", "")
    if dumped.payload is None:
        return ("broken case" if dumped.phase == "define" else "refused"), dumped.report()
    loaded = _run.load(case, loader, dump)
    if not loaded.ok:
        return ("fails at load" if loaded.phase == "load" else "wrong"), loaded.report()
    if loader.pickler == "lambdapkl" and loaded.again is not None:
        if loaded.again.payload is None:
            return "dumps once", loaded.again.report()
        if loaded.again.payload != dumped.payload:
            return "unstable", f"{dumped.payload!r}\n{loaded.again.payload!r}"
    return "ok", ""


def verdict_of_original(case: Case, process: fresh.Process) -> tuple[str, str]:
    """Return ``ok`` or ``wrong`` for the check of `case` on the object itself, not pickled: is the check true at all?

    What a check says of the reader (a module not imported, an effect not seen) rightly fails here.
    """
    source = f"{fresh.dedent(case.define)}\npayload = b''\n{fresh.dedent(case.check)}"
    try:
        process.execute(source, modules=case.modules, by_value=case.by_value)
    except fresh.Failed as failed:
        return "wrong", str(failed)
    return "ok", ""


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m corpus", description=__doc__)
    parser.add_argument("pattern", nargs="*", help="only the cases whose name ('family: object') matches")
    parser.add_argument("--pickler", default="lambdapkl")
    parser.add_argument("--pure", action="store_true", help="use lambdapkl's pure backend")
    parser.add_argument("--original", action="store_true", help="check the object itself, without pickling it")
    parser.add_argument("--verbose", "-v", action="store_true", help="print the whole reports")
    options = parser.parse_args()
    dumper = fresh.Process(options.pickler, pure=options.pure)
    loader = fresh.Process(options.pickler, pure=options.pure, hash_seed=3)
    totals: collections.Counter[str] = collections.Counter()
    for case in all_cases():
        if options.pattern and not any(fnmatch.fnmatch(str(case), pattern) for pattern in options.pattern):
            continue
        word, report = verdict_of_original(case, dumper) if options.original else verdict(case, dumper, loader)
        totals[word] += 1
        lines = report.strip().splitlines()
        print(f"{word:14} {case}" + (f"   [{lines[-1][:110]}]" if lines and not options.verbose else ""))
        if options.verbose and report:
            print("    " + report.replace("\n", "\n    "))
    print(Path(sys.executable).name, dumper.name, dict(totals))


if __name__ == "__main__":
    main()
