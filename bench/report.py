"""The results of a run as a table, held against the targets, and against a stored run."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from candidates import FLOOR, NAMES, OURS, PURE
from process_costs import IMPORT, PEAK, TASKS, Costs

PEERS = tuple(name for name in NAMES if name != OURS)
FAMILIES_BY_VALUE = ("functions", "classes")
# A row counts as slower than in the stored run when its ratio to the reference is worse by more than this.
TOLERANCE = 1.15


class Row(NamedTuple):
    """What was measured of one workload and operation: candidate -> figures; times in microseconds."""

    name: str
    family: str
    operation: str
    count: int
    same_as_pickle: bool
    figures: dict[str, dict[str, float]]

    def ratio(self, peer: str, figure: str = "min") -> float | None:
        """How many times lambdapkl's figure that of `peer` is; None where it did not take part."""
        ours = self.figures[OURS][figure]
        return self.figures[peer][figure] / ours if peer in self.figures and ours else None


def rows_of(results: dict[str, Any]) -> list[Row]:
    """Read the JSON of pytest-benchmark."""
    rows = []
    for each in results["benchmarks"]:
        info = each["extra_info"]
        scale = 1e6 / info["calls"]
        ours = {"min": each["stats"]["min"] * scale, "median": each["stats"]["median"] * scale, "bytes": info["bytes"]}
        figures = {OURS: ours, **info["peers"]}
        rows.append(Row(info["row"], info["family"], info["operation"], info["count"], info["same_as_pickle"], figures))
    return rows


def table(rows: list[Row]) -> str:
    """Return the rows as Markdown: lambdapkl's figures, and how many times as much the others take."""
    lines = [
        f"| workload | us, best | us, median | bytes | {' | '.join(PEERS)} |",
        "|---|" + "--:|" * (3 + len(PEERS)),
    ]
    family = None
    for row in rows:
        if row.family != family:
            family = row.family
            lines.append(f"| **{family}** |" + " |" * (3 + len(PEERS)))
        ours = row.figures[OURS]
        peers = [_times(row.ratio(peer)) for peer in PEERS]
        size = f"{ours['bytes']:,.0f}" if row.operation == "dumps" else ""
        lines.append(
            f"| {row.name}, {row.operation} | {ours['min']:,.2f} | {ours['median']:,.2f} | {size} | {' | '.join(peers)} |"
        )
    return "\n".join(lines)


def _times(ratio: float | None) -> str:
    return "-" if ratio is None else f"{ratio:.3g}x" if ratio < 100 else f"{ratio:,.0f}x"


class Target(NamedTuple):
    """A number to reach: at least (or, for sizes, at most) so much."""

    what: str
    goal: float
    values: Callable[[list[Row], Costs], Iterator[tuple[str, float]]]
    mean: bool = False
    at_most: bool = False


def _against(peer: str, operation: str, families: Iterable[str], base: str = OURS) -> Any:
    def values(rows: list[Row], _: Costs) -> Iterator[tuple[str, float]]:
        for row in rows:
            if row.operation == operation and row.family in families and peer in row.figures and base in row.figures:
                yield row.name, row.figures[peer]["min"] / row.figures[base]["min"]

    return values


def _size(rows: list[Row], _: Costs) -> Iterator[tuple[str, float]]:
    for row in rows:
        ratio = row.ratio("cloudpickle", "bytes")
        if row.operation == "dumps" and row.family in FAMILIES_BY_VALUE and ratio is not None:
            yield row.name, 1 / ratio


def _floor(rows: list[Row], _: Costs) -> Iterator[tuple[str, float]]:
    for row in rows:
        ratio = row.ratio(FLOOR)
        if (row.name, row.operation) == ("lambda", "dumps") and ratio is not None:
            yield row.name, 1 / ratio


def _same_bytes(rows: list[Row], _: Costs) -> Iterator[tuple[str, float]]:
    for row in rows:
        if row.operation == "dumps" and row.family == "importable instances":
            yield row.name, float(row.same_as_pickle)


def _growth(rows: list[Row], _: Costs) -> Iterator[tuple[str, float]]:
    """Time per object of the largest row of a kind against the smallest."""
    kinds: dict[str, list[Row]] = {}
    for row in rows:
        if row.family == "scale" and row.operation == "dumps":
            kinds.setdefault(row.name.split(" ", 1)[1], []).append(row)
    for kind, found in kinds.items():
        found.sort(key=lambda row: row.count)
        if len(found) > 1:
            first, last = (row.figures[OURS]["min"] / row.count for row in (found[0], found[-1]))
            yield kind, last / first


def _cost(kind: str, peer: str) -> Any:
    """lambdapkl's figure of whole processes as a multiple of a peer's."""

    def values(_: list[Row], costs: Costs) -> Iterator[tuple[str, float]]:
        for what, figures in costs.get(kind, {}).items():
            if peer in figures and OURS in figures:
                yield what, figures[OURS] / figures[peer]

    return values


TARGETS = (
    Target("dumps by value against cloudpickle, mean", 10, _against("cloudpickle", "dumps", FAMILIES_BY_VALUE), mean=True),
    Target("dumps by value against cloudpickle, worst", 5, _against("cloudpickle", "dumps", FAMILIES_BY_VALUE)),
    Target("dumps by value against dill, mean", 40, _against("dill", "dumps", FAMILIES_BY_VALUE), mean=True),
    Target("dumps by value against dill, worst", 15, _against("dill", "dumps", FAMILIES_BY_VALUE)),
    Target("cold dumps against cloudpickle", 6, _against("cloudpickle", "dumps", ("cold",))),
    Target("dumps with 1,600 modules against cloudpickle", 60, _against("cloudpickle", "dumps", ("1,600 modules",))),
    Target("loads by value against cloudpickle, mean", 4, _against("cloudpickle", "loads", FAMILIES_BY_VALUE), mean=True),
    Target("loads by value against cloudpickle, worst", 2, _against("cloudpickle", "loads", FAMILIES_BY_VALUE)),
    Target("bytes by value against cloudpickle, mean", 0.45, _size, mean=True, at_most=True),
    Target("dumps of a lambda, times the floor", 1.6, _floor, at_most=True),
    Target("plain data against pickle, worst", 0.97, _against("pickle", "dumps", ("plain", "arrays"))),
    Target("None and a small dict against pickle, worst", 0.7, _against("pickle", "dumps", ("plain, small",))),
    Target("importable instances against pickle, worst", 1.8, _against("pickle", "dumps", ("importable instances",))),
    Target("importable instances: 1 for the bytes of pickle", 1, _same_bytes),
    Target("other importable objects against pickle, worst", 0.95, _against("pickle", "dumps", ("importable",))),
    Target(
        "pure: dumps by value against cloudpickle, mean",
        1.5,
        _against("cloudpickle", "dumps", FAMILIES_BY_VALUE, PURE),
        mean=True,
    ),
    Target(
        "pure: loads by value against cloudpickle, mean",
        1.5,
        _against("cloudpickle", "loads", FAMILIES_BY_VALUE, PURE),
        mean=True,
    ),
    Target("time per object, most against fewest", 1.3, _growth, at_most=True),
    Target("import, times cloudpickle's", 1, _cost(IMPORT, "cloudpickle"), at_most=True),
    Target("peak memory of 100 MB, times pickle's", 1.02, _cost(PEAK, "pickle"), at_most=True),
    Target("joblib's lambdas a second, times cloudpickle's", 1, _cost(TASKS, "cloudpickle")),
)


def summary(rows: list[Row], costs: Costs) -> str:
    """Return the targets as Markdown: what was measured, and where."""
    lines = ["| target | goal | measured | |", "|---|--:|--:|---|"]
    for target in TARGETS:
        values = dict(target.values(rows, costs))
        sign = "at most " if target.at_most else ""
        if not values:
            lines.append(f"| {target.what} | {sign}{target.goal}x | - | not measured |")
            continue
        pick = max if target.at_most else min
        worst = pick(values, key=lambda name: values[name])
        found = geometric_mean(values.values()) if target.mean else values[worst]
        met = found <= target.goal if target.at_most else found >= target.goal
        where = "" if target.mean else f" ({worst})"
        lines.append(f"| {target.what} | {sign}{target.goal}x | {found:.3g}x | {'met' if met else '**missed**'}{where} |")
    return "\n".join(lines)


def geometric_mean(values: Iterable[float]) -> float:
    found = list(values)
    return math.exp(sum(map(math.log, found)) / len(found))


def reference_ratios(rows: list[Row]) -> dict[str, float]:
    """For each row, lambdapkl's time as a multiple of that of `pickle` or, where that refuses, of cloudpickle."""
    ratios = {}
    for row in rows:
        reference = next((peer for peer in ("pickle", "cloudpickle") if peer in row.figures), None)
        if reference is not None:
            ratios[f"{row.name}, {row.operation}"] = round(row.figures[OURS]["min"] / row.figures[reference]["min"], 4)
    return ratios


def compare(rows: list[Row], stored: Path) -> str:
    """Say which rows are slower than in the stored run: by ratios, which another machine or a slow day leaves alone."""
    if not stored.exists():
        return f"No run is stored as {stored.name} (--store writes one)."
    earlier = json.loads(stored.read_text())
    now = reference_ratios(rows)
    slower = [
        f"- {name}: {now[name] / earlier[name]:.2f} times the stored ratio"
        for name in now
        if name in earlier and now[name] > earlier[name] * TOLERANCE
    ]
    head = f"Against {stored.name}: {len(slower)} of {len(now)} rows slower by more than {TOLERANCE - 1:.0%}"
    return "\n".join([head + (":" if slower else "."), *slower])
