"""``lambdapkl explain``"""

from __future__ import annotations

import argparse
import sys
from typing import Any

from .common import DAMAGED, NO, OK, TARGET, Problem, Progress, find, is_file, payload_of, show


def add(commands: Any) -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "explain",
        help="show why an object cannot be pickled: path, reason and remedy of each problem",
        description="Find everything in an object that cannot be pickled, with path, reason and remedy, and show what is "
        "pickled by value and by reference. Exits with 1 if the object cannot be pickled.",
    )
    parser.add_argument("target", metavar="MODULE:OBJECT", help=f"{TARGET}; with --load a file with a payload")
    parser.add_argument("--by-value", action="store_true", help="pickle functions and classes of the module by value")
    parser.add_argument("--load", action="store_true", help="load the payload in the file, which EXECUTES code in it")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.set_defaults(command=_run)


def _run(options: argparse.Namespace) -> int:
    from ..answers.explain import explain

    if is_file(options.target) and not options.target.endswith(".py"):
        if not options.load:
            raise Problem(f"{options.target} is a payload: use `lambdapkl inspect`, or --load, which executes code in it")
        obj = load(payload_of(options.target))
    else:
        obj = find(options.target, options.by_value)
    with Progress("explaining", "objects") as progress:
        answer = explain(obj, progress=progress)
    show(answer, options.json)
    if not options.json and not options.by_value and answer.by_reference and not answer.by_value:
        print(
            f"\n{options.target} is pickled by reference; --by-value shows what is pickled with it by value.", file=sys.stderr
        )
    return OK if answer.ok else NO


def load(data: bytes) -> Any:
    """Load a payload, which executes code in it."""
    from ..unpickler import loads

    try:
        return loads(data)
    except Exception as error:
        raise Problem(f"the payload cannot be loaded: {type(error).__name__}: {error}", DAMAGED) from error
