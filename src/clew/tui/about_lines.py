"""The lines about a node as a source: laid out anew for every width."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clew.text.row import Row, Span
from clew.tui.about import about_rows, parts_row
from clew.tui.line_source import LineSource
from clew.tui.wrapped import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clew.explore.detail import Detail


class AboutLines(LineSource):
    """The lines about a node, laid out for the width of the screen."""

    def __init__(self, detail: Detail | None, problem: str = "", *, parts: bool = False) -> None:
        """A node, or the sentence that says why there is none; ``parts`` names its payloads, too."""
        self._detail = detail
        self._parts = parts
        self._problem = problem
        self._rows: list[Row] = []

    def __len__(self) -> int:
        """How many, at the width that was last heard of."""
        return len(self._rows)

    def fit(self, width: int) -> None:
        """Lay them out."""
        if self._detail is None:
            self._rows = [(Span(self._problem, "hole"),)] if self._problem else []
            return
        parts: list[Row] = [parts_row(self._detail.parts)] if self._parts and self._detail.parts else []
        rows = [*parts, *about_rows(self._detail, width)]
        self._rows = [line for row in rows for line in fold(row, width)]

    def rows(self, start: int, stop: int, width: int) -> Sequence[Row]:  # noqa: ARG002 - a line source's signature
        """Those of a range."""
        return self._rows[start:stop]
