"""``lambdapkl bench``"""

from __future__ import annotations

import argparse
import json
import platform
from functools import partial
from typing import Any

from .common import BACKEND, NO, OK, TARGET, find, tell_if_pure


def add(commands: Any) -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "bench",
        help="measure dumps and loads of an object with lambdapkl, pickle, cloudpickle and dill",
        description="Measure dumps and loads of an object, or of a few functions and classes, in this process, with lambdapkl "
        "and, if they are installed, pickle, cloudpickle and dill. Exits with 1 if lambdapkl cannot pickle an object. The "
        "published figures come from bench/run.py in the repository.",
    )
    parser.add_argument("target", metavar="MODULE:OBJECT", nargs="?", help=f"{TARGET} (default: the objects of the demo)")
    parser.add_argument("--by-value", action="store_true", help="pickle functions and classes of the module by value")
    parser.add_argument("--rounds", type=int, default=15, help="timing rounds; the best one counts (default: 15)")
    parser.add_argument("--json", action="store_true", help="print the results as JSON")
    parser.set_defaults(command=_run)


def _run(options: argparse.Namespace) -> int:
    from .. import __version__
    from . import comparison

    tell_if_pure(options.json)
    picklers = comparison.installed()
    if options.target:
        objects = [(options.target, find(options.target, options.by_value))]
    else:
        namespace = comparison.as_main(comparison.IMPORTS + comparison.DEFINITIONS)
        objects = [(name, eval(make, namespace)) for name, make, _ in comparison.OBJECTS]
    rows = []
    dumping: list[comparison.Timed] = []
    loading: list[comparison.Timed] = []
    for name, obj in objects:
        rows.append(comparison.Row(name))
        for pickler, library in picklers.items():
            result = comparison.Result(pickler)
            rows[-1].results.append(result)
            payload = comparison.dumped(result, library, obj)
            if payload is not None:
                dumping.append((result, "dumps", partial(library.dumps, obj)))
                loading.append((result, "loads", partial(library.module.loads, payload)))
    rounds = max(1, options.rounds)
    comparison.time_all(dumping, rounds)
    # Last: loading a class where it was defined may change it (cloudpickle sets its attributes again, with copies).
    for result, _, load in loading:
        try:
            load()
            result.right = True
        except Exception as error:
            result.problem = f"{type(error).__name__}: {error}"
    comparison.time_all([timed for timed in loading if timed[0].right], rounds)
    if options.json:
        print(json.dumps(comparison.as_data(rows), indent=1))
    else:
        print(f"lambdapkl {__version__}, {BACKEND} backend, {platform.python_implementation()} {platform.python_version()}")
        print("Times are the best, in microseconds; in brackets, how many times lambdapkl's.\n")
        for row in rows:
            _print(row)
    return OK if all(each.right for row in rows for each in row.results if each.pickler == "lambdapkl") else NO


def _print(row: Any) -> None:
    ours = next(each for each in row.results if each.pickler == "lambdapkl")
    print(row.name)
    for each in row.results:
        if each.dumps is None or each.loads is None or each.size is None:
            print(f"  {each.pickler:11}  {each.problem.splitlines()[0][:100] if each.problem else 'failed'}")
            continue
        cells = []
        for what, time, our_time in (("dumps", each.dumps, ours.dumps), ("loads", each.loads, ours.loads)):
            ratio = f"({time / our_time:.1f})" if our_time else ""
            cells.append(f"{what} {time:>9.1f} {ratio:>7}")
        print(f"  {each.pickler:11}  {each.size:>9,} bytes  {'  '.join(cells)}")
    print()
