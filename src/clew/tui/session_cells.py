"""A session as a line of the list: sign and status, agent, title, turns, time, tokens, cost, when it began."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clew.text import numbers, signs
from clew.text.clean import one_line
from clew.text.row import Row, Span, crop_row, pad, row_width
from clew.tui.when import when

if TYPE_CHECKING:
    from clew.explore.listing import SessionRow

_SIGNS = {
    "running": signs.ATTEMPT,
    "ok": " ",
    "failed": signs.ERROR,
    "interrupted": signs.WARNING,
    "abandoned": signs.WARNING,
    "unreadable": signs.HOLE,
}
_GAP = 2
_WIDTHS = {"status": 13, "agent": 14, "title": 0, "turns": 7, "time": 11, "tokens": 7, "cost": 9, "started": 12}
"""Columns of each cell; the title takes what is left."""
_RIGHT = {"turns", "time", "tokens", "cost"}
_NARROW = 90
"""Columns below which agent and tokens are left out."""


def head(width: int) -> Row:
    """The names of the columns."""
    return _line({name: (Span(name),) for name in _WIDTHS}, width)


def cells(row: SessionRow, width: int, *, now: float, marked: bool = False) -> Row:
    """A line of the list."""
    title = _title(row)
    return _line(
        {
            "status": status(row),
            "agent": (Span(one_line(row.agent_id or "")),),
            "title": ((Span("marked  ", "title"), *title) if marked else title),
            "turns": (Span(numbers.count(row.turns or None)),),
            "time": (Span(numbers.duration(row.duration_ms)),),
            "tokens": (Span(numbers.count(row.usage.total_tokens or None)),),
            "cost": (Span(numbers.money(row.cost) + ("+" if row.unpriced and row.cost is not None else "")),),
            "started": (Span(when(row.started_at, now), "dim"),),
        },
        width,
    )


def status(row: SessionRow) -> Row:
    """Sign and word of how it stands."""
    return (Span(f"{_SIGNS[row.status]} {row.status}", signs.status_style(row.status)),)


def about(row: SessionRow) -> Row:
    """The line below the list: what has no column."""
    words: list[Span] = [Span(row.session_id, "title")]
    failure = " at ".join(part for part in (row.failure_slug, row.failure_path) if part)
    style = signs.status_style(row.status)
    words += [Span(f"  {one_line(text)}", style) for text in (failure, row.error or "") if text]
    words += [Span(f"  {row.model}")] if row.model else []
    facts = [f"{row.children} below" if row.children else "", numbers.size(row.size), *row.tags]
    facts.append(f"{row.damaged} damaged places" if row.damaged else "")
    words.append(Span("  " + signs.BETWEEN.join(one_line(fact) for fact in facts if fact), "dim"))
    return tuple(words)


def _title(row: SessionRow) -> Row:
    if row.status == "unreadable":
        return (Span(one_line(row.error or ""), "dim"),)
    return (Span(one_line(row.name)),)


def _line(found: dict[str, Row], width: int) -> Row:
    names = [name for name in _WIDTHS if width >= _NARROW or name not in {"agent", "tokens"}]
    rest = width - sum(_WIDTHS[name] + _GAP for name in names) + _GAP
    spans: list[Span] = []
    for name in names:
        columns = _WIDTHS[name] or max(rest, 10)
        cell = crop_row(found[name], columns)
        missing = Span(" " * (columns - row_width(cell)))
        spans += (missing, *cell) if name in _RIGHT else pad(cell, columns)
        spans.append(Span(" " * _GAP))
    return tuple(spans[:-1])
