"""The scan: every byte read, nothing believed. It defines what a search answers.

The hits of a segment come in the order of their records; of a session, in the order of its segments.
"""

from __future__ import annotations

from heapq import merge
from typing import TYPE_CHECKING, NamedTuple

from clew.store.index.text.blob import open_blob
from clew.store.index.text.hit import Placed, found_in, hit, look
from clew.store.index.text.leaf import blob_references
from clew.store.index.text.lines import SegmentLines, stream_field
from clew.store.index.text.record import digest, records

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clew.store.index.text.hit import Found
    from clew.store.index.text.lines import Pieces
    from clew.store.index.text.listing import SegmentFile
    from clew.store.index.text.needle import Needle
    from clew.store.index.text.record import Record, Unit


class Sight(NamedTuple):
    """What is being looked for, in which segment."""

    needle: Needle
    """The needle."""
    segment: SegmentFile
    """The segment."""
    lines: SegmentLines
    """Its file."""

    def placed(self, record: Record, unit: Unit, found: Found, start: int, identity: object) -> Placed:
        """A hit in a unit of a record."""
        field = record.field(unit.source)
        found_at = hit(self.segment.session_id, self.segment.number, record, field, found)
        return Placed(record.offset, start, identity, found_at)


def scan_segment(segment: SegmentFile, needle: Needle) -> Iterator[Placed]:
    """Every hit in a segment; none if it is gone."""
    try:
        lines = SegmentLines(segment.path)
    except OSError:
        return
    with lines:
        sight = Sight(needle, segment, lines)
        yield from merge(in_streams(sight, lines.streams()), in_range(sight), key=place)


def place(placed: Placed) -> tuple[int, int]:
    """What the hits of a segment are ordered by."""
    return placed.offset, placed.start


def in_range(sight: Sight, start: int = 0, stop: int | None = None, *, apart: bool = True) -> Iterator[Placed]:
    """Hits in the records of a range, but for streams; without ``apart`` also but for what is kept apart."""
    for offset, line in sight.lines.lines(start, stop):
        if sight.needle.may_be_in(line) or (apart and b'"sha256"' in line):
            for record in records(line.removesuffix(b"\n"), offset):
                yield from _in_record(sight, record, apart=apart)


def in_streams(sight: Sight, streams: dict[str, Pieces]) -> Iterator[Placed]:
    """Hits in streams, each in the order of the records of their first pieces."""
    for key, pieces in sorted(streams.items(), key=lambda item: (min(item[1].values()), item[0])):
        text = sight.lines.stream_text(key, pieces)
        found = sight.needle.first(text)
        record = sight.lines.record_at(min(pieces.values())) if found != -1 else None
        if record is not None:
            told = found_in(text, found, sight.needle, sight.needle.count(text))
            field = stream_field(key)
            found_at = hit(sight.segment.session_id, sight.segment.number, record, field, told)
            yield Placed(record.offset, 0, None, found_at)


def _in_record(sight: Sight, record: Record, *, apart: bool) -> Iterator[Placed]:
    for unit in record.units():
        if apart or not unit.apart:
            found = look(unit.raw, sight.needle, keys=unit.keys)
            if found is not None:
                yield sight.placed(record, unit, found, unit.start, digest(unit.raw) if unit.apart else None)
        if apart:
            yield from _in_blobs(sight, record, unit)


def _in_blobs(sight: Sight, record: Record, unit: Unit) -> Iterator[Placed]:
    for position, name in blob_references(unit.raw):
        with open_blob(sight.segment.path.parent, name) as blob:
            found = None if blob is None else blob.look(sight.needle)
        if found is not None:
            yield sight.placed(record, unit, found, unit.start + position, name)
