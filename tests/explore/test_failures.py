"""Promises of the patterns of failure: each failure counts once, where it began, for the agent it happened to."""

from __future__ import annotations

import time
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

import clew
from clew.explore.failures import Failure, failures, failures_in, patterns
from clew.explore.library import Library
from clew.store.folder import Folder

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


def test_the_failures_of_a_folder_are_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was found is kept in the catalog; only a family that changed is read again."""
    recorded(tmp_path, caught=False)
    recorded(tmp_path, caught=True)
    library = Library(Folder(tmp_path))
    library.refresh()
    first = failures_in(library)
    assert {one.fate for one in first} == {"ended", "recovered"}
    read: list[str] = []
    load = Folder.load

    def loading(self: Folder, session_id: str, **options: bool) -> Session:
        read.append(session_id)
        return load(self, session_id, **options)

    monkeypatch.setattr(Folder, "load", loading)
    assert sorted(map(repr, failures_in(library))) == sorted(map(repr, first))
    assert read == []
    third = recorded(tmp_path, caught=False)
    read.clear()
    library.refresh()
    assert len(failures_in(library)) > len(first)
    assert read == [third.session_id]


def test_a_session_in_which_nothing_went_wrong_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Most sessions are fine, and the catalog says so."""
    with clew.session("support", dir=tmp_path, trace=False) as session, session.turn("go"):
        pass
    library = Library(Folder(tmp_path))
    library.refresh()
    monkeypatch.delattr(Folder, "load")
    assert failures_in(library) == []
    assert library.count() == 1


def test_failures_belong_to_the_outermost_session(tmp_path: Path) -> None:
    """A query that means a child finds the failures of its family; days bound when that began."""
    session = recorded(tmp_path, caught=True)
    recorded(tmp_path, caught=False)
    library = Library(Folder(tmp_path))
    library.refresh()
    child = session.turns[0].tools[0].child_session
    assert child is not None
    assert {one.session_id for one in failures_in(library, f"id:{child.session_id}")} == {session.session_id}
    later = Library(Folder(tmp_path), now=lambda: time.time() + 3 * 86_400)
    assert failures_in(later, days=2) == []
    assert len(failures_in(later, days=5)) == len(failures_in(library))
