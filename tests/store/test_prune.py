"""Promises of :mod:`clew.store.prune`: what is old goes whole, what is alive or needed stays."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from clew.errors import SessionIsLive
from clew.model import event
from clew.model.session import Parent
from clew.store.folder import Folder
from clew.store.prune import GRACE, Plan, carry_out, plan_pruning, plan_removal
from tests.cli import records

if TYPE_CHECKING:
    from pathlib import Path

DAY = 86_400.0
NOW = 1_800_000_000.0


def session(folder: Path, number: int, days: float, *, blob: str = "", parent: int | None = None) -> str:
    """A session last written so many days ago, with a blob of its own if there is text for it."""
    session_id = f"20250101_00000{number}_0000000{number}"
    above = None if parent is None else Parent(session_id=f"20250101_00000{parent}_0000000{parent}", path="1-1")
    acts = [*records.child(), event.Logged(slug="llm.retry", severity="WRN", message="", details=blob * 2_000_000)]
    path = records.write(folder, session_id, acts, parent=above)
    age(path, days)
    for file in (folder / "blobs").glob("*.json"):
        age(file, 30)
    return session_id


def age(path: Path, days: float) -> None:
    """Let a file be so many days old."""
    os.utime(path, (NOW - days * DAY, NOW - days * DAY))


def gone(plan: Plan) -> set[str]:
    """The sessions that a plan removes."""
    return {session_id for family in plan.families for session_id in family.ids}


def blobs(folder: Path) -> int:
    """How many blobs there are."""
    return len(list((folder / "blobs").glob("*.json")))


def test_what_is_old_goes(tmp_path: Path) -> None:
    """Only sessions that were last written before the limit go."""
    old = session(tmp_path, 1, 40)
    session(tmp_path, 2, 20)
    assert gone(plan_pruning(Folder(tmp_path), now=NOW, older_than=30 * DAY)) == {old}


def test_the_oldest_go_until_the_rest_is_small_enough(tmp_path: Path) -> None:
    """A limit in bytes removes as few as it can, blobs counted."""
    first = session(tmp_path, 1, 3, blob="a")
    second = session(tmp_path, 2, 2, blob="b")
    session(tmp_path, 3, 1, blob="c")
    folder = Folder(tmp_path)
    assert gone(plan_pruning(folder, now=NOW, max_size=10_000_000)) == set()
    assert gone(plan_pruning(folder, now=NOW, max_size=4_100_000)) == {first}
    plan = plan_pruning(folder, now=NOW, max_size=2_100_000)
    assert gone(plan) == {first, second}
    carry_out(plan)
    assert sum(path.stat().st_size for path in tmp_path.rglob("*.json*")) <= 2_100_000
    assert blobs(tmp_path) == 1


def test_a_family_goes_whole_or_stays_whole(tmp_path: Path) -> None:
    """A child that is old stays with a parent that is not, and goes with one that is."""
    parent = session(tmp_path, 1, 20)
    child = session(tmp_path, 2, 40, parent=1)
    folder = Folder(tmp_path)
    assert gone(plan_pruning(folder, now=NOW, older_than=30 * DAY)) == set()
    assert gone(plan_pruning(folder, now=NOW, older_than=10 * DAY)) == {parent, child}


def test_a_child_without_its_parent_goes_by_itself(tmp_path: Path) -> None:
    """A session whose parent is not here is judged like any other."""
    orphan = session(tmp_path, 2, 40, parent=1)
    assert gone(plan_pruning(Folder(tmp_path), now=NOW, older_than=30 * DAY)) == {orphan}


def test_a_live_session_never_goes(tmp_path: Path) -> None:
    """However old and large, a session that is being written stays, and so does its family."""
    session(tmp_path, 1, 40)
    header = Parent(session_id="20250101_000001_00000001", path="1-1")
    writer = records.begin(tmp_path, records.CHILD, records.child()[:3], parent=header)
    age(tmp_path / f"session_{records.CHILD}.jsonl", 40)
    folder = Folder(tmp_path)
    assert gone(plan_pruning(folder, now=NOW, older_than=DAY, max_size=0)) == set()
    for session_id in (records.CHILD, "20250101_000001_00000001"):
        with pytest.raises(SessionIsLive, match="being written"):
            plan_removal(folder, [session_id], now=NOW)
    writer.close()
    assert len(gone(plan_pruning(folder, now=NOW, older_than=DAY))) == 2


def test_blobs_go_when_nobody_refers_to_them(tmp_path: Path) -> None:
    """A blob of a removed session goes, unless another session has the same."""
    first = session(tmp_path, 1, 3, blob="a")
    second = session(tmp_path, 2, 2, blob="a")
    session(tmp_path, 3, 1, blob="b")
    carry_out(plan_removal(Folder(tmp_path), [first], now=NOW))
    assert blobs(tmp_path) == 2
    carry_out(plan_removal(Folder(tmp_path), [second], now=NOW))
    assert blobs(tmp_path) == 1


def test_a_young_blob_is_left_alone(tmp_path: Path) -> None:
    """A blob is written before the line that refers to it, so one without a reference may be waiting for it."""
    session(tmp_path, 1, 1, blob="a")
    stray = tmp_path / "blobs" / f"{'0' * 64}.json"
    stray.write_text("{}")
    os.utime(stray, (NOW - GRACE / 2,) * 2)
    folder = Folder(tmp_path)
    assert plan_pruning(folder, now=NOW).blobs == ()
    assert plan_pruning(folder, now=NOW + GRACE).blobs == (stray,)


def test_a_session_that_cannot_be_read_keeps_every_blob(tmp_path: Path) -> None:
    """Nobody knows what an unreadable journal refers to, so no blob goes while it is there."""
    session(tmp_path, 1, 1, blob="a")
    stray = tmp_path / "blobs" / f"{'0' * 64}.json"
    stray.write_text("{}")
    age(stray, 30)
    (tmp_path / "session_20200101_000000_deadbeef.jsonl").write_text("nothing of ours\n")
    assert plan_pruning(Folder(tmp_path), now=NOW).blobs == ()


def test_an_unreadable_session_can_be_removed(tmp_path: Path) -> None:
    """What nobody can read can still be thrown away."""
    path = tmp_path / "session_20200101_000000_deadbeef.jsonl"
    path.write_text("nothing of ours\n")
    carry_out(plan_removal(Folder(tmp_path), ["20200101_000000_deadbeef"], now=NOW))
    assert not path.exists()


def test_the_trace_goes_with_its_session(tmp_path: Path) -> None:
    """What was derived from a session goes with it; files of others stay."""
    session_id = session(tmp_path, 1, 40)
    trace, other = tmp_path / f"session_{session_id}.json", tmp_path / "notes.json"
    trace.write_text("{}")
    other.write_text("{}")
    age(trace, 40)
    carry_out(plan_pruning(Folder(tmp_path), now=NOW, older_than=30 * DAY))
    assert not trace.exists()
    assert other.exists()


def test_a_plan_changes_nothing(tmp_path: Path) -> None:
    """Planning only says what would go, and how large it is."""
    session(tmp_path, 1, 40, blob="a")
    before = sorted(tmp_path.rglob("*"))
    plan = plan_pruning(Folder(tmp_path), now=NOW, older_than=DAY)
    assert plan.size == sum(path.stat().st_size for path in tmp_path.rglob("*.json*"))
    assert sorted(tmp_path.rglob("*")) == before
