"""Promises of the patterns of failure: each failure counts once, where it began, for the agent it happened to."""

from __future__ import annotations

import time
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

import clew
from clew.explore.failures import Failure, failures, patterns

if TYPE_CHECKING:
    from pathlib import Path

    from clew.model.session import Session

TODAY = date(2025, 11, 9)


def failure(days_ago: int = 0, **fields: Any) -> Failure:  # noqa: ANN401 - the fields of a failure
    """A failure of some day."""
    known: dict[str, Any] = {
        "slug": "tool.timeout",
        "origin": "tool",
        "agent_id": "support",
        "day": TODAY - timedelta(days=days_ago),
        "session_id": f"202511{9 - days_ago:02d}_000000_00000000",
        "path": "1-1",
        "fate": "ended",
        **fields,
    }
    return Failure(**known)


def recorded(folder: Path, *, caught: bool) -> Session:
    """A session whose sub-agent's tool timed out, which ended it or not."""
    with clew.session("support", dir=folder, trace=False) as session:
        with session.turn("go") as turn, turn.tool("ask", {}, kind="agent") as tool:
            with tool.child("researcher") as child, child.turn("look") as look, look.tool("fetch", {}) as call:
                call.fail("no answer", slug="tool.timeout", status="timeout")
            tool.respond("nothing")
        with session.turn() as turn, turn.tool("ask", {}) as tool:
            tool.respond("something")
        if not caught:
            session.fail("gave up", "final_report.missing")
    return clew.load(session.path)


def test_a_failure_belongs_to_the_agent_it_happened_to(tmp_path: Path) -> None:
    """A tool of a sub-agent is the sub-agent's, and counts on the day its session began."""
    session = recorded(tmp_path, caught=True)
    (found,) = failures(session)
    assert (found.slug, found.origin, found.agent_id, found.path) == ("tool.timeout", "tool", "researcher", "1-1.1-1")
    assert (found.fate, found.day) == ("recovered", date(*time.localtime()[:3]))


def test_a_session_that_failed_counts_once_as_ended(tmp_path: Path) -> None:
    """Its first cause ended it; nothing else did."""
    found = list(failures(recorded(tmp_path, caught=False)))
    assert [one.fate for one in found].count("ended") == 1


def test_what_is_alike_is_one_pattern() -> None:
    """Same slug, origin and agent: one row, with how many on each day and the newest session."""
    found = [failure(0), failure(0, fate="recovered", session_id="20251109_000001_00000000"), failure(3), failure(9)]
    (pattern,) = patterns(found, until=TODAY, days=4)
    assert (pattern.count, pattern.ended, pattern.recovered, pattern.sessions) == (3, 2, 1, 3)
    assert (pattern.days, pattern.last) == ((1, 0, 0, 2), "20251109_000001_00000000")


def test_what_ends_most_sessions_stands_first() -> None:
    """A failure that everybody recovers from comes after one that ends sessions."""
    found = [failure(slug="llm.retry", fate="recovered") for _ in range(9)] + [failure(agent_id=None)]
    assert [pattern.slug for pattern in patterns(found, until=TODAY, days=2)] == ["tool.timeout", "llm.retry"]


@pytest.mark.parametrize(
    ("days_ago", "trend"),
    [
        ((0, 1), "new"),
        ((2, 3), "gone"),
        ((3, 1, 0), "rising"),
        ((3, 2, 0), "falling"),
        ((3, 2, 1, 0), "steady"),
    ],
)
def test_the_trend_compares_the_later_half_with_the_earlier(days_ago: tuple[int, ...], trend: str) -> None:
    """Half as many again is a change; fewer is chance."""
    (pattern,) = patterns([failure(days) for days in days_ago], until=TODAY, days=4)
    assert pattern.trend == trend
