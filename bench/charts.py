"""Charts of a run: where each library stands, on a logarithmic axis."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from candidates import OURS, PURE
from report import Row

_MARKS = {
    "pickle": ("o", "#888888"),
    "pickle.py": ("x", "#888888"),
    "cloudpickle": ("s", "#4c78a8"),
    "dill": ("D", "#b279a2"),
    "pyfory": ("^", "#72b7b2"),
    PURE: ("v", "#f2a65a"),
    OURS: ("o", "#d62728"),
}
_FAMILIES = ("functions", "classes", "importable instances", "importable", "plain", "plain, small")


def draw(rows: list[Row], folder: Path) -> list[Path]:
    """Write a chart of dumps and one of loads; return their paths."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for operation in ("dumps", "loads"):
        chosen = [row for row in rows if row.operation == operation and row.family in _FAMILIES]
        figure, axes = pyplot.subplots(figsize=(9, 0.27 * len(chosen) + 1.4))
        _draw(axes, chosen)
        axes.set_title(f"{operation}: microseconds a call (less is better); grey band: pickle in C to pickle in Python")
        figure.tight_layout()
        path = folder / f"{operation}.png"
        figure.savefig(path, dpi=110)
        pyplot.close(figure)
        paths.append(path)
    return paths


def _draw(axes: Any, rows: list[Row]) -> None:
    for place, row in enumerate(rows):
        times = {name: figures["min"] for name, figures in row.figures.items()}
        if "pickle" in times and "pickle.py" in times:
            axes.plot([times["pickle"], times["pickle.py"]], [place, place], color="#dddddd", linewidth=9, zorder=1)
        for name, (mark, color) in _MARKS.items():
            if name in times:
                axes.scatter(times[name], place, marker=mark, color=color, s=30, zorder=4 if name == OURS else 3)
    for name, (mark, color) in _MARKS.items():
        axes.scatter([], [], marker=mark, color=color, s=30, label=name)
    axes.set_yticks(range(len(rows)), [row.name for row in rows], fontsize=8)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xscale("log")
    axes.grid(axis="x", color="#eeeeee", zorder=0)
    axes.legend(fontsize=8, loc="upper right")
