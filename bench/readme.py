"""Print the tables of README.md: what ``lambdapkl demo`` measures, as Markdown.

python bench/readme.py --rounds 75
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from lambdapkl import __version__
from lambdapkl.cli import comparison, fresh_processes
from lambdapkl.cli.common import BACKEND

NOTES = """\
- refused: `dumps` raises an error.
- fails: another process cannot load the payload, or cannot use the object.
- (r): dill with `recurse=True`, because its default is refused or fails.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=75)
    rounds = parser.parse_args().rounds
    command = [sys.executable, "-m", "lambdapkl", "demo", "--json", "--rounds", str(rounds)]
    rows = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    peers = ", ".join(f"{name} {version(name)}" for name in ("cloudpickle", "dill"))
    print(f"lambdapkl {__version__}, {BACKEND} backend, CPython {platform.python_version()}, {peers}\n")
    tables: list[tuple[str, Callable[[Any], str]]] = [
        ("Later calls: `dumps` / `loads` in microseconds", lambda result: f"{time(result['dumps'])} / {time(result['loads'])}"),
        (
            "First call in a fresh process: `dumps` / `loads` in microseconds, without the import",
            lambda result: f"{time(result['first_dumps'])} / {time(result['first_loads'])}",
        ),
        ("Size of the payload in bytes", lambda result: f"{result['size']:,}"),
    ]
    for title, text in tables:
        print(f"**{title}**\n\n| object | {' | '.join(comparison.PICKLERS)} |\n|---|{'--:|' * len(comparison.PICKLERS)}")
        for row in rows:
            results = {result["pickler"]: result for result in row["results"]}
            print(f"| {row['object']} | {' | '.join(cell(results, name, text) for name in comparison.PICKLERS)} |")
        print()
    print(NOTES)
    times = {
        name: min(fresh_processes.run(fresh_processes.IMPORT, name) for _ in range(comparison.processes(rounds)))
        for name in comparison.PICKLERS
    }
    print(f"Import in milliseconds: {', '.join(f'{name} {seconds * 1e3:.0f}' for name, seconds in times.items())}.")


def time(microseconds: float) -> str:
    return f"{microseconds:,.{0 if microseconds >= 100 else 1}f}"


def cell(results: dict[str, Any], pickler: str, text: Callable[[Any], str]) -> str:
    """Return the figure of `pickler`; if dill's default fails, the figure with ``recurse=True`` and a mark."""
    result = results[pickler]
    mark = ""
    if not result["right"] and pickler == "dill" and results[comparison.RECURSE]["right"]:
        result, mark = results[comparison.RECURSE], " (r)"
    if not result["right"]:
        return "refused" if result["size"] is None else "fails"
    figure = text(result) + mark
    return f"**{figure}**" if pickler == "lambdapkl" else figure


if __name__ == "__main__":
    main()
