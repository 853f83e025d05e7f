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
    libraries = [each for each in picklers if not each.keywords]
    rounds = max(1, options.rounds)
    tell_if_pure(options.json or options.markdown)
    if not options.json:
        print(f"{_versions(libraries)}\n", flush=True)
    rows = comparison.compare(comparison.demo_objects(rounds), picklers, rounds)
    if options.json:
        print(json.dumps(comparison.as_data(rows), indent=1))
    else:
        names = [each.name for each in libraries]
        if options.markdown:
            _print_markdown(rows, names)
        else:
            print('Each object is pickled here, loaded in a fresh process and used there. "1st" is the first call in')
            print("a fresh process that has imported the pickler.")
            comparison.print_rows(rows)
        fresh_rounds = range(comparison.processes(rounds))
        times = {name: min(fresh_processes.run(fresh_processes.IMPORT, name) for _ in fresh_rounds) for name in names}
        print(f"Import in milliseconds: {', '.join(f'{name} {time * 1e3:.0f}' for name, time in times.items())}.")
        missing = [name for name in comparison.PICKLERS if name not in names]
        if missing:
            print(f"Not installed, or not for this interpreter, and so not compared: {', '.join(missing)}.")
    return OK if comparison.works(rows) else NO


def _versions(libraries: list[Pickler]) -> str:
    from .. import __version__

    texts = [f"{platform.python_implementation()} {platform.python_version()}"]
    texts += [f"{each.name} {each.module.__version__}" for each in libraries if each.name in ("cloudpickle", "dill")]
    return f"lambdapkl {__version__}, {BACKEND} backend, {', '.join(texts)}"


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
