"""``lambdapkl bench``"""

from __future__ import annotations

import argparse
import json
import platform
from collections.abc import Callable
from functools import partial
from typing import Any

from .common import NO, OK, TARGET, find, tell_if_pure


def add(commands: Any) -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "bench",
        help="time dumps and loads of an object of yours, beside pickle, cloudpickle and dill",
        description="Time dumps and loads of an object, or of a few functions and classes, in this process, with lambdapkl, "
        "pickle, cloudpickle and dill, where they are installed. Exits with 1 if lambdapkl cannot pickle one. The suite "
        "behind the published figures is bench/run.py in the repository.",
    )
    parser.add_argument("target", metavar="MODULE:OBJECT", nargs="?", help=f"{TARGET} (default: the objects of the demo)")
    parser.add_argument("--by-value", action="store_true", help="pickle functions and classes of the module by value")
    parser.add_argument("--rounds", type=int, default=15, help="timing rounds, of which the best counts (default: 15)")
    parser.add_argument("--json", action="store_true", help="print the results as JSON")
    parser.set_defaults(command=_run)


def _run(options: argparse.Namespace) -> int:
    from .. import COMPILED, __version__
    from . import comparison as demo

    tell_if_pure(options.json)
    picklers = demo.installed()
    if options.target:
        objects = [(options.target, find(options.target, options.by_value))]
    else:
        namespace = demo.as_main(demo.IMPORTS + demo.DEFINITIONS)
        objects = [(name, eval(make, namespace)) for name, make, _ in demo.OBJECTS]
    rows = [demo.Row(name, [demo.Result(pickler) for pickler in picklers]) for name, _ in objects]
    dumping: list[demo.Timed] = []
    loading: list[tuple[demo.Result, Callable[[], Any]]] = []
    for row, (_, obj) in zip(rows, objects, strict=True):
        for result in row.results:
            library = picklers[result.pickler]
            payload = demo.dumped(result, library, obj)
            if payload is None:
                continue
            dumping.append((result, "dumps", partial(library.dumps, obj)))
            loading.append((result, partial(library.module.loads, payload)))
    rounds = max(1, options.rounds)
    demo.time_all(dumping, rounds)
    # Last: loading a class where it was defined may change it (cloudpickle sets its attributes again, with copies).
    loaded: list[demo.Timed] = []
    for result, call in loading:
        try:
            call()
        except Exception as error:
            result.problem = f"{type(error).__name__}: {error}"
        else:
            result.right = True
            loaded.append((result, "loads", call))
    demo.time_all(loaded, rounds)
    if options.json:
        print(json.dumps(demo.as_data(rows), indent=1))
    else:
        backend = "compiled" if COMPILED else "pure Python"
        print(f"lambdapkl {__version__}, {backend} backend, {platform.python_implementation()} {platform.python_version()}")
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
        for what, time, own in (("dumps", each.dumps, ours.dumps), ("loads", each.loads, ours.loads)):
            ratio = f"({time / own:.1f})" if own else ""
            cells.append(f"{what} {time:>9.1f} {ratio:>7}")
        print(f"  {each.pickler:11}  {each.size:>9,} bytes  {'  '.join(cells)}")
    print()
