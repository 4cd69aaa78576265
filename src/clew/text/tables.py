"""Tables: the list of sessions, the catalog of slugs.

Columns are as wide as what is in them; the last one takes the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clew.text import numbers, signs
from clew.text.clean import one_line
from clew.text.entry import said
from clew.text.operation import cost_words
from clew.text.row import Row, Span, pad, row_width

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from clew.model.session import Session
    from clew.model.slug import Slug

_GAP = 2
_RIGHT = frozenset({"turns", "time", "tokens", "cost"})


def table(heads: Sequence[str], lines: Sequence[Sequence[Row]]) -> list[Row]:
    """Cells in aligned columns under their heads; figures stand at the right of theirs.

    Without lines there is no table.
    """
    if not lines:
        return []
    top: list[Row] = [(Span(head, "dim"),) for head in heads]
    widths = [max(map(row_width, column)) for column in zip(top, *lines, strict=True)]
    return [_line(heads, cells, widths) for cells in (top, *lines)]


def session_table(sessions: Iterable[tuple[str, Session | str]]) -> list[Row]:
    """Sessions by id, one row each; one that cannot be read says why."""
    heads = ("session", "agent", "status", "turns", "time", "tokens", "cost", "title")
    return table(heads, [_session_cells(session_id, session) for session_id, session in sessions])


def slug_table(slugs: Iterable[Slug]) -> list[Row]:
    """The catalog, one slug per row."""
    return table(("slug", "severity", "origin", "description"), [_slug_cells(slug) for slug in slugs])


def _line(heads: Sequence[str], cells: Sequence[Row], widths: Sequence[int]) -> Row:
    spans: list[Span] = []
    for head, cell, columns in zip(heads, cells, widths, strict=True):
        missing = Span(" " * (columns - row_width(cell)))
        spans += (missing, *cell) if head in _RIGHT else pad(cell, columns)
        spans.append(Span(" " * _GAP))
    return tuple(spans)


def _session_cells(session_id: str, session: Session | str) -> list[Row]:
    if isinstance(session, str):
        return [(Span(session_id),), (), (Span("unreadable", "hole"),), (), (), (), (), said(session)]
    totals = session.totals
    return [
        (Span(one_line(session_id)),),
        said(session.agent_id or ""),
        (Span(session.status, signs.status_style(session.status)),),
        (Span(str(len(session.turns))),),
        (Span(numbers.duration(numbers.elapsed(session.started_at, session.ended_at))),),
        (Span(numbers.count(totals.usage.total_tokens or None)),),
        (Span(cost_words(totals.cost, totals.unpriced)),),
        said(session.title or ""),
    ]


def _slug_cells(slug: Slug) -> list[Row]:
    style = signs.severity_style(slug.severity)
    name, severity, origin = (Span(one_line(text)) for text in (slug.name, slug.severity, slug.origin or ""))
    return [(name,), (severity._replace(style=style),), (origin,), said(slug.description)]
