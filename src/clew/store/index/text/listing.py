"""What a folder of sessions holds at a moment: its segments, with what tells a file from another of the same name."""

from __future__ import annotations

import os
import stat
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from clew.store.names import parse_journal_name

if TYPE_CHECKING:
    from pathlib import Path

_HEAD = 256
_TAIL = 64
"""Bytes of the beginning of a file, and of what was read of it, that must not have changed."""


class Stamp(NamedTuple):
    """What a file system tells of a file; while it is the same, so is the file."""

    inode: int
    """Number of the file."""
    size: int
    """Its bytes."""
    changed: int
    """When they were changed last, in nanoseconds: only ever compared for being equal."""


class SegmentFile(NamedTuple):
    """One segment."""

    session_id: str
    """Its session."""
    number: int
    """Its number."""
    path: Path
    """Where it lies."""
    stamp: Stamp
    """What it was when the folder was listed."""


Listing = dict[str, list[SegmentFile]]
"""The segments of every session, in order."""


def list_segments(folder: Path) -> Listing:
    """The segments of a folder; none if it cannot be read."""
    listing: Listing = {}
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return {}
    for entry in entries:
        parsed = parse_journal_name(entry.name)
        if parsed is None:
            continue
        try:
            status = entry.stat(follow_symlinks=False)
        except OSError:
            continue
        if stat.S_ISREG(status.st_mode):
            segment = SegmentFile(*parsed, folder / entry.name, stamp(status))
            listing.setdefault(parsed[0], []).append(segment)
    for segments in listing.values():
        segments.sort(key=lambda segment: segment.number)
    return listing


def stamp(status: os.stat_result) -> Stamp:
    """What tells a file from another."""
    return Stamp(status.st_ino, status.st_size, status.st_mtime_ns)


def open_file(path: Path) -> int:
    """Open a file for reading, unless it is a link. Raises ``OSError``."""
    return os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)


def mark(handle: int, offset: int) -> bytes:
    """What an open file has at its beginning and right before a place: the same in a file that only grew."""
    head = os.pread(handle, min(_HEAD, offset), 0)
    tail = os.pread(handle, min(_TAIL, offset), max(0, offset - _TAIL))
    return blake2b(head + b"\n" + tail, digest_size=16).digest()
