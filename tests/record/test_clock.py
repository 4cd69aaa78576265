"""The clock of a writer: times that never run backwards, and steps of the wall clock that are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import clew
from clew.record import session as session_module
from clew.record.clock import Clock
from clew.store.segment import read_segment

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("untroubled")

HOUR = 3_600_000_000_000
YEAR = 365 * 24 * HOUR


class Hands:
    """A wall clock and a monotonic clock that a test moves."""

    def __init__(self, wall: int = 1_762_698_854_123_456_789) -> None:
        self.wall, self.monotonic = wall, 5_000_000_000

    def pass_by(self, nanoseconds: int) -> None:
        """Let time pass on both."""
        self.wall += nanoseconds
        self.monotonic += nanoseconds

    def clock(self) -> Clock:
        """A clock with these hands."""
        return Clock(lambda: self.wall, lambda: self.monotonic)


def test_time_is_told_in_milliseconds_to_the_microsecond() -> None:
    """The wall clock at the start, and what passed since."""
    hands = Hands()
    clock = hands.clock()
    assert clock.now() == pytest.approx(1_762_698_854_123.4567)
    hands.pass_by(1_500_000)
    assert clock.now() == pytest.approx(1_762_698_854_124.9567)
    assert clock.step() is None


@pytest.mark.parametrize("step", [-HOUR, YEAR, -2_000_000_000, 1_000_000_001])
def test_a_step_of_the_wall_clock_moves_no_time_and_is_told_once(step: int) -> None:
    """Set back, set forward, by a leap or by a person: order and durations stay, the step is known."""
    hands = Hands()
    clock = hands.clock()
    before = clock.now()
    hands.wall += step
    hands.pass_by(10_000_000)
    assert clock.now() == pytest.approx(before + 10)
    assert clock.step() == pytest.approx(step / 1e6)
    assert clock.step() is None
    hands.wall -= step
    assert clock.step() == pytest.approx(-step / 1e6)


def test_a_slowly_drifting_clock_is_no_step() -> None:
    """Corrections of less than a second pass without a word."""
    hands = Hands()
    clock = hands.clock()
    hands.wall += 900_000_000
    assert clock.step() is None


@pytest.mark.parametrize("start", [0, 2**31 * 1_000_000_000, 253_402_300_799_000_000_000])
def test_any_year_will_do(start: int) -> None:
    """1970, 2038 and 9999 are times like any other."""
    assert Hands(start).clock().now() == pytest.approx(start / 1e6)


def test_a_session_under_a_jumping_clock_is_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Times are strictly increasing, no duration is negative, and each step is one note."""
    hands = Hands()
    monkeypatch.setattr(session_module, "Clock", hands.clock)
    with clew.session(dir=tmp_path, trace=False) as session:
        for step in (-HOUR, YEAR, 0, -YEAR, HOUR):
            with session.turn() as turn, turn.tool("t") as tool:
                hands.wall += step
                hands.pass_by(2_000_000)
                tool.respond(step)
    tree = clew.load(session.path)
    times = [act.at for act in read_segment(session.path).acts]
    assert times == sorted(set(times))
    assert clew.check(tree) == []
    assert [note.message for note in tree.notes] == [
        f"the wall clock was set by {step / 1e9:+.3f} s" for step in (-HOUR, YEAR, -YEAR, HOUR)
    ]
    for turn_read in tree.turns:
        assert turn_read.tools[0].ended_at is not None
        assert 0 < turn_read.tools[0].ended_at - turn_read.tools[0].started_at < 10
