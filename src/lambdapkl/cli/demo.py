"""``lambdapkl demo``"""

from __future__ import annotations

import argparse
from typing import Any

from .common import tell_if_pure


def add(commands: Any) -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "demo",
        help="pickle functions, classes and instances, run each in a fresh process, compare sizes and times",
        description="Pickle functions, classes and instances, load and run each in a fresh Python process, and print sizes "
        "and times beside those of pickle, cloudpickle and dill, where they are installed.",
    )
    parser.add_argument("--json", action="store_true", help="print the results as JSON")
    parser.add_argument("--rounds", type=int, default=15, help="timing rounds, of which the best counts (default: 15)")
    parser.set_defaults(command=_run)


def _run(options: argparse.Namespace) -> int:
    from .comparison import run

    tell_if_pure(options.json)
    return run(rounds=max(1, options.rounds), as_json=options.json)
