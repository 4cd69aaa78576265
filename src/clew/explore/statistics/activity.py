"""Activity: on which days, and at which hours of the day, sessions began, and what they used."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

import msgspec

from clew.explore.statistics.grouping import chosen
from clew.store.index.schema import to_dollars

if TYPE_CHECKING:
    from clew.explore.library import Library
    from clew.explore.query import Query, Where

_FORMAT = {"day": "%Y-%m-%d", "hour": "%H"}
_MOST_DAYS = 10_000
"""Days between the first and the last beyond which those without a session are left out: a clock was wrong."""


class Active(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A local day, or an hour of all days."""

    when: str
    """``2026-11-22``, or the hour: ``09``."""
    sessions: int
    """That began then."""
    failed: int
    """Those of them that failed or were interrupted."""
    tokens: int
    """All that they used."""
    cost: Decimal | None
    """US dollars, as far as known."""


def activity(
    library: Library, query: Query | str = "", *, per: Literal["day", "hour"] = "day", days: int | None = None
) -> list[Active]:
    """Every day from the first session to the last, or every hour of the day. Raises ``QueryError``."""
    return active(library, chosen(library, query, days=days), per)


def active(library: Library, sessions: Where, per: Literal["day", "hour"] = "day") -> list[Active]:
    """When these sessions began."""
    rows = library.index.rows(
        f"SELECT strftime('{_FORMAT[per]}', started_at / 1000, 'unixepoch', 'localtime'), count(*),"
        " sum(status IN ('failed', 'interrupted')),"
        " sum(input_tokens + cache_read_tokens + cache_write_tokens + output_tokens), sum(cost)"
        f" FROM session WHERE {sessions.sql} GROUP BY 1 HAVING 1 IS NOT NULL ORDER BY 1",
        sessions.parameters,
    )
    known = {
        when: Active(when=when, sessions=count, failed=failed, tokens=tokens, cost=to_dollars(cost))
        for when, count, failed, tokens, cost in rows
        if when is not None
    }
    return [
        known.get(when) or Active(when=when, sessions=0, failed=0, tokens=0, cost=None) for when in _all(known, per)
    ]


def _all(known: dict[str, Active], per: str) -> list[str]:
    """Every day or hour, those without a session too."""
    if per == "hour":
        return [f"{hour:02}" for hour in range(24)] if known else []
    if not known:
        return []
    first, last = (date.fromisoformat(day) for day in (min(known), max(known)))
    between = (last - first).days
    if between > _MOST_DAYS:
        return sorted(known)
    return [(first + timedelta(days=day)).isoformat() for day in range(between + 1)]
