"""Patterns of failure: which slug, from which origin, of which agent, on which days, and whether it becomes more.

A failure counts where it began: the first cause of a session that failed or was interrupted (``ended``), what a session
recovered from (``recovered``), and what neither was made good nor led to the end.
"""

from __future__ import annotations

import time
from collections import defaultdict
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

import msgspec

from clew.errors import PathError
from clew.model.session import ToolCall
from clew.model.slug import Origin
from clew.tree.failure import Explanation, Link, explain
from clew.tree.path import locate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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
            day=date(*time.localtime(session.started_at / 1000)[:3]),
            session_id=session.session_id,
            path=link.path,
            fate=fate,
        )


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
