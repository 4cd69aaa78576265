"""The rows of a tree as lines: label, status, time, notes in columns that do not move while one scrolls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clew.text.row import Row, Span, crop_row, pad, row_width
from clew.tui.line_source import LineSource

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clew.explore.rows import TreeRows
    from clew.explore.tree_row import TreeRow

_STATUS = 12
_TOOK = 11
_GAP = 2
_LABEL_AT_LEAST, _LABEL_AT_MOST = 30, 60
_LABEL_SHARE = 0.42
"""Of the width."""
_NARROWEST = 80
"""Columns below which rows are not cut, so that they can be scrolled sideways."""


class TreeLines(LineSource):
    """The lines of a tree."""

    def __init__(self, rows: TreeRows) -> None:
        """The rows as they are opened now."""
        self.tree = rows

    def __len__(self) -> int:
        """How many."""
        return len(self.tree)

    def rows(self, start: int, stop: int, width: int) -> Sequence[Row]:
        """Those of a range."""
        label = label_width(width)
        return [crop_row(tree_line(row, label), max(width, _NARROWEST)) for row in self.tree[start:stop]]


def label_width(width: int) -> int:
    """The columns of the labels on a screen of so many."""
    return max(_LABEL_AT_LEAST, min(_LABEL_AT_MOST, round(width * _LABEL_SHARE)))


def tree_line(row: TreeRow, label: int) -> Row:
    """One row in its columns; what is written in one stays in it, and is whole in the detail of the node."""
    fold = ("- " if row.expanded else "+ ") if row.expandable and row.depth else ""
    name: Row = (Span(row.guide, "dim"), Span(fold, "dim"), *_weighed(row), *row.inside)
    if row.kind == "session":
        return name
    if row.block:
        words = pad(crop_row(name, label + _GAP + _STATUS), label + _GAP + _STATUS)
    else:
        words = (*pad(crop_row(name, label), label + _GAP), *pad(crop_row((row.status,), _STATUS), _STATUS))
    took = (Span(row.took.rjust(_TOOK)), Span(" " * _GAP))
    return (*words, *took, *_found(row), *row.notes) if row.took or row.notes or row.found else words


def _weighed(row: TreeRow) -> Row:
    """The label, heavier where the query means it."""
    if not row.matched:
        return row.label
    return tuple(Span(span.text, span.style or "title") for span in row.label)


def _found(row: TreeRow) -> Row:
    if not row.found or row.expanded:
        return ()
    return (Span(f"{row.found} found  ", "title"),)


def row_name(row: TreeRow, columns: int) -> Row:
    """A row in a title: its path and its label."""
    path = (Span(f"{row.path}  ", "title"),) if row.path else ()
    cropped = crop_row((*path, *row.label), columns)
    return cropped if row_width(cropped) else (Span(row.kind),)
