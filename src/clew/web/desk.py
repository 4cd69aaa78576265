"""The desk: what the functions that answer work with. Libraries to ask, and sessions that lie open.

Requests are answered in threads. Each borrows a library, so that none waits for another; where the catalog cannot be
shared (a read-only folder) all use the keeper's. A session that was asked for stays open until it moves on: a page
asks for its rows many times, and a payload that was read to its middle is not read again from its beginning.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from threading import Lock, RLock
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from clew.errors import SessionNotFound, UnreadableFolder
from clew.explore.rows import TreeRows
from clew.store.folder import Folder
from clew.web.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator
    from threading import Event

    from clew.explore.library import Library
    from clew.explore.prices import Prices
    from clew.explore.view import SessionView
    from clew.web.keeper import Reading

T = TypeVar("T")

_OPEN = 16
"""Sessions that lie open."""
_KEPT = 48
"""Things kept of each: rows as they were opened, parts of nodes."""
_LARGE_KEPT = 12
"""Answers kept over all sessions, each of some megabytes at most."""
_PATIENCE = 3.0
"""Seconds from the start for which requests wait for the folder to be read."""


class Watched(Protocol):
    """What keeps the catalog, as far as a desk needs to know: see :class:`clew.web.keeper.Keeper`."""

    library: Library
    reading: Reading | None
    ready: Event
    problem: Exception | None
    moved: int

    def version(self, session_id: str) -> int:
        """A number that goes up whenever a session, or one below it, went on or away."""


class _Slot:
    """A thing, once it is made."""

    def __init__(self) -> None:
        self.lock = RLock()
        self.things: list[Any] = []


class Kept:
    """The last things that were asked for, by what they were asked by."""

    def __init__(self, most: int) -> None:
        """Keep so many."""
        self._most = most
        self._slots: OrderedDict[Hashable, _Slot] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The thing of a key; made if it is not there, once, while those who want it too wait."""
        with self._lock:
            slot = self._slots.setdefault(key, _Slot())
            self._slots.move_to_end(key)
            while len(self._slots) > self._most:
                self._slots.popitem(last=False)
        with slot.lock:
            if not slot.things:
                slot.things.append(make())
            found: T = slot.things[0]
            return found


class OpenSession:
    """A session that lies open. Whoever uses one of its views holds the lock that belongs to it."""

    def __init__(self, version: int, view: SessionView, parts_view: SessionView) -> None:
        """Two views, so that a long search in a payload does not hold up the tree."""
        self.version = version
        """Goes up whenever the session, or one below it, went on or away."""
        self.view = view
        """For rows, nodes and figures."""
        self.lock = RLock()
        """Of ``view``."""
        self.parts_view = parts_view
        """For payloads."""
        self.parts_lock = RLock()
        """Of ``parts_view``."""
        self.kept = Kept(_KEPT)
        """What was made of it."""
        self._rows: OrderedDict[Hashable, TreeRows] = OrderedDict()

    def rows(self, key: Hashable, make: Callable[[], TreeRows], expanded: frozenset[str]) -> TreeRows:
        """The rows for a query, opened as asked; those opened otherwise before are the start."""
        rows = self._rows.pop(key, None) or make()
        rows = rows.opened(*(expanded - rows.expanded)).closed(*(rows.expanded - expanded))
        self._rows[key] = rows
        while len(self._rows) > 4:  # noqa: PLR2004 - queries that a person goes back and forth between
            self._rows.popitem(last=False)
        return rows


class Desk:
    """What answers are made from."""

    def __init__(self, keeper: Watched, make: Callable[[], Library], prices: Prices) -> None:
        """``make`` opens a library."""
        self.keeper = keeper
        self.prices = prices
        """What models cost."""
        self.kept = Kept(_LARGE_KEPT)
        """Answers that take long: timelines, and what is asked for in pages."""
        self._make = make
        self._idle: SimpleQueue[Library] = SimpleQueue()
        self._until = time.monotonic() + _PATIENCE
        self._for_views: tuple[Library, Library] | None = None
        self._sessions: OrderedDict[str, OpenSession] = OrderedDict()
        self._lock = Lock()

    @contextmanager
    def library(self) -> Iterator[Library]:
        """Borrow a library. Raises ``UnreadableFolder``."""
        self._await_reading()
        shared = self.keeper.library
        if not shared.index.is_shared:
            yield shared
            return
        try:
            mine = self._idle.get_nowait()
        except Empty:
            mine = self._make()
        try:
            yield mine
        finally:
            if mine.index.is_shared:
                self._idle.put(mine)
            else:
                mine.index.close()

    def session(self, session_id: str) -> OpenSession:
        """A session, as it is now.

        Raises ``SessionNotFound``, ``UnreadableFolder``, or ``Refusal`` for a session that was not read yet.
        """
        self._await_reading()
        version = self.keeper.version(session_id)
        with self._lock:
            known = self._sessions.get(session_id)
            if known is not None and known.version == version:
                self._sessions.move_to_end(session_id)
                return known
            tree, payloads = self._libraries()
        try:
            found = OpenSession(version, tree.session(session_id), payloads.session(session_id))
        except SessionNotFound as problem:
            raise (Refusal("web.reading") if self.is_unread(session_id) else problem) from None
        with self._lock:
            self._sessions[session_id] = found
            while len(self._sessions) > _OPEN:
                self._sessions.popitem(last=False)
        return found

    def is_unread(self, session_id: str) -> bool:
        """Whether a session that the catalog does not know lies in the folder. Raises ``UnreadableFolder``."""
        return bool(Folder(self.keeper.library.path).segments(session_id))

    def _await_reading(self) -> None:
        """A small folder is read before the first answer; of a large one what is known is shown meanwhile.

        Raises ``UnreadableFolder``: what was known of a folder that cannot be read any more is no answer.
        """
        if not self.keeper.ready.is_set():
            self.keeper.ready.wait(max(0.0, self._until - time.monotonic()))
        if isinstance(self.keeper.problem, UnreadableFolder):
            raise UnreadableFolder(str(self.keeper.problem))

    def _libraries(self) -> tuple[Library, Library]:
        """The libraries of the two views of every session."""
        if not self.keeper.library.index.is_shared:
            return self.keeper.library, self.keeper.library
        if self._for_views is None or not all(library.index.is_shared for library in self._for_views):
            self._for_views = self._make(), self._make()
        return self._for_views
