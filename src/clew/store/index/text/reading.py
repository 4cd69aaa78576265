"""A segment being read into the text index, from where the last reading ended.

Lines go into blocks of a few kilobytes of text. What is kept apart is cut up before the rest of its line counts, so
that a commit may come in the middle of a large value; the line is then read once more, and goes on with the value where
it was.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from clew.store.index.text.blob import open_blob
from clew.store.index.text.book import MISSING
from clew.store.index.text.chunk import CHUNK, container_chunks, string_chunks
from clew.store.index.text.leaf import blob_references, is_string, leaves
from clew.store.index.text.lines import SegmentLines, piece_text, stream_key
from clew.store.index.text.listing import mark, stamp
from clew.store.index.text.needle import SPAN
from clew.store.index.text.record import digest, records

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clew.store.index.text.book import Book, Known
    from clew.store.index.text.chunk import Chunk
    from clew.store.index.text.listing import SegmentFile
    from clew.store.index.text.record import Record, Unit

_BLOCK = 1 << 16
"""Bytes of lines in one block, at least of one line."""


class _Place(NamedTuple):
    """Where a record holds a value."""

    value: int
    offset: int
    start: int
    reference: int


class SegmentReading:
    """Reads one segment into the index."""

    def __init__(self, book: Book, segment: SegmentFile, known: Known | None) -> None:
        """``known`` is what was read before, if the file still is the one that it was read from."""
        self._book = book
        self._segment = segment
        self._id = known.id if known else book.begin(segment)
        self._offset = self._begin = known.offset if known else 0
        self._texts: list[str] = []
        self._length = 0
        self._streams = False
        self._ends: dict[str, tuple[int, str]] = {}
        """Of every stream, the number of the last record and the end of the text."""

    def run(self) -> None:
        """Read to the last whole line. Raises ``OSError`` or ``Stopped``."""
        with SegmentLines(self._segment.path) as self._lines:
            self._stamp = stamp(os.fstat(self._lines.handle))
            for offset, line in self._lines.lines(self._offset, whole=True):
                self._line(line.removesuffix(b"\n"), offset)
                self._offset = offset + len(line)
                self._book.read += len(line)
                if self._length >= CHUNK or self._offset - self._begin >= _BLOCK:
                    self._end_block()
                if self._book.is_full:
                    self._commit()
            self._reached()

    def _line(self, line: bytes, offset: int) -> None:
        found = list(records(line, offset))
        places = [place for record in found for place in self._apart(record)]
        for place in places:
            self._book.place(place.value, self._id, place.offset, place.start, place.reference)
        for record in found:
            for unit in record.units():
                if not unit.apart:
                    self._take("\n".join(text for _, text in leaves(unit.raw, keys=unit.keys)))
            for name, raw in record.pieces().items():
                self._piece(record, stream_key(record, name), piece_text(raw))

    def _take(self, text: str) -> None:
        if text:
            self._texts.append(text)
            self._length += len(text) + 1

    # -- streams --

    def _piece(self, record: Record, key: str, text: str) -> None:
        """Take a piece with the end of what came before it, so that what begins there and ends here is found."""
        end = self._ends.get(key) or self._end(key)
        self._book.piece(self._id, key, record.seq, record.offset)
        self._streams = True
        if end is None or record.seq > end[0]:
            joined = (end[1] if end else "") + text
            self._ends[key] = record.seq, joined[1 - SPAN :]
            self._take(joined)
        else:  # it stands behind one that comes after it
            pieces = self._book.pieces(self._id, key)
            joined = self._lines.stream_text(key, pieces)
            self._ends[key] = max(pieces), joined[1 - SPAN :]
            self._take(joined)

    def _end(self, key: str) -> tuple[int, str] | None:
        """The end of a stream of which an earlier reading saw the beginning."""
        pieces = self._book.pieces(self._id, key)
        if not pieces:
            return None
        text = ""
        for seq in sorted(pieces, reverse=True):
            text = self._lines.stream_text(key, {seq: pieces[seq]}) + text
            if len(text) >= SPAN:
                break
        return max(pieces), text[1 - SPAN :]

    # -- what is kept apart --

    def _apart(self, record: Record) -> Iterator[_Place]:
        for unit in record.units():
            if unit.apart:
                yield _Place(self._unit(unit), record.offset, unit.start, 0)
            for position, name in blob_references(unit.raw):
                yield _Place(self._blob(name), record.offset, unit.start, position)

    def _unit(self, unit: Unit) -> int:
        raw = unit.raw
        name, string = digest(raw), is_string(raw)
        held = self._book.value(name)
        if held and held.is_whole:
            return held.id
        value = held.id if held else self._book.keep(name, len(raw), string=string, filled=0)
        start = held.filled if held else 0
        chunks = (
            string_chunks(lambda begin, stop: raw[begin:stop], len(raw), start)
            if string
            else container_chunks(raw, start)
        )
        self._cut(value, chunks, len(raw))
        return value

    def _blob(self, name: str) -> int:
        book, key = self._book, bytes.fromhex(name)
        held = book.value(key)
        if held and held.is_whole:
            return held.id
        with open_blob(self._segment.path.parent, name) as blob:
            if blob is None:
                return book.keep(key, 0, string=False, filled=MISSING, blob=name)
            start = max(0, held.filled) if held else 0
            value = book.keep(key, blob.size, string=blob.is_string, filled=start, blob=name, stamp=blob.stamp)
            whole = b"" if blob.is_string else blob.read(0, blob.size)
            chunks = string_chunks(blob.read, blob.size, start) if blob.is_string else container_chunks(whole, start)
            self._cut(value, chunks, blob.size)
            return value

    def _cut(self, value: int, chunks: Iterator[Chunk], size: int) -> None:
        for chunk in chunks:
            self._book.part(value, chunk)
            if self._book.is_full:
                self._commit()
        self._book.filled(value, size)

    # -- what lasts --

    def _end_block(self) -> None:
        if self._texts:
            text = "\n".join(self._texts)
            self._book.block(self._id, self._begin, self._offset, text, streams=self._streams)
        self._texts, self._length, self._streams = [], 0, False
        self._begin = self._offset

    def _reached(self) -> None:
        """Note how far the whole lines before the present one go."""
        self._end_block()
        self._book.reached(self._id, self._offset, self._stamp, mark(self._lines.handle, self._offset))

    def _commit(self) -> None:
        self._reached()
        self._book.commit()
