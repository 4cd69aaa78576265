"""The search: hits in all sessions of a folder, newest session first, each found when it is asked for.

The index says where in what it has read the needle may be; these parts are looked at, and everything it has not read is
scanned. So the answer is that of the scan, whatever state the index is in. A needle that is nearly everywhere is not
asked for before the newest sessions were scanned: they hold more of it than anybody looks at.
"""

from __future__ import annotations

from heapq import merge
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from clew.store.index.text.answer import TooMany, ask
from clew.store.index.text.blob import open_blob
from clew.store.index.text.filler import is_same
from clew.store.index.text.hit import look
from clew.store.index.text.lines import SegmentLines
from clew.store.index.text.listing import list_segments
from clew.store.index.text.needle import Needle
from clew.store.index.text.passage import look_through
from clew.store.index.text.record import digest
from clew.store.index.text.scan import Sight, in_range, in_streams, place, scan_segment

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from clew.store.index.text.answer import Answer, Place, Share
    from clew.store.index.text.hit import Found, Hit, Placed
    from clew.store.index.text.listing import Listing, SegmentFile

MANY = 4000
"""Parts that may hold a needle above which it is nearly everywhere."""

READ_FIRST = 16 << 20
"""Bytes of the newest sessions that are scanned for such a needle before the index is asked for all of them."""


def search(
    folder: Path | str,
    needle: str,
    *,
    sessions: Container[str] | None = None,
    ignore_case: bool = False,
    limit: int | None = None,
) -> Iterator[Hit]:
    """Where a needle occurs, in the sessions asked for or in all, newest session first; an empty one occurs nowhere."""
    return islice(_hits(Path(folder), Needle(needle, ignore_case=ignore_case), sessions, indexed=True), limit)


def scan(
    folder: Path | str,
    needle: str,
    *,
    sessions: Container[str] | None = None,
    ignore_case: bool = False,
    limit: int | None = None,
) -> Iterator[Hit]:
    """The same by reading every byte."""
    return islice(_hits(Path(folder), Needle(needle, ignore_case=ignore_case), sessions, indexed=False), limit)


def _hits(folder: Path, needle: Needle, sessions: Container[str] | None, *, indexed: bool) -> Iterator[Hit]:
    if not len(needle):
        return
    listing = list_segments(folder)
    wanted = [name for name in sorted(listing, reverse=True) if sessions is None or name in sessions]
    answer: Answer = {}
    if indexed:
        try:
            answer = ask(folder, needle, MANY)
        except TooMany:
            ahead = _newest(listing, wanted)
            for session_id in wanted[:ahead]:
                yield from _once(placed for part in listing[session_id] for placed in scan_segment(part, needle))
            wanted = wanted[ahead:]
            answer = ask(folder, needle) if wanted else {}
    for session_id in wanted:
        yield from _once(_in_session(listing[session_id], needle, answer))


def _newest(listing: Listing, wanted: list[str]) -> int:
    """How many of the newest sessions are small enough to be scanned first."""
    size = 0
    for number, session_id in enumerate(wanted):
        size += sum(segment.stamp.size for segment in listing[session_id])
        if size > READ_FIRST:
            return number
    return len(wanted)


def _once(hits: Iterable[Placed]) -> Iterator[Hit]:
    """The hits of a session; of a value that it holds in several places, the first."""
    seen: set[object] = set()
    for placed in hits:
        if placed.identity is None or placed.identity not in seen:
            yield placed.hit
        if placed.identity is not None:
            seen.add(placed.identity)


def _in_session(segments: list[SegmentFile], needle: Needle, answer: Answer) -> Iterator[Placed]:
    for segment in segments:
        share = answer.get((segment.session_id, segment.number))
        if share is None or not is_same(segment, share.known):
            yield from scan_segment(segment, needle)
        elif not share.is_empty or share.known.offset < segment.stamp.size:
            yield from _in_segment(segment, needle, share)


def _in_segment(segment: SegmentFile, needle: Needle, share: Share) -> Iterator[Placed]:
    """Hits in what the index says of a segment, and in what it has not read of it."""
    try:
        lines = SegmentLines(segment.path)
    except OSError:
        return
    with lines:
        sight = Sight(needle, segment, lines)
        unread = share.known.offset
        growing = lines.streams(unread) if unread < segment.stamp.size else {}
        streams = {key: share.streams[key] for key in share.streams if key not in growing}
        if growing:
            streams |= {key: pieces for key, pieces in lines.streams().items() if key in growing}
        yield from merge(
            in_streams(sight, streams),
            _in_blocks(sight, share.blocks),
            _in_values(sight, share.places),
            in_range(sight, unread),
            key=place,
        )


def _in_blocks(sight: Sight, blocks: list[tuple[int, int]]) -> Iterator[Placed]:
    for start, stop in sorted(blocks):
        yield from in_range(sight, start, stop, apart=False)


def _in_values(sight: Sight, places: list[Place]) -> Iterator[Placed]:
    for where in sorted(places, key=lambda where: (where.offset, where.start + where.reference)):
        found = _in_blob(sight, where) if where.value.blob else _in_line(sight, where)
        record = sight.lines.record_at(where.offset) if found else None
        if found is None or record is None:
            continue
        unit = next((unit for unit in record.units() if unit.start == where.start), None)
        if unit is None:
            continue
        if where.value.blob:
            yield sight.placed(record, unit, found, unit.start + where.reference, where.value.blob)
        elif digest(unit.raw) == where.value.digest:
            yield sight.placed(record, unit, found, unit.start, where.value.digest)


def _in_blob(sight: Sight, where: Place) -> Found | None:
    value = where.value
    with open_blob(sight.segment.path.parent, value.blob or "", value.stamp) as blob:
        return None if blob is None else blob.look(sight.needle, value.ranges)


def _in_line(sight: Sight, where: Place) -> Found | None:
    """Look at a unit where it stands in the line."""
    value, begin = where.value, where.offset + where.start

    def read(start: int, stop: int) -> bytes:
        return sight.lines.read(begin + start, begin + min(stop, value.size))

    if value.is_string and value.ranges is not None:
        return look_through(read, value.size, sight.needle, value.ranges)
    if value.ranges and not any(sight.needle.may_be_in(read(*span)) for span in value.ranges):
        return None
    return look(read(0, value.size), sight.needle)
