"""Single lines of a large segment as acts, read where the map says that they lie."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

import msgspec

from clew.model.act import Act
from clew.store.blobs import Blobs
from clew.store.index.shelf import read_line
from clew.wire.decoder import LineDecoder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from clew.wire.table import Shelf


class SegmentLines:
    """Reads lines of one segment, in any order; their values are found on a shelf."""

    def __init__(self, path: Path, shelf: Shelf) -> None:
        """Nothing is read yet."""
        self._path = path
        self._decoder = LineDecoder(Blobs(path.parent), shelf)

    def acts(self, offsets: Iterable[int]) -> Iterator[Act]:
        """The acts of the lines that begin at these offsets; a line that is no more what it was is left out."""
        for offset in offsets:
            line = read_line(self._path, offset)
            if line is None:
                continue
            try:
                act = self._decoder.decode(line)
            except msgspec.DecodeError:
                continue
            self._decoder.accept(act)
            if isinstance(act, Act):
                yield act


def packed(offsets: Iterable[int]) -> bytes:
    """Offsets as the catalog holds them: 64 bits each, in the machine's order."""
    return array("Q", offsets).tobytes()


def unpacked(offsets: bytes | None) -> array[int]:
    """Offsets as the catalog held them."""
    found = array("Q")
    found.frombytes(offsets or b"")
    return found
