"""The page of `Weight.to_html`: a treemap drawn by plotly, in one file that needs no network."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Sequence
from itertools import count

from .text import size
from .tree import Item

__all__ = ["page"]

# Only this many of the largest boxes are drawn; the browser takes time for boxes too small to see.
_MOST_BOXES = 1500
# Id, id of the parent, label, size, path, and a colour each for light and dark mode.
_Box = tuple[str, str, str, int, str, tuple[str, str]]
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
    ids, parents, labels, values, paths, shades = zip(*_boxes(root, total), strict=True)
    treemap = graph_objects.Treemap(
        ids=ids,
        labels=labels,
        parents=parents,
        values=values,
        customdata=paths,
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
        post_script=_PAINT % json.dumps(shades),
    )
    items = "".join(f"<li>{html.escape(note.replace(' -> ', ' → '))}</li>" for note in notes)
    return _PAGE.format(
        title=html.escape(f"{size(total)}: {root.title}"),
        summary=html.escape(summary.replace(" -> ", " → ")),
        duplicates=f"<ul>{items}</ul>" if items else "",
        map=drawn,
    )


def _boxes(root: Item, total: int) -> Iterator[_Box]:
    """Yield a box for each of the largest parts."""
    total = max(1, total)
    sizes = sorted((item.size for item in root.walk()), reverse=True)
    # Smaller parts are summed up in one box.
    least = max(1, total // 20_000, sizes[_MOST_BOXES] + 1 if len(sizes) > _MOST_BOXES else 0)
    idents = count()

    def box(ident: str, parent: str, label: str, amount: int, path: str, depth: int, hue: int) -> _Box:
        # plotly interprets some HTML tags in labels.
        text = html.escape(f"{label}: {size(amount)}, {amount / total:.1%}")
        step = min(depth, 5) * 3
        angle, colour = (_HUES[hue], 55) if hue >= 0 else (0, 0)
        shades = f"hsl({angle}, {colour}%, {88 - step}%)", f"hsl({angle}, {colour * 3 // 5}%, {22 + step}%)"
        return ident, parent, text, amount, html.escape(path), shades

    stack: list[tuple[Item, str, int, int]] = [(root, "", 0, -1)]
    while stack:
        item, parent, depth, hue = stack.pop()
        ident = f"{next(idents)}"
        path = " → ".join(item.path())
        yield box(ident, parent, item.name, item.size, path, depth, hue)
        large = [child for child in item.children if child.size >= least]
        for index, child in enumerate(large):
            stack.append((child, ident, depth + 1, index % len(_HUES) if hue < 0 or not depth else hue))
        rest = sum(child.size for child in item.children[len(large) :])
        if rest and large:
            yield box(f"{ident}+", ident, f"{len(item.children) - len(large):,} smaller", rest, path, depth + 1, hue)
