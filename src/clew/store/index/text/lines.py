"""The lines of one segment, read from anywhere: records in a range, one at a place, and the streams that run through.

Nothing is kept but where the pieces of streams lie. A reader never writes and takes no lock.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from clew.store.index.text.leaf import leaves
from clew.store.index.text.listing import open_file
from clew.store.index.text.record import CHUNK_EVENT, records
from clew.store.segment import LONGEST
from clew.wire.line import is_sealed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from clew.store.index.text.record import Record

Pieces = dict[int, int]
"""Where the pieces of one stream lie: offsets of their records, by sequence number."""

_CHUNK = f'"ev":"{CHUNK_EVENT}"'.encode()
_LINE = 1 << 16
_BLOCK = 1 << 20


class SegmentLines:
    """An open segment. Use it in a ``with``."""

    def __init__(self, path: Path) -> None:
        """Raises ``OSError``."""
        self._handle = open_file(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._handle)

    @property
    def handle(self) -> int:
        """The open file."""
        return self._handle

    def read(self, start: int, stop: int) -> bytes:
        """The bytes from a place to another, as far as there are any."""
        return os.pread(self._handle, max(0, stop - start), start)

    def lines(self, start: int = 0, stop: int | None = None, *, whole: bool = False) -> Iterator[tuple[int, bytes]]:
        """The lines that begin in a range, with their offsets and their newlines.

        A last line without a newline counts if it is sealed; with ``whole`` it does not count, for it may still grow.
        """
        offset = at = start
        rest: list[bytes] = []
        while block := self._block(at, stop):
            at += len(block)
            *ended, open_end = block.split(b"\n")
            for piece in ended:
                line = b"".join((*rest, piece, b"\n"))
                rest.clear()
                yield offset, line
                offset += len(line)
                if stop is not None and offset >= stop:
                    return
            rest.append(open_end)
            if at - offset > LONGEST:
                at = offset = self._behind_line(at)
                rest.clear()
        last = b"".join(rest)
        if last and not whole and is_sealed(last):
            yield offset, last

    def holds(self, sign: bytes, start: int = 0) -> bool:
        """Whether some bytes occur in the segment from a place on."""
        end = b""
        while block := self._block(start, None):
            if sign in end + block:
                return True
            end = block[-len(sign) :]
            start += len(block)
        return False

    def record_at(self, offset: int) -> Record | None:
        """The record that begins at a place; ``None`` if there is none, or it is damaged."""
        line = self._line_at(offset)
        return next((record for record in records(line, offset) if record.offset == offset), None)

    def streams(self, start: int = 0, stop: int | None = None) -> dict[str, Pieces]:
        """Where the pieces of the streams of a range lie, by the name of the stream."""
        found: dict[str, Pieces] = {}
        if not self.holds(_CHUNK, start):
            return found
        for offset, line in self.lines(start, stop):
            if _CHUNK in line:
                for record in records(line.removesuffix(b"\n"), offset):
                    for name in record.pieces():
                        found.setdefault(stream_key(record, name), {}).setdefault(record.seq, record.offset)
        return found

    def stream_text(self, key: str, pieces: Pieces) -> str:
        """The text of a stream."""
        return "".join(self._piece(key, offset) for _, offset in sorted(pieces.items()))

    def _piece(self, key: str, offset: int) -> str:
        record = self.record_at(offset)
        raw = None if record is None else record.pieces().get(stream_field(key))
        return "" if raw is None else piece_text(raw)

    def _block(self, at: int, stop: int | None) -> bytes:
        """The next bytes to be split: not many more than are wanted."""
        size = _BLOCK if stop is None or at >= stop else min(_BLOCK, stop - at)
        return os.pread(self._handle, size, at)

    def _behind_line(self, at: int) -> int:
        """Where the line after a place begins: what is longer than any line can be is skipped."""
        while block := self._block(at, None):
            end = block.find(b"\n")
            if end != -1:
                return at + end + 1
            at += len(block)
        return at

    def _line_at(self, offset: int) -> bytes:
        size = _LINE
        while True:
            data = self.read(offset, offset + size)
            end = data.find(b"\n")
            if end != -1:
                return data[:end]
            if len(data) < size or size > LONGEST:
                return data
            size *= 4


def read_line(path: Path, offset: int) -> bytes | None:
    """The record at a place of a segment, as a hit names it; ``None`` if it is gone. Raises ``OSError``."""
    with SegmentLines(path) as lines:
        record = lines.record_at(offset)
        return None if record is None else record.line


def stream_key(record: Record, field: str) -> str:
    """The name of the stream that a piece belongs to, within its segment."""
    node = record.node
    return f"{node[0]}.{node[1]}/{field}" if isinstance(node, tuple) else f"{node}/{field}"


def stream_field(key: str) -> str:
    """The field that the pieces of a stream are in."""
    return key.rpartition("/")[2]


def piece_text(raw: bytes) -> str:
    """The text of one piece of a stream."""
    return "".join(text for _, text in leaves(raw))
