"""The command line, one module for each command.

Each module has ``add(commands)``, which describes the arguments, and a function that takes them and returns the exit
status. What a command needs is imported when it runs.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from .. import __version__
from . import bench, demo, doctor, explain, inspect, run, weigh
from .common import BACKEND, BROKEN_PIPE, INTERRUPTED, Problem

__all__ = ["main"]

_EPILOG = """exit status:
  0    success
  1    an object cannot be pickled, or is not loaded correctly
  2    wrong usage: an unknown option, or a file or object that does not exist
  3    a payload is damaged, or the user's code raised an error
  130  interrupted;  141  the output pipe was closed
`run` exits with the status of the script.

Code in a payload runs only with --load.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command in `argv` (``sys.argv[1:]`` by default) and return its exit status."""
    parser = argparse.ArgumentParser(
        prog="lambdapkl",
        description="Pickle what pickle refuses; show why an object cannot be pickled, why a payload is large, what is in it.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"lambdapkl {__version__} ({BACKEND} backend)")
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
        # Otherwise the interpreter flushes the rest when it ends, and prints an error.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except KeyboardInterrupt:
        return INTERRUPTED
    return status
