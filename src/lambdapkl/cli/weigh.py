"""``lambdapkl weigh``"""

from __future__ import annotations

import argparse
import pickle
import sys
from typing import Any

from .common import DAMAGED, OK, TARGET, Problem, Progress, find, is_file, payload_of, show, write_whole


def add(commands: Any) -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "weigh",
        help="why a payload is so big: bytes by path, and what was pickled twice",
        description="Tell which part of a payload, or of an object that is pickled for it, takes how many bytes, and what was "
        "pickled more than once. A payload is read and not run.",
    )
    parser.add_argument("target", metavar="FILE|MODULE:OBJECT", help=f"a file with a payload, - for standard input; {TARGET}")
    parser.add_argument("--html", metavar="OUT", help="write a page with a treemap to OUT (needs lambdapkl[html])")
    parser.add_argument("--by-value", action="store_true", help="pickle functions and classes of the module by value")
    parser.add_argument(
        "--out-of-band", action="store_true", help="pickle an object's buffers beside the payload, as Dask and Ray do"
    )
    parser.add_argument("--json", action="store_true", help="print the answer as JSON")
    parser.set_defaults(command=_run)


def _run(options: argparse.Namespace) -> int:
    from ..answers.weigh import weigh
    from ..pickler import dumps

    beside: list[Any] = []
    if is_file(options.target) and not options.target.endswith(".py"):
        data = payload_of(options.target)
    else:
        obj = find(options.target, options.by_value)
        try:
            data = dumps(obj, buffer_callback=beside.append if options.out_of_band else None)
        except Exception as error:
            notes = "".join(f"\n  {note}" for note in getattr(error, "__notes__", []))
            more = f"\n`lambdapkl explain {options.target}` tells more"
            raise Problem(f"{options.target} cannot be pickled: {error}{notes}{more}", DAMAGED) from error
    try:
        with Progress("weighing", "bytes") as progress:
            answer = weigh(data, buffers=beside, progress=progress)
    except pickle.UnpicklingError as error:
        raise Problem(f"{options.target}: {error}", DAMAGED) from error
    if options.html:
        try:
            page = answer.to_html()
        except ImportError as error:
            raise Problem(str(error)) from error
        write_whole(options.html, page)
        print(f"wrote {options.html}", file=sys.stderr)
    show(answer, options.json)
    return OK
