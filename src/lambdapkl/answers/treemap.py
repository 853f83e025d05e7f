"""The page of `Weight.to_html`: a treemap drawn by plotly, in one file that needs no network."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence

from .text import size
from .tree import Item

__all__ = ["page"]

# Only this many of the largest boxes are drawn; the browser takes time for boxes too small to see.
_MOST_BOXES = 1500
_MISSING = "the page needs plotly, which is not installed: pip install 'lambdapkl[html]'"

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
:root {{ --paper: #ffffff; --ink: #1f2328; --dim: #59636e; }}
@media (prefers-color-scheme: dark) {{ :root {{ --paper: #14171c; --ink: #e6edf3; --dim: #9198a1; }} }}
html, body {{ height: 100%; margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.45 system-ui, sans-serif; }}
body {{ display: flex; flex-direction: column; }}
header {{ padding: 12px 20px 4px; overflow-wrap: anywhere; }}
h1 {{ font-size: 20px; margin: 0 0 4px; }}
p, li {{ margin: 2px 0; color: var(--dim); }}
ul {{ margin: 2px 0; padding-left: 20px; max-height: 20vh; overflow: auto; }}
main {{ flex: 1; min-height: 320px; position: relative; }}
#map {{ position: absolute; inset: 0; }}
</style>
</head>
<body>
<header>
<h1>{summary}</h1>
{duplicates}
<p>Click a box to look inside; click the bar above the boxes to go back.</p>
</header>
<main>{map}</main>
</body>
</html>
"""

# plotly needs colours instead of CSS variables, so the page sets them again when dark mode changes.
_PAINT = """
const plot = document.getElementById("{plot_id}");
const dark = matchMedia("(prefers-color-scheme: dark)");
const shades = %s;
function paint() {
  const style = getComputedStyle(document.documentElement);
  const ink = style.getPropertyValue("--ink").trim(), paper = style.getPropertyValue("--paper").trim();
  const colors = shades.map(([light, night]) => dark.matches ? night : light);
  Plotly.update(plot, {"marker.colors": [colors], "marker.line.color": paper, "textfont.color": ink,
                       "pathbar.textfont.color": ink},
                {paper_bgcolor: paper, plot_bgcolor: paper, "font.color": ink});
}
dark.addEventListener("change", paint);
paint();
"""

# Hues for the parts of the root, in turn. Text on them has a contrast above 4.5 in light and dark mode.
_HUES = (211, 28, 140, 282, 350, 178, 52, 246)


def page(root: Item, total: int, summary: str, notes: Sequence[str]) -> str:
    """Return the HTML page.

    Parameters
    ----------
    root
        The tree of parts.
    total
        Total size in bytes.
    summary
        The heading.
    notes
        Lines below the heading.

    Raises
    ------
    ImportError
        plotly is not installed.
    """
    try:
        from plotly import graph_objects, io
    except ImportError as error:
        raise ImportError(_MISSING) from error
    boxes = _Boxes(root, total)
    treemap = graph_objects.Treemap(
        ids=boxes.ids,
        labels=boxes.labels,
        parents=boxes.parents,
        values=boxes.values,
        customdata=boxes.paths,
        branchvalues="total",
        textinfo="label",
        textfont={"size": 14},
        hovertemplate="%{customdata}<br>%{label}<extra></extra>",
        marker={"line": {"width": 1}, "pad": {"t": 26, "l": 3, "r": 3, "b": 3}},
        pathbar={"thickness": 26},
        tiling={"packing": "squarify"},
        maxdepth=5,
        root={"color": "rgba(0,0,0,0)"},
    )
    figure = graph_objects.Figure(treemap, {"margin": {"t": 34, "l": 20, "r": 20, "b": 20}, "autosize": True})
    drawn = io.to_html(
        figure,
        include_plotlyjs=True,
        full_html=False,
        div_id="map",
        default_height="100%",
        config={"responsive": True, "displaylogo": False, "displayModeBar": False},
        post_script=_PAINT % json.dumps(boxes.shades),
    )
    items = "".join(f"<li>{html.escape(note.replace(' -> ', ' → '))}</li>" for note in notes)
    return _PAGE.format(
        title=html.escape(f"{size(total)}: {root.title}"),
        summary=html.escape(summary.replace(" -> ", " → ")),
        duplicates=f"<ul>{items}</ul>" if items else "",
        map=drawn,
    )


class _Boxes:
    """The columns of data for plotly, with a row for each of the largest parts."""

    def __init__(self, root: Item, total: int) -> None:
        self.ids: list[str] = []
        self.labels: list[str] = []
        self.parents: list[str] = []
        self.values: list[int] = []
        self.paths: list[str] = []
        self.shades: list[tuple[str, str]] = []
        self.total = max(1, total)
        least = self._least(root)
        stack: list[tuple[Item, str, int, int]] = [(root, "", 0, -1)]
        while stack:
            item, parent, depth, hue = stack.pop()
            ident = str(len(self.ids))
            self._box(ident, parent, item.name, item.size, " → ".join(item.path()), depth, hue)
            small = 0
            for index, child in enumerate(item.children):
                if child.size >= least:
                    stack.append((child, ident, depth + 1, index % len(_HUES) if hue < 0 or not depth else hue))
                else:
                    small += 1
            rest = sum(child.size for child in item.children[len(item.children) - small :])
            if rest and small < len(item.children):
                self._box(f"{ident}+", ident, f"{small:,} smaller", rest, " → ".join(item.path()), depth + 1, hue)

    def _least(self, root: Item) -> int:
        """Return the size below which parts are summed up in one box."""
        sizes: list[int] = []
        stack = [root]
        while stack:
            item = stack.pop()
            sizes.append(item.size)
            stack += item.children
        sizes.sort(reverse=True)
        return max(1, self.total // 20_000, sizes[_MOST_BOXES] + 1 if len(sizes) > _MOST_BOXES else 0)

    def _box(self, ident: str, parent: str, label: str, count: int, path: str, depth: int, hue: int) -> None:
        self.ids.append(ident)
        self.parents.append(parent)
        # plotly interprets some HTML tags in labels.
        self.labels.append(html.escape(f"{label}: {size(count)}, {count / self.total:.1%}"))
        self.values.append(count)
        self.paths.append(html.escape(path))
        step = min(depth, 5) * 3
        angle, colour = (_HUES[hue], 55) if hue >= 0 else (0, 0)
        self.shades.append((f"hsl({angle}, {colour}%, {88 - step}%)", f"hsl({angle}, {colour * 3 // 5}%, {22 + step}%)"))
