"""``lambdapkl weigh``"""

from __future__ import annotations

import argparse
import pickle
from typing import Any

from .common import DAMAGED, OK, TARGET, Problem, Progress, find, is_file, payload_of, show


def add(commands: Any) -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "weigh",
        help="show which parts of a payload are large, and what was pickled twice",
        description="Show how many bytes each part of a payload or of an object takes, and what was pickled more than once. "
        "A payload is not loaded.",
    )
    parser.add_argument("target", metavar="FILE|MODULE:OBJECT", help=f"a file with a payload, - for standard input; {TARGET}")
    parser.add_argument("--by-value", action="store_true", help="pickle functions and classes of the module by value")
    parser.add_argument(
        "--out-of-band", action="store_true", help="pickle an object with out-of-band buffers, as Dask and Ray do"
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.set_defaults(command=_run)


def _run(options: argparse.Namespace) -> int:
    from ..answers.weigh import weigh
    from ..pickler import dumps

    buffers: list[Any] = []
    if is_file(options.target) and not options.target.endswith(".py"):
        data = payload_of(options.target)
    else:
        obj = find(options.target, options.by_value)
        try:
            data = dumps(obj, buffer_callback=buffers.append if options.out_of_band else None)
        except Exception as error:
            notes = "".join(f"\n  {note}" for note in getattr(error, "__notes__", []))
            more = f"\n`lambdapkl explain {options.target}` shows more"
            raise Problem(f"{options.target} cannot be pickled: {error}{notes}{more}", DAMAGED) from error
    try:
        with Progress("weighing", "bytes") as progress:
            answer = weigh(data, buffers=buffers, progress=progress)
    except pickle.UnpicklingError as error:
        raise Problem(f"{options.target}: {error}", DAMAGED) from error
    show(answer, options.json)
    return OK
