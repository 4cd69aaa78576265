"""The index of a folder of sessions: the catalog, brought up to date by whoever reads.

Only what changed is read. One process writes at a time; another one that needs an answer meanwhile waits a little, then
works on a copy in memory. The same is done where the folder cannot be written, so answers are always right; a catalog
that is damaged is thrown away and made again.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import suppress
from threading import RLock
from typing import TYPE_CHECKING, Any

import msgspec

from clew.errors import RecordError
from clew.store.folder import refusal
from clew.store.index.database import UNUSABLE, catalog_in_memory, indexer, open_catalog, remove_catalog
from clew.store.index.facts import unpriced
from clew.store.index.families import sum_families
from clew.store.index.growth import LARGE, Growth, Unmappable
from clew.store.index.readers import read_all
from clew.store.index.survey import survey
from clew.store.index.whole import read_whole, unreadable
from clew.store.index.writer import Writer
from clew.store.names import journal_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from clew.store.index.facts import Price
    from clew.store.index.survey import Found, Survey
    from clew.store.index.whole import SessionFacts

_COMMIT = 0.5
"""Seconds of work after which it is committed: a process that is killed loses no more."""


class Progress(msgspec.Struct, frozen=True):
    """How far bringing an index up to date has come."""

    done: int
    """Sessions read."""
    of: int
    """Sessions to read."""


class Change(msgspec.Struct, frozen=True):
    """What was new in the folder."""

    read: tuple[str, ...] = ()
    """Sessions that were read, newest first."""
    gone: int = 0
    """How many sessions are no more there."""


class Index:
    """The index of one folder. Safe to be used by several threads."""

    def __init__(self, folder: Path, *, price: Price = unpriced, prices: str = "") -> None:
        """``price`` estimates what nobody told; ``prices`` names the version of what it knows.

        Nothing is read yet.
        """
        self.folder = folder
        self.is_shared = True
        """Whether this is the catalog in the folder, and not a copy in memory."""
        self._price = price
        self._prices = prices
        self._lock = RLock()
        self._connection = self._open()

    def refresh(self, *, wait: float = 2.0, told: Callable[[Progress], None] | None = None) -> Change:
        """Bring the index up to date; ``wait`` is for how many seconds another process may be at it.

        Raises ``UnreadableFolder``.
        """
        with self._lock:
            try:
                return self._refresh(wait, told)
            except UNUSABLE:  # damaged, or the disk is full
                self._begin_anew()
                return self._refresh(wait, told)

    def rows(self, sql: str, parameters: Sequence[object] | Mapping[str, object] = ()) -> list[Any]:
        """The rows of a query. Raises ``sqlite3.Error`` for one that is wrong."""
        with self._lock:
            try:
                return self._connection.execute(sql, parameters).fetchall()
            except sqlite3.DatabaseError as problem:
                if isinstance(problem, sqlite3.ProgrammingError) or not self.is_shared:
                    raise
                self._begin_anew()
                self._refresh(0.0, None)
                return self._connection.execute(sql, parameters).fetchall()

    def write(self, action: Callable[[sqlite3.Connection], None]) -> bool:
        """Add rows that were derived from the catalog, in one transaction; whether that could be done now."""
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                action(self._connection)
                self._connection.execute("COMMIT")
            except sqlite3.Error:
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
                return False
            return True

    @property
    def connection(self) -> sqlite3.Connection:
        """The catalog."""
        return self._connection

    def close(self) -> None:
        """Let go of the catalog."""
        with self._lock:
            self._connection.close()

    def _open(self) -> sqlite3.Connection:
        for _ in range(2):
            try:
                return open_catalog(self.folder)
            except sqlite3.DatabaseError:
                try:
                    remove_catalog(self.folder)
                except OSError:
                    break
            except OSError:
                break
        self.is_shared = False
        return catalog_in_memory(self.folder)

    def _begin_anew(self) -> None:
        """Throw away a catalog that cannot be used; without one there is still a copy in memory."""
        with suppress(sqlite3.Error):
            self._connection.close()
        with suppress(OSError):
            remove_catalog(self.folder)
        self._connection = self._open()

    def _refresh(self, wait: float, told: Callable[[Progress], None] | None) -> Change:
        self._check_prices()
        look = survey(self.folder, self._connection)
        if look.is_clean:
            return Change()
        if not self.is_shared:
            return self._bring(look, told)
        try:
            with indexer(self.folder, wait) as mine:
                if mine:
                    return self._bring(survey(self.folder, self._connection), told)
        except PermissionError:
            pass
        self._leave()
        return self._bring(survey(self.folder, self._connection), told)

    def _leave(self) -> None:
        """Go on with a copy in memory."""
        self._connection.close()
        self.is_shared = False
        self._connection = catalog_in_memory(self.folder)

    def _check_prices(self) -> None:
        """Read everything again if what is known of prices changed."""
        known = self._connection.execute("SELECT value FROM meta WHERE key = 'prices'").fetchone()
        if known is not None and known[0] == self._prices:
            return
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.execute("UPDATE segment SET inode = 0, checkpoint = NULL")
        self._connection.execute("INSERT OR REPLACE INTO meta VALUES ('prices', ?)", (self._prices,))
        self._connection.execute("COMMIT")

    def _bring(self, look: Survey, told: Callable[[Progress], None] | None) -> Change:
        """Read what is stale, forget what is gone."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            writer = Writer(self._connection)
            orphaned = [self._remove(writer, key) for key in look.gone]
            self._take(writer, look, told, orphaned)
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")
        if told is not None:  # never of what others cannot see yet
            told(Progress(len(look.stale), len(look.stale)))
        return Change(read=tuple(found.session_id for found in look.stale), gone=len(look.gone))

    def _take(
        self, writer: Writer, look: Survey, told: Callable[[Progress], None] | None, orphaned: Iterable[str]
    ) -> None:
        changed: list[int] = []
        committed = time.monotonic()
        small = read_all(self.folder, [one for one in look.stale if not _is_large(one)], look.ids, self._price)
        for done, found in enumerate(look.stale):
            key = found.key if found.key is not None else writer.new_session()
            changed.append(key)
            for _ in self._read(writer, found, key, look, small):
                if time.monotonic() - committed > _COMMIT:
                    writer.flush()
                    sum_families(self._connection, changed, orphaned)
                    self._connection.execute("COMMIT")
                    self._connection.execute("BEGIN IMMEDIATE")
                    changed, orphaned, committed = [key], (), time.monotonic()
                    if told is not None:
                        told(Progress(done, len(look.stale)))
        writer.flush()
        sum_families(self._connection, changed, orphaned)

    def _read(
        self, writer: Writer, found: Found, key: int, look: Survey, small: Iterator[SessionFacts]
    ) -> Iterator[None]:
        """Read a session; comes by wherever it may be committed."""
        if not _is_large(found):
            self._replace(writer, found, key, next(small), known=found.key is not None)
            yield
            return
        path = self.folder / journal_name(found.session_id)
        try:
            for _ in Growth(writer, path, found.session_id, key, look.ids, self._price).take(found.segments[0]):
                yield
        except Unmappable:
            facts = read_whole(self.folder, found.session_id, [1], look.ids, self._price)
            self._replace(writer, found, key, facts, known=True)
        except (RecordError, OSError) as problem:
            facts = unreadable(found.session_id, str(refusal(problem, path)))
            self._replace(writer, found, key, facts, known=True)

    def _replace(self, writer: Writer, found: Found, key: int, facts: SessionFacts, *, known: bool) -> None:
        states = [segment._replace(alive=segment.number in facts.alive) for segment in found.segments]
        writer.replace(key, facts, states, known=known)

    def _remove(self, writer: Writer, key: int) -> str:
        """Take out a session; gives the id of the one that started it."""
        (parent,) = self._connection.execute("SELECT parent_id FROM session WHERE id = ?", (key,)).fetchone()
        writer.remove(key)
        return parent or ""


def _is_large(found: Found) -> bool:
    """Whether a session is read piece by piece and gets a map: one large segment."""
    first, *others = found.segments
    return first.size >= LARGE and first.number == 1 and not others
