"""Tables: the list of sessions, the catalog of slugs.

Columns are as wide as what is in them; the last one takes the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from clew.text import numbers, signs
from clew.text.clean import one_line
from clew.text.entry import said
from clew.text.operation import cost_words
from clew.text.row import Row, Span, pad, row_width

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence
    from decimal import Decimal

    from clew.model.slug import Slug

_GAP = 2
_RIGHT = frozenset({"turns", "time", "tokens", "cost"})


def table(heads: Sequence[str], lines: Sequence[Sequence[Row]], right: Container[str] = _RIGHT) -> list[Row]:
    """Cells in aligned columns under their heads; ``right`` are the heads of figures, which stand at the right.

    Without lines there is no table.
    """
    if not lines:
        return []
    top: list[Row] = [(Span(head, "dim"),) for head in heads]
    widths = [max(map(row_width, column)) for column in zip(top, *lines, strict=True)]
    return [_line(heads, cells, widths, right) for cells in (top, *lines)]


class SessionLine(NamedTuple):
    """A session in a list, in plain values."""

    session_id: str
    agent_id: str | None
    status: str
    turns: int
    took: float | None
    """Milliseconds; ``None`` if it has not ended."""
    tokens: int
    cost: Decimal | None
    unpriced: int
    """Answers with usage whose cost is unknown."""
    title: str | None
    below: bool = False
    """Whether another session started it."""
    replay: bool = False
    """Whether it replays another session."""
    refused: str | None = None
    """The sentence that says why it cannot be read."""


def session_table(sessions: Iterable[SessionLine], *, below: bool = False) -> list[Row]:
    """Sessions, one row each; one that cannot be read says why. ``below`` marks those that others started."""
    heads = ("session", "agent", "status", "turns", "time", "tokens", "cost", "title")
    return table(heads, [_session_cells(session, marked=below) for session in sessions])


def slug_table(slugs: Iterable[Slug]) -> list[Row]:
    """The catalog, one slug per row."""
    return table(("slug", "severity", "origin", "description"), [_slug_cells(slug) for slug in slugs])


def _line(heads: Sequence[str], cells: Sequence[Row], widths: Sequence[int], right: Container[str]) -> Row:
    spans: list[Span] = []
    for head, cell, columns in zip(heads, cells, widths, strict=True):
        missing = Span(" " * (columns - row_width(cell)))
        spans += (missing, *cell) if head in right else pad(cell, columns)
        spans.append(Span(" " * _GAP))
    return tuple(spans)


def _session_cells(session: SessionLine, *, marked: bool) -> list[Row]:
    name: Row = (Span(one_line(session.session_id)),)
    if marked:
        name = (Span(f"{signs.CHILD} " if session.below else "  ", "dim"), *name)
    status = (Span(session.status, signs.status_style(session.status)),)
    if session.refused is not None:
        return [name, (), status, (), (), (), (), said(session.refused)]
    return [
        name,
        said(session.agent_id or ""),
        status,
        (Span(str(session.turns)),),
        (Span(numbers.duration(session.took)),),
        (Span(numbers.count(session.tokens or None)),),
        (Span(cost_words(session.cost, session.unpriced)),),
        (*((Span("(replay) ", "dim"),) if session.replay else ()), *said(session.title or "")),
    ]


def _slug_cells(slug: Slug) -> list[Row]:
    style = signs.severity_style(slug.severity)
    name, severity, origin = (Span(one_line(text)) for text in (slug.name, slug.severity, slug.origin or ""))
    return [(name,), (severity._replace(style=style),), (origin,), said(slug.description)]
