"""The overview: the few figures that say how agents are doing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from clew.explore.statistics.activity import Active, active
from clew.explore.statistics.grouping import chosen
from clew.explore.statistics.spending import Spending, spent

if TYPE_CHECKING:
    from clew.explore.library import Library
    from clew.explore.query import Query

_REASONS = 5


class Reason(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Why sessions failed, as they said themselves."""

    slug: str | None
    """``None`` where they did not say."""
    origin: str | None
    sessions: int


class Overview(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Sessions at a glance."""

    sessions: int
    below: int
    """Those of them that others started."""
    statuses: dict[str, int]
    """Sessions by how they stand, the most frequent first."""
    turns: int
    retries: int
    tools: int
    tools_failed: int
    spending: Spending
    """What they used, in all."""
    reasons: tuple[Reason, ...]
    """Why the most of them failed."""
    days: tuple[Active, ...]
    """Every day from the first to the last."""
    hours: tuple[Active, ...]
    """Every hour of the day."""


def overview(library: Library, query: Query | str = "", *, days: int | None = None) -> Overview:
    """The sessions that a query means, and all below them, at a glance. Raises ``QueryError``."""
    sessions = chosen(library, query, days=days)
    rows = library.index.rows(
        "SELECT status, count(*), sum(parent_id IS NOT NULL), sum(turns), sum(retries), sum(tools), sum(tools_failed)"
        f" FROM session WHERE {sessions.sql} GROUP BY status ORDER BY 2 DESC, 1",
        sessions.parameters,
    )
    count, below, turns, retries, tools, tools_failed = (sum(row[place] for row in rows) for place in range(1, 7))
    reasons = library.index.rows(
        "SELECT failure_slug, failure_origin, count(*) FROM session"
        f" WHERE status IN ('failed', 'interrupted') AND ({sessions.sql})"
        f" GROUP BY 1, 2 ORDER BY 3 DESC, 1 LIMIT {_REASONS}",
        sessions.parameters,
    )
    (total,) = spent(library, sessions)
    return Overview(
        sessions=count,
        below=below,
        statuses={row[0]: row[1] for row in rows},
        turns=turns,
        retries=retries,
        tools=tools,
        tools_failed=tools_failed,
        spending=total,
        reasons=tuple(Reason(slug=slug, origin=origin, sessions=number) for slug, origin, number in reasons),
        days=tuple(active(library, sessions)),
        hours=tuple(active(library, sessions, "hour")),
    )
