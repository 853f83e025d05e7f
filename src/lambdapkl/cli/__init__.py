"""The command line, a module a command.

Each module has ``add(commands)``, which describes its arguments, and a function that takes them and returns the exit
status.  Nothing a command needs is imported before it runs.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from .. import COMPILED, __version__
from . import bench, demo, doctor, explain, inspect, run, weigh
from .common import BROKEN_PIPE, INTERRUPTED, Problem

__all__ = ["main"]

_EPILOG = """exit status:
  0    all is well
  1    the answer is no: something cannot be pickled, or came back wrong
  2    the command line is wrong: an unknown option, a file or a name that is not there
  3    a payload is damaged, or the user's code raised an error
  130  interrupted;  141  nobody reads the output any more
`run` exits with the status of the script.

Nothing of a payload is executed, unless --load is given.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command in `argv` (``sys.argv[1:]`` by default) and return its exit status."""
    backend = "compiled" if COMPILED else "pure Python"
    parser = argparse.ArgumentParser(
        prog="lambdapkl",
        description="Pickle what pickle refuses; tell why something does not pickle, why it is big, what is in it.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"lambdapkl {__version__} ({backend} backend)")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for module in (demo, explain, weigh, inspect, run, bench, doctor):
        module.add(commands)
    options = parser.parse_args(argv)
    try:
        status: int = options.command(options)
        sys.stdout.flush()
    except Problem as problem:
        print(f"lambdapkl: {problem}", file=sys.stderr)
        return problem.status
    except BrokenPipeError:
        # The interpreter would flush what is left at its end, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except KeyboardInterrupt:
        return INTERRUPTED
    return status
