"""The quick look: whether a line may hold a secret at all.

Every literal of every rule is looked for in the bytes of each new line, so this is what redaction costs. Whether a
single byte occurs is known an order of magnitude sooner than whether a string does, so literals are grouped by a rare
byte of theirs, and what stands around it is only compared where it occurs. A quick look may be wrong in one direction
only: it never overlooks a literal.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_ANCHORS = b"-_@AJBzKZk"
"""Bytes that many literals share and little text has, the best first."""

_COMMON = b'etaoinsrhldcumfpgwybvk",.:0123456789_-/$'
"""The usual bytes of a line, roughly from common to rare; all others are rarer."""

_WINDOW = 3
"""Bytes before an anchor that are compared: enough to be seldom wrong."""

_encode = msgspec.json.Encoder().encode


class Look(NamedTuple):
    """A byte, and the search that is worth its price where the byte occurs."""

    anchor: bytes
    search: Callable[[bytes], object]


class _Literal(NamedTuple):
    """A literal around its anchor."""

    before: bytes
    anchor: bytes
    after: bytes


def prefilter(literals: Iterable[str]) -> tuple[Look, ...]:
    """Looks of which one at least finds something in every text, JSON or not, that contains one of some strings."""
    groups: dict[bytes, list[_Literal]] = {}
    for literal in dict.fromkeys(literals):
        for data in {literal.encode(), _encode(literal)[1:-1]}:  # the second as it stands inside a JSON string
            parts = _around(data)
            groups.setdefault(parts.anchor, []).append(parts)
    return tuple(Look(anchor, re.compile(_pattern(anchor, parts)).search) for anchor, parts in groups.items())


def _around(data: bytes) -> _Literal:
    known = [data.find(byte) for byte in _ANCHORS if byte in data]
    place = known[0] if known else max(range(len(data)), key=lambda index: _rarity(data[index]))
    return _Literal(data[max(0, place - _WINDOW) : place], data[place : place + 1], data[place + 1 :])


def _pattern(anchor: bytes, literals: list[_Literal]) -> bytes:
    """Alternatives of one length share a look behind: the engine then skips all but those with the right first byte."""
    ends = re.escape(anchor)
    behind: dict[int, set[bytes]] = {}
    ahead = set()
    for before, _, after in literals:
        if len(before) == _WINDOW or (before and not after):
            behind.setdefault(len(before), set()).add(re.escape(before))
        else:
            ahead.add((b"(?<=%b)" % (re.escape(before) + ends) if before else b"") + re.escape(after))
    looks = [b"(?<=(?:%b)%b)" % (b"|".join(sorted(texts)), ends) for texts in behind.values()]
    return b"%b(?:%b)" % (ends, b"|".join([*looks, *sorted(ahead)]))


def _rarity(byte: int) -> int:
    place = _COMMON.find(byte)
    return place if place >= 0 else len(_COMMON)
