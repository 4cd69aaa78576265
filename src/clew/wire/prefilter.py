"""The quick look: whether a line may hold a secret at all.

Every literal of every rule is looked for in the bytes of each new line, so this is what redaction costs. A search for a
single byte is an order of magnitude faster than one for a string, and some bytes are rare: literals are grouped by
their rarest byte, and what stands around it is compared only where it occurs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_COMMON = b'etaoinsrhldcumfpgwybvk",.:0123456789_-/$'
"""The usual bytes of a line, roughly from common to rare; all others are rarer."""

_encode = msgspec.json.Encoder().encode


def prefilter(literals: Iterable[str]) -> tuple[Callable[[bytes], object], ...]:
    """Searches of which one at least finds something in every JSON text that contains one of some strings."""
    groups: dict[int, set[bytes]] = {}
    for literal in dict.fromkeys(literals):
        data = _encode(literal)[1:-1]  # as it stands inside a JSON string
        place = max(range(len(data)), key=lambda index: _rarity(data[index]))
        around = re.escape(data[place + 1 :])
        before = b"(?<=%b)" % re.escape(data[: place + 1]) if place else b""
        groups.setdefault(data[place], set()).add(before + around)
    return tuple(
        re.compile(b"%b(?:%b)" % (re.escape(bytes([byte])), b"|".join(sorted(around)))).search
        for byte, around in groups.items()
    )


def _rarity(byte: int) -> int:
    place = _COMMON.find(byte)
    return place if place >= 0 else len(_COMMON)
