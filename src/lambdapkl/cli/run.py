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
        help="run a script or module in which every library that would use cloudpickle uses lambdapkl",
        description="Run a script as `python SCRIPT` would, or with -m a module as `python -m MODULE` would, after "
        "lambdapkl.install(): every library of the process and its workers that would use cloudpickle uses lambdapkl.",
    )
    parser.add_argument("-m", dest="module", action="store_true", help="run a module or package, found on sys.path")
    parser.add_argument("script", metavar="SCRIPT|MODULE", help="the script to run, with -m the module")
    parser.add_argument("arguments", metavar="ARGUMENT", nargs=argparse.REMAINDER, help="the program's own arguments")
    parser.set_defaults(command=_run)


def _run(options: argparse.Namespace) -> int:
    from ..engines.run import NoModuleError, run_module, run_script

    if options.module:
        try:
            run_module(options.script, options.arguments)
        except NoModuleError as error:
            raise Problem(str(error)) from error
        return OK
    if not Path(options.script).is_file():
        raise Problem(f"{options.script}: there is no such file")
    run_script(options.script, options.arguments)
    return OK
