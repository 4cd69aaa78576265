"""Snapshots of trees: the same text for every run that did the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from clew.testing import SnapshotDiffers, match_snapshot, normal_text
from tests.testing.trees import shop

if TYPE_CHECKING:
    from pathlib import Path


def test_two_runs_that_did_the_same_have_the_same_text(tmp_path: Path) -> None:
    """Ids, times and durations differ from run to run and are not in it; what was said is."""
    one, two = shop(tmp_path), shop(tmp_path)
    assert one.session_id != two.session_id
    text = normal_text(one)
    assert text == normal_text(two)
    for part in ("orders.search", '"<call-1>"', "shipped at <time>", '"<id-1>"', "llm.rate_limited", "web.search"):
        assert part in text, part
    assert one.session_id not in text


def test_what_is_volatile_in_an_application_can_be_named(tmp_path: Path) -> None:
    """Further patterns, each with what stands for what it finds."""
    one, two = shop(tmp_path, answer="parcel 17"), shop(tmp_path, answer="parcel 18")
    assert normal_text(one) != normal_text(two)
    volatile = {r"parcel \d+": "parcel <number>"}
    assert normal_text(one, volatile) == normal_text(two, volatile)


def test_a_snapshot_is_written_on_demand_and_compared(tmp_path: Path) -> None:
    """A missing one and a different one are refused, the latter line by line; an equal one is not written again."""
    path = tmp_path / "shots" / "shop.txt"
    with pytest.raises(SnapshotDiffers):
        match_snapshot(shop(tmp_path), path)
    match_snapshot(shop(tmp_path), path, update=True)
    written = path.stat().st_mtime_ns
    match_snapshot(shop(tmp_path), path, update=True)
    assert path.stat().st_mtime_ns == written
    with pytest.raises(SnapshotDiffers) as told:
        match_snapshot(shop(tmp_path, answer="lost"), path)
    assert "shipped at <time>" in str(told.value)
    assert "lost at <time>" in str(told.value)
    assert [file.name for file in path.parent.iterdir()] == ["shop.txt"]
