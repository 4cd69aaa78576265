"""A journal being written: one segment, one writer, one line and one ``write(2)`` per act.

When :meth:`Journal.write` returns, the kernel has the whole line: no death of the process loses it. A short write is
cut back, or fenced by a newline where that is impossible. When the disk is full the journal suspends itself, counts
what is lost, and writes the count as soon as there is room again. A forked child never writes to its parent's file: at
its first act it begins a segment of its own; so does a writer whose file was removed. Nothing here raises after
creation.
"""

from __future__ import annotations

import errno
import os
import threading
import time
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Literal
from weakref import WeakSet

import msgspec

from clew.errors import ClewError
from clew.model.event import Dropped, Header
from clew.store.blobs import write_blob
from clew.store.names import journal_name
from clew.store.opening import open_segment, prepare_folder, sync_folder
from clew.store.process import this_writer
from clew.store.syncer import syncer
from clew.wire.encoder import FORMAT, LineEncoder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from clew.model.act import Act

__all__ = ["Journal", "Sync", "prepare_folder"]

Sync = Literal["background", "always", "never"]
"""When bytes are brought to the disk: within a second, before a write returns, or whenever the system likes."""

TICK = 0.001
"""Milliseconds between two acts of one writer, at least: no two share a time."""

TRIES = 3
"""How often a payload is read anew that another thread changed meanwhile."""


class Journal:
    """The segment of one session that this process writes."""

    def __init__(self, folder: Path, header: Header, handle: int, sync: Sync, clock: Callable[[], float]) -> None:
        """Use :meth:`create`."""
        self._folder = folder
        self._header = header
        self._sync = sync
        self._clock = clock
        self.lock = threading.RLock()
        """Held for every act; hold it to write several without another thread's between them."""
        self._last_at = 0.0
        self._lost = Dropped(acts=0, bytes=0, reason="")
        self._waiting: deque[Act] = deque()
        self._busy = False
        self._handle = handle
        self._dirty = False
        self._moved = False
        self._headed = False
        self._guard = b""
        self._unstored: tuple[int, str] | None = None
        self._begin(handle)
        _live.add(self)
        if sync == "background":
            syncer.watch(self)

    @classmethod
    def create(
        cls, folder: Path, header: Header, *, sync: Sync = "background", clock: Callable[[], float] | None = None
    ) -> Journal:
        """Begin a segment: the header's, or the next free one if the header's segment is above 1.

        ``clock`` gives milliseconds since the epoch.

        Raises ``UnreadableFolder`` if the folder is not safe to write to, ``FileExistsError`` if segment 1 exists, and
        ``OSError`` if there can be no file.
        """
        prepare_folder(folder)
        header.format, header.writer = (
            FORMAT,
            this_writer() if header.writer.pid == 0 and header.writer.imported_from is None else header.writer,
        )
        handle = open_segment(folder, header)
        journal = cls(folder, header, handle, sync, clock or _wall_clock)
        journal.sync(always=True)
        sync_folder(folder)
        return journal

    @property
    def segment(self) -> int:
        """Number of the segment that the next act will be written to."""
        if self._moved or self._handle == _FORKED:
            with self.lock:
                if not self._busy:
                    self._settle()
        return self._header.segment

    @property
    def path(self) -> Path:
        """The segment's file."""
        return self._folder / journal_name(self._header.session_id, self._header.segment)

    def write(self, act: Act) -> None:
        """Append an act.

        Its payload fields hold any Python objects; ``seq`` is given here, and ``at`` unless the act brings its own
        time. An act that comes from inside another one (a signal handler, an object that records while it is read) is
        written right after it.
        """
        with self.lock:
            self._waiting.append(act)
            if self._busy:
                return
            self._busy = True
            try:
                while self._waiting:
                    self._append(self._waiting.popleft())
            finally:
                self._busy = False

    def sync(self, *, always: bool = False) -> None:
        """Bring what was written to the disk, if anything was."""
        handle = self._handle
        if handle < 0 or not (self._dirty or always):
            return
        self._dirty = False
        try:
            os.fdatasync(handle)
            sound = os.fstat(handle).st_nlink > 0
        except OSError:
            sound = False
        if not sound:
            with self.lock:
                self._moved = self._handle == handle

    def close(self) -> None:
        """Sync and let go of the file. What is written later is gone."""
        with self.lock:
            if self._handle >= 0 and self._sync != "never":
                self.sync()
            if self._lost.acts or self._moved:
                self._ready()
            handle, self._handle, self._moved = self._handle, _CLOSED, False
            _close(handle)
            _live.discard(self)

    # -- one line --

    def _append(self, act: Act) -> None:
        if self._handle == _CLOSED:
            return
        easy = self._headed and not self._moved and not self._lost.acts and self._handle >= 0
        problem = None if easy else self._ready()
        if act.at < 0:
            act.at = self._now()
        try:
            line = self._encode(act)
        except Exception as unexpected:  # noqa: BLE001 - whatever it is, the application must not notice
            self._lose(0, type(unexpected).__name__)
            return
        problem = problem or self._put(line)
        if problem is not None:
            self._lose(len(line), problem)
        elif self._unstored is not None:
            self._lose(*self._unstored)
        self._unstored = None

    def _now(self) -> float:
        self._last_at = round(max(self._clock(), self._last_at + TICK), 3)
        return self._last_at

    def _encode(self, act: Act) -> bytes:
        """The line of an act; a payload that cannot be read, however often one tries, is left out of it."""
        reason = ""
        for _ in range(TRIES):
            try:
                return self._encoder.encode(act)
            except Exception as problem:  # noqa: BLE001 - the objects are the application's
                reason = type(problem).__name__
                self._encoder.forget()
            except BaseException:
                self._encoder.forget()
                raise
        for name in act.PAYLOADS:
            if getattr(act, name) is not None and type(getattr(act, name)) is not msgspec.Raw:
                setattr(act, name, msgspec.Raw(msgspec.json.encode({"$": "left_out", "reason": reason})))
        return self._encoder.encode(act)

    def _put(self, line: bytes) -> str | None:
        """Write a line whole, or not at all: what was in the way, if anything."""
        guard = self._guard
        data = guard + line if guard else line
        written = 0
        try:
            written = os.write(self._handle, data)
            while written < len(data):
                self._guard = b"\n"  # should the next write be interrupted
                written += os.write(self._handle, data[written:])
        except OSError as problem:
            self._guard = guard if self._cut_back(written) else b"\n"
            return _name(problem)
        self._guard = b""
        self._dirty = True
        if self._sync == "always":
            self.sync()
        return None

    def _cut_back(self, written: int) -> bool:
        """Take back the beginning of a line; where that is impossible the next line is fenced off by a newline."""
        try:
            if written:
                os.ftruncate(self._handle, os.fstat(self._handle).st_size - written)
        except OSError:
            return False
        return True

    # -- what is lost --

    def _lose(self, size: int, reason: str) -> None:
        self._lost.acts += 1
        self._lost.bytes += size
        self._lost.reason = reason
        self._encoder.forget()

    def _ready(self) -> str | None:
        """Have a file with a header, in which every loss is told: what is in the way, if anything."""
        problem = self._settle()
        if problem is None and not self._headed:
            self._encoder = LineEncoder(self._store_blob)
            problem = self._head()
        if problem is None and self._lost.acts:
            problem = self._tell()
        return problem

    def _tell(self) -> str | None:
        """Write down what was lost, if there is room again."""
        note = msgspec.structs.replace(self._lost, at=self._now())
        seq = self._encoder.seq
        problem = self._put(self._encoder.encode(note))
        if problem is None:
            self._lost = Dropped(acts=0, bytes=0, reason="")
        else:
            self._encoder.seq = seq
        return problem

    def _store_blob(self, data: bytes) -> str:
        try:
            return write_blob(self._folder, data)
        except (OSError, ImportError) as problem:  # without handles even a module cannot be loaded
            self._unstored = (len(data), _name(problem))
            return ""

    # -- segments --

    def _begin(self, handle: int) -> None:
        self._handle = handle
        self._encoder = LineEncoder(self._store_blob)
        self._dirty = self._moved = self._headed = False
        self._guard = b""
        self._unstored = None
        self._head()

    def _head(self) -> str | None:
        if self._header.at < 0:
            self._header.at = self._now()
        problem = self._put(self._encoder.encode(self._header))
        self._headed = problem is None
        return problem

    def _settle(self) -> str | None:
        """Begin another segment if this process was forked off or its file is gone: what is in the way, if anything."""
        if not self._moved and self._handle != _FORKED:
            return None
        old = self._header
        header = Header(
            format=FORMAT,
            session_id=old.session_id,
            segment=old.segment + 1,
            parent=old.parent,
            writer=this_writer(),
        )
        try:
            prepare_folder(self._folder)
            handle = open_segment(self._folder, header)
        except OSError as problem:
            return _name(problem)
        except ClewError as problem:
            return str(problem)
        self._abandon()
        self._header = header
        self._begin(handle)
        _live.add(self)
        if self._sync == "background":
            syncer.watch(self)
        return None

    def _abandon(self) -> None:
        """Let go of the file that was written until now; if it was removed, what was in it is lost."""
        with suppress(OSError):
            status = os.fstat(self._handle)
            if status.st_nlink == 0:
                self._lost.acts += self._encoder.seq
                self._lost.bytes += status.st_size
                self._lost.reason = "the file was removed"
        _close(self._handle)

    def after_fork(self) -> None:
        """In a forked child: let go of the parent's file without unlocking it there."""
        self.lock = threading.RLock()
        self._lost = Dropped(acts=0, bytes=0, reason="")
        self._waiting.clear()
        self._busy = self._moved = False
        if self._handle >= 0:
            handle, self._handle = self._handle, _FORKED
            _close(handle)


_CLOSED, _FORKED = -1, -2
_live: WeakSet[Journal] = WeakSet()


def _after_fork() -> None:
    for journal in list(_live):
        journal.after_fork()


os.register_at_fork(after_in_child=_after_fork)


def _name(problem: OSError | ImportError) -> str:
    return errno.errorcode.get(getattr(problem, "errno", None) or 0, type(problem).__name__)


def _close(handle: int) -> None:
    if handle >= 0:
        with suppress(OSError):
            os.close(handle)


def _wall_clock() -> float:
    return time.time_ns() / 1e6
