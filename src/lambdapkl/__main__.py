"""The command line: ``python -m lambdapkl COMMAND``, or ``lambdapkl COMMAND``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from . import COMPILED, __version__


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command in `argv` (``sys.argv[1:]`` by default) and return its exit status."""
    backend = "compiled" if COMPILED else "pure Python"
    parser = argparse.ArgumentParser(prog="lambdapkl", description="Pickle what pickle refuses.")
    parser.add_argument("--version", action="version", version=f"lambdapkl {__version__} ({backend} backend)")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    demo = commands.add_parser(
        "demo",
        help="pickle functions, classes and instances, run each in a fresh process, compare sizes and times",
        description="Pickle functions, classes and instances, load and run each in a fresh Python process, and print sizes "
        "and times beside those of pickle, cloudpickle and dill, where they are installed.",
    )
    demo.add_argument("--json", action="store_true", help="print the results as JSON")
    demo.add_argument("--rounds", type=int, default=15, help="timing rounds, of which the best counts (default: 15)")
    options = parser.parse_args(argv)
    from .demo import run

    return run(rounds=max(1, options.rounds), as_json=options.json)


if __name__ == "__main__":
    sys.exit(main())
