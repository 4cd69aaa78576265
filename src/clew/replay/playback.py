"""A session as it happened: its acts in the order of time, those of its child sessions among them.

A frame is an act with its time and its row. The player goes from frame to frame and waits between two of them as long
as it took, by the speed; where it waits it can be paused, stepped, sped up and sent to the end. It knows neither a
clock nor a keyboard: what waits for keys is given to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from clew.errors import PathError, RecordError
from clew.model.event import ChildStart
from clew.store.folder import refusal
from clew.store.names import parse_journal_name
from clew.store.segment import SegmentReader
from clew.text.ticker import Ticker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from clew.model.act import Act
    from clew.store.folder import Folder
    from clew.text.row import Row

LONGEST = 5.0
"""Seconds that is waited at most for what comes next: who looks on need not sit through a night."""
FASTER = 2.0
"""By how much a key changes the speed."""

Key: TypeAlias = Literal["pause", "step", "faster", "slower", "turn", "end", "quit"]
"""What a person can ask for while a session plays; ``turn`` is to jump to where the next one begins."""


class Frame(NamedTuple):
    """One act."""

    at: float
    """When, in milliseconds since the epoch."""
    path: str
    """The node."""
    row: Row
    """The act in words."""


def frames_of(folder: Folder, session_id: str) -> list[Frame]:
    """The acts of a session that say something to people, with those of its child sessions, in order.

    A child session that cannot be read is left out. Raises ``RecordError`` if the session itself cannot be.
    """
    return sorted(_frames(folder, session_id, "", set()), key=lambda frame: frame.at)


def frame_at(frames: list[Frame], path: str) -> int:
    """The first frame of a node, or of what is in it. Raises ``PathError``."""
    for place, frame in enumerate(frames):
        if frame.path == path or frame.path.startswith((f"{path}-", f"{path}.")):
            return place
    raise PathError(f"Nothing that happened has the path '{path}'.")


class Player:
    """Plays frames."""

    def __init__(
        self,
        frames: list[Frame],
        wait: Callable[[float | None], Key | None],
        *,
        speed: float = 1.0,
        say: Callable[[str], object] = lambda _: None,
    ) -> None:
        """``wait`` lets so many seconds pass, or any time for ``None``; it returns the key that ended it, if any.

        ``say`` is told what a key changed, in words.
        """
        self.speed = speed
        """How much faster than it happened."""
        self.paused = False
        """Whether it waits for a key."""
        self._frames = frames
        self._wait = wait
        self._say = say
        self._next = 0
        """The frame up to which nothing is waited for."""

    def play(self, begin: int = 0) -> Iterator[Frame]:
        """The frames, each when its time has come. What comes before ``begin`` is given at once."""
        self._next = begin
        for place, frame in enumerate(self._frames):
            if place > self._next and not self._wait_for(place):
                return
            yield frame

    def _wait_for(self, place: int) -> bool:
        """Wait until a frame's time has come; whether to go on."""
        left = self._pause_before(place)
        while self.paused or left > 0:
            key = self._wait(None if self.paused else left)
            if key == "quit":
                return False
            if key in {"step", None}:
                return True
            if key in {"turn", "end"}:
                self._next = len(self._frames) if key == "end" else self._turn_after(place)
                return True
            self._change(key)
            left = self._pause_before(place)
        return True

    def _change(self, key: Key) -> None:
        """Do what a key asks for that is about the time to come."""
        if key == "pause":
            self.paused = not self.paused
            self._say("paused" if self.paused else "going on")
        else:
            self.speed *= FASTER if key == "faster" else 1 / FASTER
            self._say(f"{self.speed:g} times as fast as it happened")

    def _turn_after(self, place: int) -> int:
        """Where the next turn begins after a place; the last frame if there is none."""
        known = {frame.path for frame in self._frames[:place]}
        further = (
            number
            for number, frame in enumerate(self._frames[place:], place)
            if frame.path.isdecimal() and frame.path not in known
        )
        return next(further, len(self._frames) - 1)

    def _pause_before(self, place: int) -> float:
        took = (self._frames[place].at - self._frames[place - 1].at) / 1000
        return min(LONGEST, max(0.0, took / self.speed))


def _frames(folder: Folder, session_id: str, prefix: str, known: set[str]) -> Iterator[Frame]:
    if session_id in known:
        return
    known.add(session_id)
    ticker = Ticker(prefix)
    for path in folder.segments(session_id):
        _, number = parse_journal_name(path.name) or (session_id, 1)
        for act in _acts(path, number, needed=not prefix and number == 1):
            row = ticker.row(act, number)
            place = ticker.path(act, number)
            if row is not None:
                yield Frame(act.at, place, row)
            if isinstance(act, ChildStart):
                yield from _frames(folder, act.session_id, f"{place}.", known)


def _acts(path: Path, number: int, *, needed: bool) -> list[Act]:
    """The acts of a segment; none if it cannot be read and is not ``needed``."""
    try:
        return SegmentReader(path, number).read()
    except (RecordError, OSError) as problem:
        if needed:
            raise refusal(problem, path) from problem
        return []
