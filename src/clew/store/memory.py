"""A journal in memory: the same lines, no file. For tests, imports and what is never meant to stay."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from clew.wire.encoder import LineEncoder

if TYPE_CHECKING:
    from clew.model.act import Act
    from clew.model.event import Header


class MemoryJournal:
    """One segment as bytes."""

    def __init__(self, header: Header) -> None:
        """Begin with a header, whose time counts as given."""
        self.blobs: dict[str, bytes] = {}
        """Large values by the SHA-256 of their bytes."""
        self.data = bytearray()
        """The journal so far."""
        self._encoder = LineEncoder(self._store)
        self._last_at = 0.0
        self.write(header)

    def write(self, act: Act) -> None:
        """Append an act; one without a time of its own counts a millisecond after the one before."""
        if act.at < 0:
            act.at = self._last_at + 1.0
        self._last_at = act.at
        self.data += self._encoder.encode(act)

    def _store(self, data: bytes) -> str:
        digest = hashlib.sha256(data).hexdigest()
        self.blobs[digest] = data
        return digest
