"""The timeline: every node in time, in lanes, in as many bars as can be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.explore.timeline import Bar, Timeline, timeline
from clew.model import event
from clew.tree.path import locate
from tests.explore.recorded import ID, START, begin, damaged, family, long, opened, support, write

if TYPE_CHECKING:
    from pathlib import Path

    from clew.explore.view import SessionView
    from clew.model.act import Act


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> SessionView:
    """The session that has everything."""
    return opened(family(tmp_path_factory.mktemp("family")))


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> SessionView:
    """A session of many turns."""
    folder = tmp_path_factory.mktemp("many")
    long(folder, 400)
    return opened(folder)


def bars(line: Timeline, group: str | None = None) -> list[Bar]:
    """All bars of a group, or of all."""
    return [bar for lane in line.lanes if group in {None, lane.group} for bar in lane.bars]


def test_every_node_has_a_bar_at_its_time(view: SessionView) -> None:
    """Seen as a whole, each turn, step, attempt and call is a bar with its path, its times and its status."""
    tree = view.whole()
    shown = [bar for bar in bars(timeline(view)) if bar.kind in {"turn", "step", "attempt", "tool"}]
    assert {bar.path for bar in shown} == {"1", "s1", "2", "1-1", "1-2", "1-3", "s1-1", "2-1", "2-2", "2-3"}
    for bar in shown:
        node = locate(tree, bar.path)
        assert (bar.started_at, bar.ended_at) == (node.started_at, node.ended_at)
    status = {bar.path: bar.status for bar in shown}
    assert (status["1-1"], status["2-1"], status["2-2"]) == ("failed", "rejected", "timeout")


def test_waiting_and_idling_are_bars(view: SessionView) -> None:
    """The wait after a failed attempt, and the time between rounds, are seen; so is the session of a call."""
    line = timeline(view)
    (wait,) = [bar for bar in bars(line) if bar.kind == "backoff"]
    assert (wait.path, wait.started_at - START, (wait.ended_at or 0) - START) == ("1-1", 5000, 6000)
    assert [bar.started_at - START for bar in bars(line, "rounds") if bar.kind == "idle"] == [11_000, 15_000]
    assert [(bar.kind, bar.path, bar.name) for bar in bars(line, "sessions")] == [("child", "2-3", "researcher")]


def test_bars_of_a_lane_never_overlap(tmp_path: Path) -> None:
    """Calls that ran at the same time lie in lanes of their own, in as few as there were at once."""
    acts: list[Act] = [event.TurnStart(n=1, index=1)]
    acts += [event.ToolStart(n=n, of=1, name=f"t{n}") for n in (2, 3, 4)]
    acts += [event.ToolEnd(n=3), event.ToolStart(n=5, of=1, name="t5"), event.ToolEnd(n=2)]
    write(tmp_path, ID, [*acts, event.ToolEnd(n=4), event.ToolEnd(n=5), event.NodeEnd(n=1)])
    lanes = [lane.bars for lane in timeline(opened(tmp_path)).lanes if lane.group == "tools"]
    assert [[bar.name for bar in lane] for lane in lanes] == [["t2"], ["t3", "t5"], ["t4"]]


@given(data=st.data())
def test_a_window_counts_every_bar_once(many: SessionView, data: st.DataObject) -> None:
    """Whatever the window and its pixels, bundles and bars together are all that lies in it, and no lane overlaps."""
    low = data.draw(st.floats(0, 2_000_000))
    high = low + data.draw(st.floats(1, 2_500_000))
    pixels = data.draw(st.integers(1, 300))
    line = timeline(many, (START + low, START + high), pixels)
    first, last = line.window
    inside = [there for there in many.operations() if there.started_at <= last and (there.ended_at or 0) >= first]
    shown = [bar for bar in bars(line) if bar.kind != "idle"]
    assert sum(bar.count for bar in shown if bar in bars(line, "models")) == sum(t.kind == "attempt" for t in inside)
    assert sum(bar.failed for bar in bars(line, "tools")) == sum(there.status == "failed" for there in inside)
    assert len(bars(line, "tools")) <= 2 * pixels + 2
    for lane in line.lanes:
        for one, other in zip(lane.bars, lane.bars[1:], strict=False):
            assert one.ended_at is not None
            assert one.ended_at <= other.started_at


def test_what_runs_has_no_end(tmp_path: Path) -> None:
    """A call under way reaches to the end of what is known, and says that it has not ended."""
    journal = begin(tmp_path, ID, support()[:10])
    try:
        (bar,) = bars(timeline(opened(tmp_path)), "tools")
        assert (bar.status, bar.ended_at) == ("running", None)
    finally:
        journal.close()


def test_sessions_without_turns_and_damaged_ones_have_a_timeline(tmp_path: Path) -> None:
    """Nothing is drawn of nothing, and what is left of a damaged record is drawn."""
    write(tmp_path, ID, [])
    assert timeline(opened(tmp_path)).lanes == ()
    broken = tmp_path / "damaged"
    broken.mkdir(mode=0o700)
    damaged(broken)
    assert bars(timeline(opened(broken)))
