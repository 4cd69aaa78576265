"""A session as it happened: its acts in the order of time, those of its child sessions among them.

A frame is an act with its time and its row. The player goes from frame to frame and waits between two of them as long
as it took, by the speed; where it waits it can be paused, stepped, sped up and sent to the end. It knows neither a
clock nor a keyboard: what waits for keys is given to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from clew.errors import PathError
from clew.model.event import ChildStart
from clew.store.segment import SegmentReader
from clew.text.ticker import Ticker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clew.store.folder import Folder
    from clew.text.row import Row

LONGEST = 5.0
"""Seconds that is waited at most for what comes next: who looks on need not sit through a night."""
FASTER = 2.0
"""By how much a key changes the speed."""

Key: TypeAlias = Literal["pause", "step", "faster", "slower", "end", "quit"]
"""What a person can ask for while a session plays."""


class Frame(NamedTuple):
    """One act."""

    at: float
    """When, in milliseconds since the epoch."""
    path: str
    """The node."""
    row: Row
    """The act in words."""


def frames_of(folder: Folder, session_id: str) -> list[Frame]:
    """The acts of a session that say something to people, with those of its child sessions, in order."""
    return sorted(_frames(folder, session_id, "", set()), key=lambda frame: frame.at)


def frame_at(frames: list[Frame], path: str) -> int:
    """The first frame of a node, or of what is in it. Raises ``PathError``."""
    for place, frame in enumerate(frames):
        if frame.path == path or frame.path.startswith((f"{path}-", f"{path}.")):
            return place
    raise PathError(f"Nothing that happened has the path '{path}'.")


class Player:
    """Plays frames."""

    def __init__(self, frames: list[Frame], wait: Callable[[float | None], Key | None], *, speed: float = 1.0) -> None:
        """``wait`` lets so many seconds pass, or any time for ``None``; it returns the key that ended it, if any."""
        self.speed = speed
        """How much faster than it happened."""
        self.paused = False
        """Whether it waits for a key."""
        self._frames = frames
        self._wait = wait

    def play(self, begin: int = 0) -> Iterator[Frame]:
        """The frames, each when its time has come. What comes before ``begin`` is given at once."""
        yield from self._frames[:begin]
        for place in range(begin, len(self._frames)):
            if place > begin and not self._wait_for(place):
                return
            yield self._frames[place]

    def _wait_for(self, place: int) -> bool:
        """Wait until a frame's time has come; whether to go on."""
        left = self._pause_before(place)
        while self.paused or left > 0:
            key = self._wait(None if self.paused else left)
            if key == "quit":
                return False
            if key == "end":
                self.paused, self.speed = False, float("inf")
            if key in {"faster", "slower"}:
                self.speed *= FASTER if key == "faster" else 1 / FASTER
            if key == "pause":
                self.paused = not self.paused
            if key in {"step", None}:
                return True
            left = self._pause_before(place)
        return True

    def _pause_before(self, place: int) -> float:
        took = (self._frames[place].at - self._frames[place - 1].at) / 1000
        return min(LONGEST, max(0.0, took / self.speed))


def _frames(folder: Folder, session_id: str, prefix: str, known: set[str]) -> Iterator[Frame]:
    if session_id in known:
        return
    known.add(session_id)
    ticker = Ticker(prefix)
    for number, path in enumerate(folder.segments(session_id), 1):
        reader = SegmentReader(path, number)
        for act in reader.read():
            row = ticker.row(act, number)
            place = ticker.path(act, number)
            if row is not None:
                yield Frame(act.at, place, row)
            if isinstance(act, ChildStart):
                yield from _frames(folder, act.session_id, f"{place}.", known)
