"""The rows of the text index as its filler writes them, a few megabytes of text to a transaction.

What was read and what was written of it are committed together, so that a filler that is killed leaves a smaller index
and not a wrong one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from clew.store.index.text.listing import Stamp
from clew.store.index.text.needle import normal

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable

    from clew.store.index.text.chunk import Chunk
    from clew.store.index.text.lines import Pieces
    from clew.store.index.text.listing import SegmentFile

BATCH = 4 << 20
"""Characters written in one transaction."""

MISSING = -1
"""How far a blob that is not there was cut up: it may hold anything."""

_MOST_SEGMENTS = 500
"""Segments read in one transaction, however short they are."""


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far the index is."""

    read: int
    """Bytes of journals that are in the index."""
    size: int
    """Bytes of all journals."""
    written: int
    """Characters of text that were new to the index since the filler began."""


class Stopped(Exception):
    """The filler was asked to stop; everything so far is committed."""


class Known(NamedTuple):
    """How far a segment was read."""

    id: int
    """Of its row."""
    offset: int
    """Bytes read."""
    stamp: Stamp
    """What its file was then."""
    mark: bytes
    """What stood in the file."""


class Held(NamedTuple):
    """A value that the index knows."""

    id: int
    """Of its row."""
    filled: int
    """How far it was cut up."""
    size: int
    """Its bytes."""

    @property
    def is_whole(self) -> bool:
        """Whether it was cut up to its end."""
        return self.filled == self.size


class Book:
    """Writes rows. One at a time: its filler holds a lock."""

    def __init__(
        self, connection: sqlite3.Connection, told: Callable[[Progress], None], until: Callable[[], bool]
    ) -> None:
        """``told`` hears of every commit; ``until`` is asked after it whether to stop."""
        self._run = connection.execute
        self._told = told
        self._until = until
        self._pending = 0
        self._segments = 0
        self._written = 0
        self.read = 0
        """Bytes of journals in the index; for whoever is told of it."""
        self.size = 0
        """Bytes of all journals."""
        self._run("BEGIN IMMEDIATE")

    @property
    def is_full(self) -> bool:
        """Whether it is time for a commit."""
        return self._pending >= BATCH or self._segments >= _MOST_SEGMENTS

    def commit(self) -> None:
        """Make everything so far last. Raises ``Stopped``."""
        self._run("COMMIT")
        self._pending = self._segments = 0
        self._told(Progress(read=self.read, size=self.size, written=self._written))
        if self._until():
            raise Stopped
        self._run("BEGIN IMMEDIATE")

    def segments(self) -> dict[tuple[str, int], Known]:
        """How far every segment was read."""
        rows = self._run("SELECT session, number, id, offset, inode, size, changed, mark FROM segment")
        return {(row[0], row[1]): Known(row[2], row[3], Stamp(*row[4:7]), row[7]) for row in rows}

    def begin(self, segment: SegmentFile) -> int:
        """Make a row for a segment of which nothing was read."""
        cursor = self._run(
            "INSERT INTO segment (session, number, inode, size, changed, offset, mark) VALUES (?, ?, ?, ?, ?, 0, x'')",
            (segment.session_id, segment.number, *segment.stamp),
        )
        return int(cursor.lastrowid or 0)

    def reached(self, segment: int, offset: int, stamp: Stamp, mark: bytes) -> None:
        """Note how far a segment was read."""
        self._segments += 1
        self._run(
            "UPDATE segment SET offset = ?, inode = ?, size = ?, changed = ?, mark = ? WHERE id = ?",
            (offset, *stamp, mark, segment),
        )

    def forget(self, segments: Iterable[int]) -> None:
        """Remove what was read of segments, and the values that no other one holds. Rows of text stay, unreachable."""
        for segment in segments:
            values = self._run("SELECT value FROM place WHERE segment = ?", (segment,)).fetchall()
            for table in ("place", "piece", "chunk"):
                self._run(f"DELETE FROM {table} WHERE segment = ?", (segment,))
            self._run("DELETE FROM segment WHERE id = ?", (segment,))
            for value in values:
                if not self._run("SELECT 1 FROM place WHERE value = ? LIMIT 1", value).fetchall():
                    self._run("DELETE FROM value WHERE id = ?", value)
                    self._run("DELETE FROM chunk WHERE value = ?", value)

    def garbage(self) -> tuple[int, int]:
        """Rows of text that nothing leads to any more, and rows of text in all."""
        made = self._run("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'chunk'").fetchone()[0]
        kept = self._run("SELECT count(*) FROM chunk").fetchone()[0]
        return made - kept, made

    def block(self, segment: int, start: int, stop: int, text: str, *, streams: bool) -> None:
        """Add lines of a segment."""
        self._add((segment, None, start, stop, streams), text)

    def part(self, value: int, chunk: Chunk) -> None:
        """Add a chunk of a value."""
        self._add((None, value, chunk.start, chunk.stop, False), chunk.text)
        self._run("UPDATE value SET filled = ? WHERE id = ?", (chunk.stop, value))

    def value(self, digest: bytes) -> Held | None:
        """The value of a digest, if it is known."""
        row = self._run("SELECT id, filled, size FROM value WHERE digest = ?", (digest,)).fetchone()
        return row and Held(*row)

    def keep(
        self,
        digest: bytes,
        size: int,
        *,
        string: bool,
        filled: int,
        blob: str | None = None,
        stamp: Stamp | None = None,
    ) -> int:
        """Make a row for a value, or make it anew."""
        self._run(
            "INSERT INTO value (digest, size, string, blob, filled, inode, bytes, changed)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (digest) DO UPDATE SET size = excluded.size,"
            " string = excluded.string, filled = excluded.filled, inode = excluded.inode, bytes = excluded.bytes,"
            " changed = excluded.changed",
            (digest, size, string, blob, filled, *(stamp or (None, None, None))),
        )
        held = self.value(digest)
        return held.id if held else 0

    def filled(self, value: int, size: int) -> None:
        """Note that a value was cut up to its end."""
        self._run("UPDATE value SET filled = ? WHERE id = ?", (size, value))

    def place(self, value: int, segment: int, offset: int, start: int, reference: int) -> None:
        """Note where a segment holds a value."""
        self._run("INSERT OR IGNORE INTO place VALUES (?, ?, ?, ?, ?)", (value, segment, offset, start, reference))

    def piece(self, segment: int, stream: str, seq: int, offset: int) -> None:
        """Note where a piece of a stream lies."""
        self._run("INSERT OR IGNORE INTO piece VALUES (?, ?, ?, ?)", (segment, stream, seq, offset))

    def pieces(self, segment: int, stream: str) -> Pieces:
        """Where the pieces of a stream lie that were read so far."""
        return dict(self._run("SELECT seq, offset FROM piece WHERE segment = ? AND stream = ?", (segment, stream)))

    def _add(self, row: tuple[int | None, int | None, int, int, bool], text: str) -> None:
        cursor = self._run("INSERT INTO chunk (segment, value, start, stop, streams) VALUES (?, ?, ?, ?, ?)", row)
        self._run("INSERT INTO text (rowid, body) VALUES (?, ?)", (cursor.lastrowid, normal(text)))
        self._pending += len(text)
        self._written += len(text)
