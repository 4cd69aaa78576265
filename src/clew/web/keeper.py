"""The keeper: the one thread of a server that brings the catalog up to date, and tells what changed.

It reads files and never a request, so nobody who asks can make it slow, and it rests longer than it works, so that a
writer at full speed keeps its processor. When nothing moves it fills the text index. A catalog that another program
kept it from sharing is opened again after a while.
"""

from __future__ import annotations

import logging
import threading
import time
import traceback
from typing import TYPE_CHECKING

import msgspec

from clew.errors import ClewError
from clew.explore.changes import Changes
from clew.store.index.text.filler import fill
from clew.text.clean import clean, one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from clew.explore.changes import Changed
    from clew.explore.library import Library
    from clew.store.index.index import Progress

LOG = logging.getLogger("clew.web")

_PAUSE = 0.4
"""Seconds between two looks at the folder, at least."""
_SHARE = 4.0
"""How many times as long as it worked it rests."""
_LONGEST = 2.0
"""Seconds of rest at most: nobody waits longer than that to see what is new."""
_QUIET = 3.0
"""Seconds without a change after which the text index is filled."""
_OPENED_AGAIN = 30.0
"""Seconds after which a catalog that could not be shared is tried again."""


class Reading(msgspec.Struct, frozen=True, rename="camel"):
    """How far the catalog is."""

    done: int
    """Sessions read."""
    of: int
    """Sessions to read."""


class _Ended(Exception):
    """The server ends while the folder is read."""


class Keeper(threading.Thread):
    """Keeps the catalog of a folder up to date while a server runs."""

    def __init__(self, make: Callable[[], Library], told: Callable[[Changed], None], *, pause: float = _PAUSE) -> None:
        """``make`` opens a library of its own; ``told`` hears of every change, in this thread."""
        super().__init__(name="clew-keeper", daemon=True)
        self.library = make()
        """The one that is kept up to date; safe to be asked from other threads."""
        self.reading: Reading | None = Reading(0, 0)
        """How far reading is, from the start and whenever there is much to read; ``None`` when all is read."""
        self.ready = threading.Event()
        """Whether everything was read once."""
        self._make = make
        self._told = told
        self._pause = pause
        self._changes = Changes(self.library)
        self.problem: Exception | None = None
        """Why the last look at the folder failed."""
        self.moved = 0
        """Goes up with every change."""
        self._versions: dict[str, int] = {}
        self._ending = threading.Event()
        self._moved_at = self._opened_at = self._filled_at = time.monotonic()

    def version(self, session_id: str) -> int:
        """A number that goes up whenever a session, or one below it, went on or away."""
        return self._versions.get(session_id, 0)

    def end(self) -> None:
        """Stop, soon."""
        self._ending.set()

    def run(self) -> None:
        """Look, tell, rest."""
        while not self._ending.is_set():
            began = time.monotonic()
            try:
                self._look()
            except _Ended:
                return
            except Exception as problem:  # noqa: BLE001 - the server goes on, and tries again
                self._note(problem)
            else:
                self.problem = None
            self.reading = None
            self.ready.set()
            took = time.monotonic() - began
            self._ending.wait(max(self._pause, min(took * _SHARE, _LONGEST)))

    def _look(self) -> None:
        now = time.monotonic()
        if not self.library.index.is_shared and now - self._opened_at > _OPENED_AGAIN:
            self._open_again(now)
        self.library.refresh(wait=1.0, told=self._progress)
        if not self._tell() and now - self._moved_at > _QUIET and self._filled_at < self._moved_at:
            self._filled_at = now
            fill(self.library.path, until=self._ending.is_set)

    def _note(self, problem: Exception) -> None:
        """Keep what stood in the way, and log it once however long it lasts."""
        if repr(problem) == repr(self.problem):
            return
        self.problem = problem
        if isinstance(problem, ClewError):
            LOG.warning("%s", one_line(str(problem)))
        else:
            LOG.error("the folder could not be read\n%s", clean("".join(traceback.format_exception(problem))))

    def _tell(self) -> bool:
        """Tell what changed; whether anything did."""
        changed = self._changes.look()
        if not changed.moved and not changed.gone:
            return False
        self._moved_at = time.monotonic()
        self.moved += 1
        for session_id in (*changed.moved, *changed.gone):
            self._versions[session_id] = self._versions.get(session_id, 0) + 1
        self._told(changed)
        return True

    def _open_again(self, now: float) -> None:
        other = self._make()
        self._opened_at = now
        if not other.index.is_shared:
            other.index.close()
            return
        self.library, self._changes = other, Changes(other)

    def _progress(self, progress: Progress) -> None:
        if self._ending.is_set():
            raise _Ended
        self.reading = Reading(progress.done, progress.of) if progress.done < progress.of else None
        self._tell()  # a session that grows as fast as it is read is told of meanwhile
