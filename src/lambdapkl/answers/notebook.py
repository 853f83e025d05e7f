"""What the answers show in a notebook: lines of text, and a tree that opens and closes."""

from __future__ import annotations

import html
from collections.abc import Iterable

from .text import Branch, Line

__all__ = ["notebook_html"]

_MOST_LINES = 500
_MOST_DEPTH = 60
# Branches are open down to this depth.
_OPEN = 2
# Each has a contrast above 4.4 on white and on black.
_COLOURS = {"red": "#e0262b", "green": "#008900", "cyan": "#007fa0", "yellow": "#966e00", "dim": "#767676"}
# No `<style>`: notebooks that are not trusted take it out.
_OUTER = '<div style="font: 13px/1.5 monospace; white-space: pre-wrap; overflow-wrap: anywhere">'
_INNER = '<div style="margin-left: 1.2em">'


def notebook_html(lines: Iterable[Line], root: Branch) -> str:
    """Return HTML for ``_repr_html_``.

    Parameters
    ----------
    lines
        The lines above the tree.
    """
    out = [_OUTER, *(f"<div{_style(style)}>{html.escape(text) or '&nbsp;'}</div>" for text, style in lines)]
    # A branch with its depth, or the end of one.
    stack: list[tuple[Branch, int] | str] = [(root, 0)]
    count = 0
    while stack:
        entry = stack.pop()
        if isinstance(entry, str):
            out.append(entry)
            continue
        branch, depth = entry
        count += 1
        if count > _MOST_LINES:
            continue
        line = html.escape(branch.text)
        style = _style(branch.style, branch.share)
        if not branch.children:
            out.append(f"<div{style}>{line}</div>")
        elif depth >= _MOST_DEPTH:
            out.append(f"<div{style}>{line} ...</div>")
        else:
            out.append(f"<details{' open' if depth < _OPEN else ''}><summary{style}>{line}</summary>{_INNER}")
            stack.append("</div></details>")
            stack += [(child, depth + 1) for child in reversed(branch.children)]
    if count > _MOST_LINES:
        out.append(f"<div>... {count - _MOST_LINES:,} more</div>")
    return "".join([*out, "</div>"])


def _style(style: str, share: float = 0.0) -> str:
    """Return the attribute for a style of `rich`, with a bar as long as the part is of the whole."""
    words = style.split()
    css = ["font-weight: bold"] if "bold" in words else []
    css += [f"color: {_COLOURS[word]}" for word in words if word in _COLOURS]
    if share:
        css.append(f"background: linear-gradient(to right, rgba(70, 130, 240, 0.25) {share:.1%}, transparent 0)")
    return f' style="{"; ".join(css)}"' if css else ""
