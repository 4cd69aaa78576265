"""Patterns of failure: which slug, from which origin, of which agent, on which days, and whether it becomes more.

A failure counts where it began: the first cause of a session that failed or was interrupted (``ended``), what a session
recovered from (``recovered``), and what neither was made good nor led to the end.

Finding them takes the whole tree of a family, a session with all below it. It is read once: what was found is kept in
the catalog until the family changes. A family in which nothing went wrong is not read at all.
"""

from __future__ import annotations

import time
from collections import defaultdict
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from clew.errors import PathError, RecordError
from clew.explore.library import ROOTS
from clew.explore.query import Where, parse
from clew.explore.statistics.grouping import midnight
from clew.model.session import ToolCall
from clew.model.slug import Origin
from clew.store.folder import Folder
from clew.store.index.explanations import Explained, FailureRow, keep, stamp
from clew.tree.failure import Explanation, Link, explain
from clew.tree.path import locate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from clew.explore.library import Library
    from clew.explore.query import Query
    from clew.model.session import Session

Fate = Literal["ended", "recovered", "aside"]
Trend = Literal["new", "rising", "steady", "falling", "gone"]

STEADY = 1.5
"""How many times as many failures the later half of the days must have to count as rising."""


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """One failure of one session."""

    slug: str | None
    """``None`` where nobody was left to say it."""
    origin: Origin
    agent_id: str | None
    """The agent it happened to, which may be a sub-agent."""
    day: date
    """The local day on which its session began."""
    session_id: str
    path: str
    fate: Fate
    """``ended`` for the first cause of a session that did not end well, ``recovered``, or ``aside``: neither."""


class Pattern(msgspec.Struct, frozen=True, kw_only=True):
    """Failures that are alike."""

    slug: str | None
    origin: Origin
    agent_id: str | None
    count: int
    """How many in all days."""
    ended: int
    """How many of them ended their session."""
    recovered: int
    """How many of them were made good."""
    sessions: int
    """In how many sessions."""
    days: tuple[int, ...]
    """How many on each day, the last of which is today."""
    trend: Trend
    """The later half of the days beside the earlier one."""
    last: str
    """The newest session with one: where to look."""


def failures(session: Session) -> Iterator[Failure]:
    """Every failure of a session and of the sessions below it."""
    told = explain(session)
    for fate, link in _links(told):
        yield Failure(
            slug=link.slug,
            origin=link.origin,
            agent_id=_agent(session, link.path),
            day=_day(session.started_at),
            session_id=session.session_id,
            path=link.path,
            fate=fate,
        )


def failures_in(
    library: Library,
    query: Query | str = "",
    *,
    days: int | None = None,
    told: Callable[[int, int], None] | None = None,
    refused: Callable[[str], None] | None = None,
) -> list[Failure]:
    """Every failure of the families that have a session which a query means, begun on the last so many local days.

    ``told`` hears how many families were read, and of how many; ``refused`` why a session cannot be read. Raises
    ``QueryError``.
    """
    sessions = _families(library, query, days)
    if refused is not None:
        for (sentence,) in library.index.rows(_UNREADABLE.format(sessions.sql), sessions.parameters):
            refused(sentence)
    known = [_kept(row) for row in library.index.rows(_KEPT.format(sessions.sql), sessions.parameters)]
    unknown = library.index.rows(_UNKNOWN.format(sessions.sql), sessions.parameters)
    return known + [failure for found in _explain(library, unknown, told, refused) for failure in found]


def patterns(found: Iterable[Failure], *, until: date, days: int) -> list[Pattern]:
    """Failures that are alike, put together; those that ended most sessions come first.

    ``until`` is the last of the ``days``; what is older is left out.
    """
    since = until - timedelta(days=days - 1)
    alike: dict[tuple[str | None, Origin, str | None], list[Failure]] = defaultdict(list)
    for failure in found:
        if since <= failure.day <= until:
            alike[failure.slug, failure.origin, failure.agent_id].append(failure)
    put = [_pattern(members, since, days) for members in alike.values()]
    return sorted(put, key=lambda pattern: (-pattern.ended, -pattern.count, pattern.slug or "", pattern.agent_id or ""))


_UNREADABLE = "SELECT error FROM session WHERE status = 'unreadable' AND ({}) ORDER BY session_id DESC"
_KEPT = (
    "SELECT failure.slug, failure.origin, failure.agent_id, session.started_at, session.session_id, failure.path,"
    " failure.fate FROM failure JOIN session ON session.id = failure.session WHERE {} ORDER BY failure.rowid"
)
_UNKNOWN = """
WITH RECURSIVE troubled (session_id, parent_id) AS (
    SELECT session_id, parent_id FROM session
    WHERE status NOT IN ('ok', 'running', 'unreadable') OR damaged > 0 OR tools_failed > 0
    OR id IN (SELECT session FROM round WHERE status NOT IN ('ok', 'running') OR warnings > 0 OR errors > 0)
    OR id IN (SELECT session FROM operation WHERE status NOT IN ('ok', 'running') OR verdict = 'rejected')
    OR id IN (SELECT session FROM log WHERE severity IN ('WRN', 'ERR'))
    UNION SELECT above.session_id, above.parent_id FROM session AS above
    JOIN troubled ON above.session_id = troubled.parent_id
)
SELECT id, session_id FROM session
WHERE ({}) AND status <> 'unreadable' AND session_id IN (SELECT session_id FROM troubled)
AND id NOT IN (SELECT session FROM explained) ORDER BY session_id DESC
"""
_TOGETHER = 50
"""Families whose explanations are written down at a time."""


def _families(library: Library, query: Query | str, days: int | None) -> Where:
    """The outermost sessions of the families that have a session which the query means."""
    asked = parse(query) if isinstance(query, str) else query
    since = f"session.started_at >= {midnight(days, library.now())}" if days is not None else "TRUE"
    if not asked.terms:
        return Where(f"({ROOTS.sql}) AND {since}")
    meant = library.condition(asked, children=True)
    sql = (
        "session.id IN (WITH RECURSIVE up (id, parent_id) AS ("
        f"SELECT session.id, session.parent_id FROM session WHERE {meant.sql}"
        " UNION SELECT above.id, above.parent_id FROM session AS above JOIN up ON above.session_id = up.parent_id)"
        f" SELECT id FROM up) AND ({ROOTS.sql}) AND {since}"
    )
    return Where(sql, meant.parameters)


def _explain(
    library: Library,
    unknown: Sequence[tuple[int, str]],
    told: Callable[[int, int], None] | None,
    refused: Callable[[str], None] | None,
) -> Iterator[list[Failure]]:
    """Read families, and keep what is found."""
    folder = Folder(library.path)
    done: list[Explained] = []
    try:
        for number, (key, session_id) in enumerate(unknown):
            if told is not None:
                told(number, len(unknown))
            before = stamp(library.index, key)
            try:
                found = [*failures(folder.load(session_id))]
            except RecordError as problem:
                if refused is not None:
                    refused(str(problem))
                continue
            rows = tuple(FailureRow(one.slug, one.origin, one.agent_id, one.path, one.fate) for one in found)
            done.append(Explained(key, before, rows))
            if len(done) >= _TOGETHER:
                keep(library.index, done)
                done.clear()
            yield found
    finally:
        keep(library.index, done)


def _kept(row: Sequence[Any]) -> Failure:
    slug, origin, agent_id, started_at, session_id, path, fate = row
    return Failure(
        slug=slug,
        origin=origin,
        agent_id=agent_id,
        day=_day(started_at),
        session_id=session_id,
        path=path,
        fate=fate,
    )


def _day(started_at: float) -> date:
    """The local day of a time."""
    try:
        return date(*time.localtime(started_at / 1000)[:3])
    except (OverflowError, ValueError, OSError):  # a time no calendar has
        return date.min


def _links(told: Explanation) -> Iterator[tuple[Fate, Link]]:
    if told.cause is not None:
        yield "ended", told.cause
    for link in told.recovered:
        yield "recovered", link
    for link in told.aside:
        yield "aside", link


def _agent(session: Session, path: str) -> str | None:
    """The agent that a node belongs to."""
    agent = session.agent_id
    parts = path.split(".")
    for depth in range(1, len(parts)):
        try:
            node = locate(session, ".".join(parts[:depth]))
        except PathError:
            break
        if isinstance(node, ToolCall) and node.child_session is not None:
            agent = node.child_session.agent_id or agent
    return agent


def _pattern(members: list[Failure], since: date, days: int) -> Pattern:
    counts = [0] * days
    for failure in members:
        counts[(failure.day - since).days] += 1
    first = members[0]
    return Pattern(
        slug=first.slug,
        origin=first.origin,
        agent_id=first.agent_id,
        count=len(members),
        ended=sum(failure.fate == "ended" for failure in members),
        recovered=sum(failure.fate == "recovered" for failure in members),
        sessions=len({failure.session_id for failure in members}),
        days=tuple(counts),
        trend=_trend(counts),
        last=max(failure.session_id for failure in members),
    )


def _trend(counts: list[int]) -> Trend:
    half = len(counts) // 2
    earlier, later = sum(counts[:half]), sum(counts[len(counts) - half :])
    if not earlier:
        return "new" if later else "steady"
    if not later:
        return "gone"
    if later >= earlier * STEADY:
        return "rising"
    return "falling" if earlier >= later * STEADY else "steady"
