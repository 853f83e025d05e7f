"""``lambdapkl inspect``"""

from __future__ import annotations

import argparse
import pickle
from typing import Any

from .common import DAMAGED, OK, Problem, Progress, payload_of, show
from .explain import load


def add(commands: Any) -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "inspect",
        help="list what is in a payload without loading it: functions, classes, imported names, sizes",
        description="List what is in a payload of lambdapkl, cloudpickle, dill or pickle: protocol, Python version, functions "
        "and classes by value with file and line, names that it imports, sizes. The payload is not loaded.",
    )
    parser.add_argument("file", metavar="FILE", help="a file with a payload; - for standard input")
    parser.add_argument("--dis", metavar="NAME", nargs="?", const="", help="show the bytecode of the function NAME, or of all")
    parser.add_argument("--load", action="store_true", help="also load it, which EXECUTES code in it, and print the result")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.set_defaults(command=_run)


def _run(options: argparse.Namespace) -> int:
    from ..answers.inspect import inspect

    data = payload_of(options.file)
    try:
        with Progress("reading", "bytes") as progress:
            answer = inspect(data, progress=progress)
    except pickle.UnpicklingError as error:
        raise Problem(f"{options.file}: {error}", DAMAGED) from error
    if options.dis is None:
        show(answer, options.json)
    else:
        chosen = [each for each in answer.functions if options.dis in ("", each.name)]
        if not chosen:
            names = ", ".join(each.name for each in answer.functions) or "none"
            raise Problem(f"{options.file} has no function {options.dis!r} by value; there are: {names}")
        for each in chosen:
            try:
                print(f"{each.name}:\n{each.disassemble()}")
            except (ValueError, pickle.UnpicklingError) as error:
                raise Problem(str(error), DAMAGED) from error
    if options.load:
        print(f"\nloaded: {load(data)!r:.2000}")
    return OK
