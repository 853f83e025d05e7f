"""How `explain`, `weigh` and `inspect` show their results: lines of text above and below a tree."""

from __future__ import annotations

from typing import Any

from .notebook import notebook_html
from .text import Branch, Line, draw

__all__ = ["Answer"]


class Answer:
    """A result that `str`, `rich.print` and notebooks show."""

    # The text tree has about so many lines.
    _tree_lines = 40

    def _above(self) -> list[Line]:
        """Return the lines above the tree."""
        raise NotImplementedError

    def _branch(self) -> Branch:
        """Return the tree."""
        raise NotImplementedError

    def _below(self) -> list[Line]:
        """Return the lines below the tree."""
        return []

    def _lines(self) -> list[tuple[str, str, str]]:
        """Return all lines, each with the tree's guides, its text and its style."""
        above = [("", *line) for line in [*self._above(), ("", "")]]
        return [*above, *draw(self._branch(), self._tree_lines), *(("", *line) for line in self._below())]

    def __str__(self) -> str:
        return "\n".join(guides + text for guides, text, _ in self._lines())

    def __rich__(self) -> Any:
        """Return a coloured version of ``str(self)`` for `rich.print`."""
        from rich.console import Group
        from rich.text import Text

        return Group(*(Text.assemble(guides, (text, style)) for guides, text, style in self._lines()))

    def _repr_html_(self) -> str:
        """Return what notebooks show; there the tree comes last, as it opens and closes."""
        return notebook_html([*self._above(), *self._below(), ("", "")], self._branch())
