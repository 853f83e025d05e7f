"""``lambdapkl demo``"""

from __future__ import annotations

import argparse
import json
import platform
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .common import BACKEND, NO, OK, tell_if_pure

if TYPE_CHECKING:
    from .comparison import Pickler, Result, Row

_NOTES = """\
- refused: `dumps` raises an error.
- fails: another process cannot load the payload, or cannot use the object.
- (r): dill with `recurse=True`, because its default is refused or fails."""
_HEADINGS = f"{'pickler':17}  {'bytes':>7}  {'dumps':>9}  {'loads':>9}  {'1st dumps':>9}  {'1st loads':>9}  result"


def add(commands: Any) -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "demo",
        help="pickle functions, classes and instances, run each in a new process, show sizes and times",
        description="Pickle functions, classes and instances with lambdapkl and, if they are installed, pickle, cloudpickle "
        "and dill. Load and run each in a new process, and print sizes and times.",
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print the results as JSON")
    form.add_argument("--markdown", action="store_true", help="print the results as the tables of README.md")
    parser.add_argument(
        "--rounds",
        type=int,
        default=15,
        help="timing rounds; the best one counts; each 15 of them measure one first call (default: 15)",
    )
    parser.set_defaults(command=_run)


def _run(options: argparse.Namespace) -> int:
    from . import comparison, fresh_processes

    picklers = comparison.installed()
    rounds = max(1, options.rounds)
    tell_if_pure(options.json or options.markdown)
    if not options.json:
        print(f"{_versions(picklers)}\n", flush=True)
    rows = comparison.compare(picklers, rounds)
    if options.json:
        print(json.dumps(comparison.as_data(rows), indent=1))
    else:
        if options.markdown:
            _print_markdown(rows, list(picklers))
        else:
            _print_text(rows)
        fresh_rounds = comparison.processes(rounds)
        times = [f"{name} {fresh_processes.import_time(fresh_rounds, name) / 1e3:.0f}" for name in picklers]
        print(f"Import in milliseconds: {', '.join(times)}.")
        missing = [name for name in comparison.PICKLERS if name not in picklers]
        if missing:
            print(f"Not installed, or not for this interpreter, and so not compared: {', '.join(missing)}.")
    ours = [result for row in rows for result in row.results if result.pickler == "lambdapkl"]
    return OK if all(result.right for result in ours) else NO


def _versions(picklers: dict[str, Pickler]) -> str:
    from .. import __version__

    texts = [f"{platform.python_implementation()} {platform.python_version()}"]
    texts += [f"{name} {picklers[name].module.__version__}" for name in ("cloudpickle", "dill") if name in picklers]
    return f"lambdapkl {__version__}, {BACKEND} backend, {', '.join(texts)}"


def _print_text(rows: list[Row]) -> None:
    print("Each object is pickled here, loaded in a fresh process and used there.  Times are the best, in microseconds.")
    print('"1st" is the first call in a fresh process that has imported the pickler.\n')
    width = max(len(row.name) for row in rows)
    print(f"{'object':{width}}  {_HEADINGS}")
    for row in rows:
        for position, result in enumerate(row.results):
            name = row.name if position == 0 else ""
            times = [result.dumps, result.loads, result.first_dumps, result.first_loads]
            cells = [_cell(result.size, 7, 0), *(_cell(time, 9, 1) for time in times)]
            print(f"{name:{width}}  {result.pickler:17}  {'  '.join(cells)}  {_verdict(result)}".rstrip())
        print()


def _cell(value: float | None, width: int, digits: int) -> str:
    return f"{'-':>{width}}" if value is None else f"{value:>{width},.{digits}f}"


def _verdict(result: Result) -> str:
    if result.right:
        return "right"
    what = "refused" if result.size is None else "WRONG"
    return f"{what}: {result.problem.splitlines()[0][:30]}" if result.problem else what


def _print_markdown(rows: list[Row], picklers: list[str]) -> None:
    """Print the tables of README.md."""
    tables: list[tuple[str, Callable[[Result], str]]] = [
        ("Later calls: `dumps` / `loads` in microseconds", lambda result: f"{_time(result.dumps)} / {_time(result.loads)}"),
        (
            "First call in a fresh process: `dumps` / `loads` in microseconds, without the import",
            lambda result: f"{_time(result.first_dumps)} / {_time(result.first_loads)}",
        ),
        ("Size of the payload in bytes", lambda result: f"{result.size:,}"),
    ]
    for title, text in tables:
        print(f"**{title}**\n\n| object | {' | '.join(picklers)} |\n|---|{'--:|' * len(picklers)}")
        for row in rows:
            print(f"| {row.name} | {' | '.join(_markdown_cell(row, name, text) for name in picklers)} |")
        print()
    print(f"{_NOTES}\n")


def _time(microseconds: float | None) -> str:
    return "-" if microseconds is None else f"{microseconds:,.{0 if microseconds >= 100 else 1}f}"


def _markdown_cell(row: Row, pickler: str, text: Callable[[Result], str]) -> str:
    """Return the figure of `pickler`; if dill's default fails, the figure with ``recurse=True`` and a mark."""
    from .comparison import RECURSE

    results = {result.pickler: result for result in row.results}
    result = results[pickler]
    mark = ""
    if not result.right and pickler == "dill" and results[RECURSE].right:
        result, mark = results[RECURSE], " (r)"
    if not result.right:
        return "refused" if result.size is None else "fails"
    figure = text(result) + mark
    return f"**{figure}**" if pickler == "lambdapkl" else figure
