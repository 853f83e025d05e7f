"""``lambdapkl bench``"""

from __future__ import annotations

import argparse
from typing import Any

from .common import NO, OK, TARGET, find, tell_if_pure


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
    from . import comparison

    tell_if_pure(options.json)
    rounds = max(1, options.rounds)
    if options.target:
        objects: list[tuple[str, Any, None]] = [(options.target, find(options.target, options.by_value), None)]
    else:
        objects = [(name, obj, None) for name, obj, _ in comparison.demo_objects(rounds)]
    picklers = comparison.installed()
    rows = comparison.compare(objects, picklers, rounds)
    comparison.show(rows, picklers, options.json)
    return OK if comparison.works(rows) else NO
