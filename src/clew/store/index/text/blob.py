"""Blobs as the search reads them: a long string in passages, anything else as a whole.

A blob counts if it is what its name says. That is known without reading it again while its file is the one that was
checked before.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from clew.store.index.text.hit import look
from clew.store.index.text.listing import open_file, stamp
from clew.store.index.text.passage import look_through, passages
from clew.store.names import BLOBS, blob_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from clew.store.index.text.hit import Found
    from clew.store.index.text.listing import Stamp
    from clew.store.index.text.needle import Needle

_STEP = 1 << 20


class OpenBlob:
    """A blob that is what its name says."""

    def __init__(self, handle: int, stamp: Stamp) -> None:
        """``handle`` is closed by whoever opened it."""
        self._handle = handle
        self.stamp = stamp
        """What tells its file from another."""
        self.is_string = self.read(0, 1) == b'"'
        """Whether it holds one string, which can be read in passages."""

    @property
    def size(self) -> int:
        """Its bytes."""
        return self.stamp.size

    def read(self, start: int, stop: int) -> bytes:
        """The bytes from a place to another, as far as there are any."""
        return os.pread(self._handle, max(0, stop - start), start)

    def look(self, needle: Needle, ranges: Sequence[tuple[int, int]] | None = None) -> Found | None:
        """Look for a needle; ``ranges`` are the parts that may hold it, if that is known."""
        if self.is_string:
            return look_through(self.read, self.size, needle, ranges or passages(self.read, self.size, _STEP))
        if ranges and not any(needle.may_be_in(self.read(*span)) for span in ranges):
            return None
        return look(self.read(0, self.size), needle)


@contextmanager
def open_blob(folder: Path, digest: str, known: Stamp | None = None) -> Iterator[OpenBlob | None]:
    """Open a blob; ``None`` if it is gone or is not what its name says. ``known`` is a file that was checked before."""
    try:
        handle = open_file(folder / BLOBS / blob_name(digest))
    except OSError:
        yield None
        return
    try:
        found = stamp(os.fstat(handle))
        yield OpenBlob(handle, found) if found == known or _hash(handle, found.size) == digest else None
    finally:
        os.close(handle)


def _hash(handle: int, size: int) -> str:
    """The SHA-256 of an open file; it is not read at once."""
    from hashlib import sha256  # noqa: PLC0415 - loaded by those who need it only

    state = sha256()
    for start in range(0, size, _STEP):
        state.update(os.pread(handle, _STEP, start))
    return state.hexdigest()
