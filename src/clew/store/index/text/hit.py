"""A hit: one value or field of a session in which the needle occurs, with what stands around its first occurrence."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from clew.store.index.text.leaf import leaf_path, leaves

if TYPE_CHECKING:
    from clew.store.index.text.needle import Needle
    from clew.store.index.text.record import Record

CONTEXT = 60
"""Characters shown before and after a match."""


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """Where a needle was found."""

    session_id: str
    """The session."""
    segment: int
    """Number of the segment that holds it."""
    offset: int
    """Byte of the segment at which the record begins; of a stream, the record of its first piece."""
    n: int
    """Number of the node that the act belongs to; 0 is the session itself."""
    node_segment: int
    """The segment that numbers this node."""
    ev: str
    """Kind of the act."""
    field: str
    """The field of the act that holds the value, or refers to it."""
    path: str
    """Where in the value the match lies, as ``messages[3].content``, if that could be told cheaply; else empty."""
    before: str
    """What stands before the match in the same leaf. Like ``match`` and ``after``, as it is: no screen may print it."""
    match: str
    """The match itself."""
    after: str
    """What stands after it."""
    count: int
    """How often the needle occurs in this value or field."""


class Found(NamedTuple):
    """What was found in one unit."""

    path: str
    """As that of a hit."""
    before: str
    """As that of a hit."""
    match: str
    """As that of a hit."""
    after: str
    """As that of a hit."""
    times: int
    """The count of a hit."""


class Placed(NamedTuple):
    """A hit and its place among the hits of a segment."""

    offset: int
    """Of the record."""
    start: int
    """Byte of the record at which its unit begins."""
    identity: object
    """Equal for the same value elsewhere in the session; ``None`` for what belongs to its place."""
    hit: Hit
    """The hit itself."""


def look(raw: bytes, needle: Needle, *, keys: bool = True) -> Found | None:
    """Look for a needle in a JSON value."""
    if not needle.may_be_in(raw):
        return None
    first: tuple[int, str, int] | None = None
    count = 0
    for position, text in leaves(raw, keys=keys):
        place = needle.first(text)
        if place != -1:
            first = first or (position, text, place)
            count += needle.count(text)
    if first is None:
        return None
    position, text, place = first
    return found_in(text, place, needle, count, leaf_path(raw, position))


def found_in(text: str, place: int, needle: Needle, count: int, path: str = "") -> Found:
    """A match at a place of a text, with what stands around it."""
    end = place + len(needle)
    before = text[max(0, place - CONTEXT) : place]
    return Found(path, before, text[place:end], text[end : end + CONTEXT], count)


def hit(session_id: str, segment: int, record: Record, field: str, found: Found) -> Hit:
    """A hit in a record."""
    node = record.node
    node_segment, n = node if isinstance(node, tuple) else (segment, node)
    return Hit(
        session_id=session_id,
        segment=segment,
        offset=record.offset,
        n=n,
        node_segment=node_segment,
        ev=record.ev,
        field=field,
        path=found.path,
        before=found.before,
        match=found.match,
        after=found.after,
        count=found.times,
    )
