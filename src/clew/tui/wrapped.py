"""Long lines folded at the edge, so that nothing of a payload is out of sight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clew.text.row import Row, Span, row_width, width
from clew.tui.line_source import LineSource

if TYPE_CHECKING:
    from collections.abc import Sequence


class Wrapped(LineSource):
    """Rows folded to the width of the screen."""

    def __init__(self, rows: Sequence[Row]) -> None:
        """The rows as they are."""
        self._rows = rows
        self._folded: list[Row] = [*rows]
        self._first: list[int] = [*range(len(rows))]
        self._width = 0

    def __len__(self) -> int:
        """How many lines there are at the width that was last drawn."""
        return len(self._folded)

    def fit(self, width: int) -> None:
        """Fold the rows for so many columns."""
        if width != self._width:
            self._width = width
            self._folded, self._first = [], []
            for row in self._rows:
                self._first.append(len(self._folded))
                self._folded += fold(row, width)

    def line_of(self, row: int, column: int = 0) -> int:
        """The line at which a row begins, or at which a character of it stands."""
        if row >= len(self._first):
            return len(self._folded)
        return self._first[row] + (column // self._width if self._width else 0)

    def rows(self, start: int, stop: int, width: int) -> Sequence[Row]:  # noqa: ARG002 - a line source's signature
        """Those of a range."""
        return self._folded[start:stop]


def fold(row: Row, columns: int) -> list[Row]:
    """A row in pieces of at most so many columns."""
    if columns < 1 or row_width(row) <= columns:
        return [row]
    lines: list[list[Span]] = [[]]
    used = 0
    for text, style in row:
        at = 0
        while at < len(text):
            taken = _fitting(text, at, columns - used) or (1 if not used else 0)
            piece = text[at : at + taken]
            if piece:
                lines[-1].append(Span(piece, style))
            at, used = at + taken, used + width(piece)
            if at < len(text):
                lines.append([])
                used = 0
    return [tuple(line) for line in lines]


def _fitting(text: str, at: int, columns: int) -> int:
    """How many characters from a place on take at most so many columns."""
    head = text[at : at + max(columns, 0)]
    if head.isascii():
        return len(head)
    used = 0
    for taken, character in enumerate(head):
        used += width(character)
        if used > columns:
            return taken
    return len(head)
