"""Promises of playing a session: in its own time, by any speed, and as whoever looks on wants it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from clew.errors import NotASession, PathError
from clew.replay.playback import LONGEST, Frame, Player, frame_at, frames_of
from clew.store.folder import Folder
from tests.cli import records

if TYPE_CHECKING:
    from pathlib import Path

    from clew.replay.playback import Key

FRAMES = [Frame(at, path, ()) for at, path in ((0, ""), (1000, "1"), (1500, "1-1"), (60_000, "2"), (60_100, "2-1"))]


class Looker:
    """Who looks on, on a clock that does not run: every wait is noted, and answered by the next key."""

    def __init__(self, *keys: Key | None) -> None:
        self.waits: list[float | None] = []
        self._keys = list(keys)

    def wait(self, seconds: float | None) -> Key | None:
        """Note a wait."""
        self.waits.append(seconds)
        return self._keys.pop(0) if self._keys else None


def _shown(looker: Looker, *, speed: float = 1.0, begin: int = 0) -> list[str]:
    return [frame.path for frame in Player(FRAMES, looker.wait, speed=speed).play(begin)]


def test_it_takes_as_long_as_it_took() -> None:
    """By the speed, and never longer than a few seconds for one act."""
    looker, fast = Looker(), Looker()
    assert _shown(looker) == _shown(fast, speed=10.0) == [frame.path for frame in FRAMES]
    assert looker.waits == [1.0, 0.5, LONGEST, pytest.approx(0.1)]
    assert fast.waits == pytest.approx([0.1, 0.05, LONGEST, 0.01])


def test_a_pause_lasts_until_a_key() -> None:
    """Paused, time does not matter; a step shows one act and stays paused; the same key goes on."""
    looker = Looker("pause", "step", "step", "pause")
    assert _shown(looker) == [frame.path for frame in FRAMES]
    assert looker.waits == [1.0, None, None, None, LONGEST, pytest.approx(0.1)]


def test_keys_change_the_speed_end_it_and_leave() -> None:
    """Faster, to the end, or out."""
    assert Looker("faster").waits == []
    looker = Looker("faster")
    _shown(looker)
    assert looker.waits[:3] == [1.0, 0.5, 0.25]
    looker = Looker("end")
    assert (_shown(looker), looker.waits) == ([frame.path for frame in FRAMES], [1.0])
    assert _shown(Looker(None, "quit")) == ["", "1"]


def test_a_key_jumps_to_the_next_turn() -> None:
    """What is before it comes at once; from there on it is in its own time; behind the last turn it is the end."""
    looker = Looker("turn")
    assert _shown(looker) == [frame.path for frame in FRAMES]
    assert looker.waits == [1.0, 0.5, LONGEST, pytest.approx(0.1)]
    looker = Looker(None, "turn")
    _shown(looker)
    assert looker.waits == [1.0, 0.5, pytest.approx(0.1)]
    looker = Looker(None, None, None, "turn")
    assert _shown(looker) == [frame.path for frame in FRAMES]


def test_what_a_key_changed_is_said() -> None:
    """A pause, and what the speed is from now on."""
    said: list[str] = []
    looker = Looker("faster", "slower", "slower", "pause", "pause")
    assert len(list(Player(FRAMES, looker.wait, say=said.append).play())) == len(FRAMES)
    times = [f"{speed} times as fast as it happened" for speed in ("2", "1", "0.5")]
    assert said == [*times, "paused", "going on"]


def test_a_child_that_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    """The rest is played; a session that cannot be read itself is said."""
    folder = Folder(records.recorded(tmp_path))
    folder.journal_path(records.CHILD).write_bytes(b"nothing of the kind")
    frames = frames_of(folder, records.ID)
    assert frames
    assert not any(frame.path.startswith("2-2.") for frame in frames)
    with pytest.raises(NotASession):
        frames_of(folder, records.CHILD)


def test_a_jump_shows_what_was_before_at_once() -> None:
    """From the place on it is in its own time."""
    looker = Looker()
    assert len(_shown(looker, begin=frame_at(FRAMES, "2"))) == len(FRAMES)
    assert looker.waits == [pytest.approx(0.1)]
    with pytest.raises(PathError):
        frame_at(FRAMES, "3")


def test_child_sessions_play_inside(tmp_path: Path) -> None:
    """The acts of a sub-agent have its place in the path, and their time in the order."""
    frames = frames_of(Folder(records.recorded(tmp_path)), records.ID)
    assert [frame.at for frame in frames] == sorted(frame.at for frame in frames)
    assert any(frame.path == "2-2.1" for frame in frames)
