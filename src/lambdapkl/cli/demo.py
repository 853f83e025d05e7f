"""``lambdapkl demo``"""

from __future__ import annotations

import argparse
from typing import Any

from .common import NO, OK, tell_if_pure


def add(commands: Any) -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "demo",
        help="pickle functions, classes and instances, run each in a new process, show sizes and times",
        description="Pickle functions, classes and instances with lambdapkl and, if they are installed, pickle, cloudpickle "
        "and dill. Load and run each in a new process, and print sizes and times.",
    )
    parser.add_argument("--json", action="store_true", help="print the results as JSON")
    parser.add_argument(
        "--rounds",
        type=int,
        default=15,
        help="timing rounds; the best one counts; each 15 of them measure one first call (default: 15)",
    )
    parser.set_defaults(command=_run)


def _run(options: argparse.Namespace) -> int:
    from . import comparison, fresh_processes

    picklers = comparison.installed()
    rounds = max(1, options.rounds)
    tell_if_pure(options.json)
    if not options.json:
        print("Each object is pickled here, and loaded and used in a fresh process.")
        print('"1st" is the first call in a fresh process that has imported the pickler.', flush=True)
    rows = comparison.compare(comparison.demo_objects(rounds), picklers, rounds)
    comparison.show(rows, picklers, options.json)
    if not options.json:
        names = [each.name for each in picklers if not each.keywords]
        fresh_rounds = range(comparison.processes(rounds))
        times = {name: min(fresh_processes.run(fresh_processes.IMPORT, name) for _ in fresh_rounds) for name in names}
        print(f"Import in milliseconds: {', '.join(f'{name} {time * 1e3:.0f}' for name, time in times.items())}.")
        missing = [name for name in comparison.PICKLERS if name not in names]
        if missing:
            print(f"Not installed, or not for this interpreter, and so not compared: {', '.join(missing)}.")
    return OK if comparison.works(rows) else NO
