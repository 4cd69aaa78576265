"""What the index knows of a needle: how far it has read every segment, and where in there the needle may be.

All of it is read in one transaction, so that it is true of one moment, and no transaction is open while somebody looks
at the hits.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from clew.store.index.text.book import Known
from clew.store.index.text.database import complain, is_useless, open_to_search
from clew.store.index.text.listing import Stamp

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from clew.store.index.text.lines import Pieces
    from clew.store.index.text.needle import Needle


@dataclass(slots=True)
class Value:
    """A unit that is kept apart and may hold the needle."""

    digest: bytes
    """What identifies it."""
    size: int
    """Bytes of its JSON."""
    is_string: bool
    """Whether that is one string."""
    blob: str | None
    """The SHA-256 of the blob it lies in."""
    stamp: Stamp | None
    """The blob's file when it was read."""
    ranges: list[tuple[int, int]] | None
    """The parts of it that may hold the needle, in order; ``None`` if that is not known."""


class Place(NamedTuple):
    """Where a segment holds such a unit."""

    offset: int
    """Of the record."""
    start: int
    """Byte of the record at which the unit begins."""
    reference: int
    """Byte of the unit at which a blob is referred to."""
    value: Value
    """The unit."""


@dataclass(slots=True)
class Share:
    """What the index knows of one segment."""

    known: Known
    """How far it was read."""
    blocks: list[tuple[int, int]] = field(default_factory=list)
    """Ranges of lines that may hold the needle."""
    streams: dict[str, Pieces] = field(default_factory=dict)
    """Streams that may hold it."""
    places: list[Place] = field(default_factory=list)
    """Units kept apart that may hold it."""

    @property
    def is_empty(self) -> bool:
        """Whether the needle is nowhere in what was read."""
        return not (self.blocks or self.streams or self.places)


Answer = dict[tuple[str, int], Share]
"""What the index knows, by session and segment."""


class TooMany(Exception):
    """More parts may hold the needle than was asked for."""


def ask(folder: Path, needle: Needle, most: int | None = None) -> Answer:
    """Ask the index, empty if there is none that can be used. Raises ``TooMany`` if over ``most`` parts may hold it."""
    question = needle.question()
    if question is None:
        return {}
    try:
        with open_to_search(folder) as connection:
            return {} if connection is None else _ask(connection.execute, question, most)
    except sqlite3.Error as problem:
        if is_useless(problem):
            complain(folder)
    return {}


def _ask(run: Callable[..., sqlite3.Cursor], question: str, most: int | None) -> Answer:
    limit = -1 if most is None else most + 1
    rows = [row for (row,) in run("SELECT rowid FROM text WHERE text MATCH ? LIMIT ?", (question, limit))]
    if most is not None and len(rows) > most:
        raise TooMany
    shares = {
        row[0]: (row[1:3], Share(Known(row[0], row[3], Stamp(*row[4:7]), row[7])))
        for row in run("SELECT id, session, number, offset, inode, size, changed, mark FROM segment")
    }
    parts: dict[int, list[tuple[int, int]] | None] = defaultdict(list)
    for segment, value, start, stop, streams in run(
        "SELECT segment, chunk.value, start, stop, streams FROM json_each(?) AS asked"
        " CROSS JOIN chunk ON chunk.id = asked.value",
        (_as_json(rows),),
    ).fetchall():
        if value is not None:
            parts[value].append((start, stop))  # type: ignore[union-attr]  # none is unknown yet
        elif segment in shares:
            share = shares[segment][1]
            share.blocks.append((start, stop))
            if streams:
                _add_streams(run, share, start, stop)
    parts.update(dict.fromkeys(row[0] for row in run("SELECT id FROM value WHERE filled <> size")))
    _add_places(run, shares, parts)
    return dict(shares.values())


def _add_streams(run: Callable[..., sqlite3.Cursor], share: Share, start: int, stop: int) -> None:
    segment = share.known.id
    names = run(
        "SELECT DISTINCT stream FROM piece WHERE segment = ? AND offset >= ? AND offset < ?", (segment, start, stop)
    )
    for (name,) in names.fetchall():
        if name not in share.streams:
            pieces = run("SELECT seq, offset FROM piece WHERE segment = ? AND stream = ?", (segment, name))
            share.streams[name] = dict(pieces.fetchall())


def _add_places(
    run: Callable[..., sqlite3.Cursor],
    shares: dict[int, tuple[tuple[str, int], Share]],
    parts: dict[int, list[tuple[int, int]] | None],
) -> None:
    asked = (_as_json([*parts]),)
    values: dict[int, Value] = {}
    for row in run(
        "SELECT value.id, digest, size, string, blob, inode, bytes, changed FROM json_each(?) AS asked"
        " CROSS JOIN value ON value.id = asked.value",
        asked,
    ):
        stamp = None if row[5] is None else Stamp(*row[5:8])
        ranges = parts[row[0]]
        values[row[0]] = Value(row[1], row[2], bool(row[3]), row[4], stamp, ranges and sorted(ranges))
    for value, segment, offset, start, reference in run(
        "SELECT place.value, segment, offset, start, reference FROM json_each(?) AS asked"
        " CROSS JOIN place ON place.value = asked.value",
        asked,
    ):
        if segment in shares and value in values:
            shares[segment][1].places.append(Place(offset, start, reference, values[value]))


def _as_json(numbers: list[int]) -> str:
    """Numbers as one parameter of a query."""
    return msgspec.json.encode(numbers).decode()
