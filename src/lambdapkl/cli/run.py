"""``lambdapkl run``"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from .common import OK, Problem


def add(commands: Any) -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "run",
        help="run a script in which every library that would use cloudpickle uses lambdapkl",
        description="Run a script as `python SCRIPT` would, after lambdapkl.install(): every library of the process and its "
        "workers that would use cloudpickle uses lambdapkl.",
    )
    parser.add_argument("script", metavar="SCRIPT", help="the script to run")
    parser.add_argument("arguments", metavar="ARGUMENT", nargs=argparse.REMAINDER, help="the script's own arguments")
    parser.set_defaults(command=_run)


def _run(options: argparse.Namespace) -> int:
    from ..engines.run import run_script

    if not Path(options.script).is_file():
        raise Problem(f"{options.script}: there is no such file")
    run_script(options.script, options.arguments)
    return OK
