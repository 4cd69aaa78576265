"""A watch over sessions that are being written: their new acts, and those of the sessions below them.

Nothing but what was written since the last look is read. A session whose writer is gone is looked at no more, until
somebody asks for it again: another process may have taken it up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from clew.errors import RecordError
from clew.model.event import ChildStart, SessionStart
from clew.store.folder import Folder
from clew.store.segment import SegmentReader
from clew.text.ticker import Ticker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from clew.model.act import Act

POLL = 0.2
"""Seconds between two looks."""


class Seen(NamedTuple):
    """An act, and whose it is."""

    act: Act
    segment: int
    session: Watched


class Watched:
    """One session of a watch."""

    def __init__(self, session_id: str, prefix: str = "", last: int | None = None) -> None:
        """``prefix`` stands before its paths; of what there is already, ``last`` are the acts that are given."""
        self.session_id = session_id
        self.agent_id: str | None = None
        self.ticker = Ticker(prefix)
        self.is_over = False
        """Whether nobody writes it any more, as far as is known."""
        self._last = last
        self._readers: list[SegmentReader] = []
        self._has_begun = False

    @property
    def is_alive(self) -> bool:
        """Whether somebody writes it."""
        return any(reader.segment.alive for reader in self._readers)

    def read(self, paths: list[Path]) -> list[Seen]:
        """What is new in its segments; at first only the last so many acts, if that was asked for."""
        known = len(self._readers)
        self._readers += [SegmentReader(path, number) for number, path in enumerate(paths, 1) if number > known]
        new = [(act, reader.segment.number) for reader in self._readers for act in reader.read()]
        for act, segment in new:
            self.ticker.path(act, segment)
            if isinstance(act, SessionStart):
                self.agent_id = act.agent_id
        skipped = max(0, len(new) - self._last) if not self._has_begun and self._last is not None else 0
        self._has_begun |= bool(new)
        self.is_over = self._has_begun and not self.is_alive  # a file may be there before its first line
        return [Seen(act, segment, self) for act, segment in new[skipped:]]


class Watch:
    """Sessions being watched."""

    def __init__(self, folder: Path, *, children: bool = True, nested: bool = False) -> None:
        """Nothing is watched yet.

        ``children`` says whether sessions below are watched with those above them, ``nested`` whether their paths begin
        in the outermost one, of which there is one only, then.
        """
        self._folder = folder
        self._children = children
        self._nested = nested
        self._watched: dict[str, Watched] = {}

    @property
    def is_alive(self) -> bool:
        """Whether anything of it is being written."""
        return any(watched.is_alive for watched in self._watched.values())

    def add(self, session_id: str, *, last: int | None = None) -> None:
        """Watch a session, from its beginning or from the last so many acts; one that is watched goes on."""
        self._watched.setdefault(session_id, Watched(session_id, last=last)).is_over = False

    def read(self) -> list[Seen]:
        """All that was written since the last look, in the order of time.

        One of many that cannot be read is given up; the only one raises ``RecordError`` or ``OSError``.
        """
        folder = Folder(self._folder)
        found: list[Seen] = []
        waiting = [watched for watched in self._watched.values() if not watched.is_over]
        for watched in waiting:  # grows while it runs: children below children
            try:
                new = watched.read(folder.segments(watched.session_id))
            except (RecordError, OSError):
                if self._nested and watched is next(iter(self._watched.values())):
                    raise
                watched.is_over = True
                continue
            found += new
            if self._children:
                waiting += self._started(new)
        return sorted(found, key=lambda seen: seen.act.at)

    def _started(self, new: Iterable[Seen]) -> list[Watched]:
        """The sessions that these acts began."""
        started = []
        for act, segment, watched in new:
            if isinstance(act, ChildStart) and act.session_id not in self._watched:
                prefix = f"{watched.ticker.path(act, segment)}." if self._nested else ""
                started.append(self._watched.setdefault(act.session_id, Watched(act.session_id, prefix)))
        return started


def looks(
    watch: Watch, sleep: Callable[[float], None], look_for_more: Callable[[], None] | None = None
) -> Iterator[list[Seen]]:
    """All there is, then whatever comes, until nobody writes any more; with ``look_for_more`` without end."""
    is_first = True
    while True:
        if look_for_more is not None:
            look_for_more()
        new = watch.read()
        if new or is_first:
            yield new
        is_first = False
        if look_for_more is None and not watch.is_alive:
            return
        sleep(POLL)
