"""A segment being read: tolerant, read-only, one pass.

Bytes are split at newlines only. A damaged line is skipped and noted; a record that was fused with a torn one is
salvaged by its checksum; an unterminated tail is *pending* while the writer lives (it holds a ``flock``) and *torn*
when it does not. Sequence numbers tell what is missing, doubled or out of place.
"""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import msgspec

from clew.errors import NewerFormat, NotASession
from clew.model.event import Header
from clew.model.session import Note
from clew.store.blobs import Blobs
from clew.store.process import is_alive
from clew.store.salvage import whole_records
from clew.wire.decoder import Envelope, LineDecoder
from clew.wire.encoder import FORMAT
from clew.wire.line import RECORD_START, checksum, is_sealed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from clew.model.act import Act
    from clew.wire.table import Shelf, ValueTable

LONGEST = 1 << 30
"""Bytes of a line above which it is skipped: no writer makes one."""

_CONVERTED = "lines end in CR LF: the file was converted on its way"

State = Literal["clean", "pending", "torn"]
"""How a segment ends."""


@dataclass
class Segment:
    """What one file holds."""

    number: int
    header: Header | None = None
    """``None`` if the first line is lost."""
    acts: list[Act] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    """Where the line of each act begins."""
    notes: list[Note] = field(default_factory=list)
    state: State = "clean"
    alive: bool = False
    """Whether its writer lives."""
    offset: int = 0
    """Bytes read so far, up to the last whole line."""
    newest: int = -1
    """Highest sequence number seen."""

    @property
    def damaged(self) -> bool:
        """Whether anything but the tail is wrong."""
        return any(note.kind in DAMAGE for note in self.notes)


DAMAGE = frozenset({"damaged", "gap", "double", "disorder", "headless"})
"""Kinds of notes that say a record was lost or changed."""


class Checkpoint(msgspec.Struct, frozen=True):
    """How far an undamaged segment was read: enough to go on from there without reading it again."""

    header: Header
    offset: int
    """Bytes read, up to the last whole line."""
    newest: int
    """Sequence number of the last record."""
    checksum: str
    """Its checksum."""


class SegmentReader:
    """Reads a segment, and goes on reading as it grows."""

    def __init__(
        self, path: Path, number: int = 1, *, since: Checkpoint | None = None, shelf: Shelf | None = None
    ) -> None:
        """Nothing is read yet; ``since`` skips what was read before, whose values are then on a shelf."""
        self._path = path
        self._decoder = LineDecoder(Blobs(path.parent), shelf)
        self._missing: set[int] = set()
        self._last = (-1, "")
        self.segment = Segment(number)
        if since is not None:
            self._last = (since.newest, since.checksum)
            self.segment.header, self.segment.offset, self.segment.newest = since.header, since.offset, since.newest

    def read(self, most: int | None = None) -> list[Act]:
        """The acts that came since the last call; ``most`` stops after so many bytes, at the end of a line.

        Raises ``NotASession``, ``NewerFormat`` or ``OSError``.
        """
        segment = self.segment
        before = len(segment.acts)
        end = LONGEST << 30 if most is None else segment.offset + most
        with open(self._path, "rb", opener=_opened) as file:
            handle = file.fileno()
            alive = _is_locked(handle)
            file.seek(segment.offset)
            for line in file if os.fstat(handle).st_size < LONGEST else _lines(file):
                if not line.endswith(b"\n") and not is_sealed(line):
                    self._tail(line, alive=alive)
                    break
                self._line(line.removesuffix(b"\n"), segment.offset)
                segment.offset += len(line)
                if segment.offset >= end:
                    break
            else:
                segment.state = "clean"
        segment.alive = alive or self._is_known_alive()
        if segment.header is None and not segment.acts:
            self._refuse()
        return segment.acts[before:]

    @property
    def checkpoint(self) -> Checkpoint | None:
        """Where to go on another time; ``None`` for a segment that has to be read as a whole: it is damaged."""
        segment = self.segment
        if segment.header is None or segment.damaged:
            return None
        return Checkpoint(segment.header, segment.offset, *self._last)

    @property
    def values(self) -> ValueTable:
        """The values of the segment, as far as they were read or can be found."""
        return self._decoder.values

    @property
    def blobs(self) -> set[str]:
        """The blobs the segment refers to, by SHA-256."""
        return self._decoder.values.blob_names()

    def _line(self, line: bytes, offset: int) -> None:
        if not line or line.isspace():
            return
        if is_sealed(line):
            self._record(line, offset)
        elif line.endswith(b"\r") and is_sealed(line[:-1]):
            self._converted(offset)
            self._record(line[:-1], offset)
        else:
            self._damaged(line, offset)

    def _converted(self, offset: int) -> None:
        """Say once that something changed the line ends."""
        if not any(note.message == _CONVERTED for note in self.segment.notes):
            self._note("damaged", _CONVERTED, offset, 1)

    def _damaged(self, line: bytes, offset: int) -> None:
        """Save what is whole in a damaged line."""
        records = whole_records(line)
        rest = len(line) - sum(end - start for start, end in records)
        self._note("damaged", "a damaged line" if rest else "records without a line break between", offset, rest)
        for start, end in records:
            self._record(line[start:end], offset + start)

    def _record(self, line: bytes, offset: int) -> None:
        try:
            act = self._decoder.decode(line)
        except (msgspec.DecodeError, RecursionError):
            self._note("damaged", "a line that is whole but no act", offset, len(line))
            return
        if not self._in_place(act.seq, offset, len(line)):
            return  # before its values count: they may have been replaced
        self._decoder.accept(act)
        self._compare(act, offset)
        self._last = (act.seq, checksum(line))
        if isinstance(act, Envelope):
            self._note("unknown", "an act of a kind this release does not know", offset, len(line))
        elif isinstance(act, Header):
            self._head(act, offset, len(line))
        else:
            self._keep(act, offset)

    def _keep(self, act: Act, offset: int) -> None:
        self.segment.acts.append(act)
        self.segment.offsets.append(offset)

    def _compare(self, act: Act | Envelope, offset: int) -> None:
        """See that the record before is the one whose values this one labels."""
        if act.was is None:
            return
        before, crc = self._last
        if before == act.seq - 1 and crc != act.was.crc:
            self._note("damaged", f"record {before} is not the one that was written there", offset, None)

    def _head(self, header: Header, offset: int, size: int) -> None:
        if header.format > FORMAT:
            message = (
                f"{self._path.name} has format {header.format}, this release reads up to {FORMAT}; "
                "upgrade with: pip install --upgrade clew"
            )
            raise NewerFormat(message)
        if self.segment.header is not None:
            self._note("disorder", "a second header", offset, size)
            return
        self.segment.header = header
        self._keep(header, offset)

    def _in_place(self, seq: int, offset: int, size: int) -> bool:
        """Whether a record counts; what its number tells is noted."""
        expected = self.segment.newest + 1
        if seq == expected:
            self.segment.newest = seq
            return True
        if seq in self._missing:
            self._missing.discard(seq)
            self._note("disorder", f"record {seq} stands behind record {self.segment.newest}", offset, size)
            return True
        if seq < expected:
            self._note("double", f"record {seq} stands here again", offset, size)
            return False
        self._note("gap", f"records {expected} to {seq - 1} are missing", offset, None)
        self._missing.update(range(expected, min(seq, expected + 100_000)))
        self.segment.newest = seq
        return True

    def _tail(self, line: bytes, *, alive: bool) -> None:
        self.segment.state = "pending" if alive else "torn"
        if not alive and not any(note.kind == "torn" for note in self.segment.notes):
            self._note(
                "torn", "the last record was being written when the process died", self.segment.offset, len(line)
            )

    def _note(self, kind: str, message: str, offset: int, size: int | None) -> None:
        self.segment.notes.append(
            Note(kind=kind, message=message, segment=self.segment.number, offset=offset, size=size)
        )

    def _is_known_alive(self) -> bool:
        header = self.segment.header
        return header is not None and not _FLOCK_WORKS and is_alive(header.writer)

    def _refuse(self) -> None:
        """Say that this is no journal, unless it may be the beginning of one."""
        with self._path.open("rb") as file:
            head = file.read(len(RECORD_START))
        if not RECORD_START.startswith(head):
            message = f"{self._path.name} is no journal of clew, or nothing in it can be read."
            raise NotASession(message)


def _opened(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW)


def read_segment(path: Path, number: int = 1) -> Segment:
    """Read a whole segment. Raises ``NotASession``, ``NewerFormat`` or ``OSError``."""
    reader = SegmentReader(path, number)
    reader.read()
    return reader.segment


def is_live(path: Path) -> bool:
    """Whether the writer of a journal lives."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return _is_locked(handle)
    finally:
        os.close(handle)


_FLOCK_WORKS = hasattr(fcntl, "flock")


def _is_locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    fcntl.flock(handle, fcntl.LOCK_UN)
    return False


def _lines(file: object) -> Iterator[bytes]:
    """Lines with their newlines; what is longer than any line can be comes in pieces, each of them damaged."""
    read = file.readline  # type: ignore[attr-defined]  # an open binary file
    while line := read(LONGEST):
        yield line
