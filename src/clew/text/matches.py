"""What a search found: a row for each session, and one for each place in it with the match marked."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from clew.text import signs
from clew.text.clean import clean, one_line
from clew.text.entry import said
from clew.text.row import Row, Span, join, pad, row_width

if TYPE_CHECKING:
    from collections.abc import Sequence

_GAP = "  "


class Match(NamedTuple):
    """One place, in plain values."""

    path: str
    """The node; empty for the session itself."""
    kind: str | None
    """``attempt``, or the kind of a tool; ``None`` for another node."""
    name: str | None
    """Of the model or the tool."""
    slugs: tuple[str, ...]
    """Why the node failed."""
    place: str
    """Where in the node."""
    before: str
    match: str
    after: str
    times: int
    """How often it occurs there."""


def session_match(session_id: str, agent_id: str | None, status: str, title: str | None) -> Row:
    """The row above what was found in a session."""
    words: list[Row] = [
        (Span(f"{signs.SESSION} {one_line(session_id)}", "title"),),
        said(agent_id or ""),
        (Span(one_line(status), signs.status_style(status)),),
        said(title or ""),
    ]
    return join([row for row in words if row_width(row)], _GAP)


def match_rows(matches: Sequence[Match]) -> list[Row]:
    """A row for each place: path, node, field, and the match with what stands around it."""
    heads = [(said(one.path), _node(one), said(one.place, "dim")) for one in matches]
    widths = [max(row_width(head[column]) for head in heads) for column in range(3)] if heads else []
    return [
        (
            Span(_GAP),
            *(span for cell, columns in zip(head, widths, strict=True) for span in (*pad(cell, columns), Span(_GAP))),
            *_line(one),
        )
        for head, one in zip(heads, matches, strict=True)
    ]


def _node(one: Match) -> Row:
    sign = {None: "", "attempt": f"{signs.ATTEMPT} ", "agent": f"{signs.CHILD} ", "workflow": f"{signs.CHILD} "}
    name = said(f"{sign.get(one.kind, f'{signs.TOOL} ')}{one.name or ''}".rstrip())
    return join([name, *(said(slug, "failed") for slug in one.slugs)], signs.BETWEEN)


def _line(one: Match) -> Row:
    """What stands before, the match, what stands after: on one line, with blanks as they are."""
    marked = Span(f"{signs.MATCH}{_flat(one.match)}{signs.MATCH_END}", "title")
    more = (Span(f"  ×{one.times}", "dim"),) if one.times > 1 else ()
    return (Span(_flat(one.before).lstrip()), marked, Span(_flat(one.after).rstrip()), *more)


def _flat(text: str) -> str:
    """Cleaned text with every break of a line as a blank."""
    return clean(text).replace("\n", " ").replace("\t", " ")
