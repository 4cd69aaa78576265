"""The filler: brings the text index up to date, newest session first, in whichever thread or process it is called.

One at a time: the others go on with what is there, for a search reads for itself whatever the index does not hold. What
grew is read on; what is gone, or is another file of the same name, is forgotten. An index in which more is forgotten
than held is made anew.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from clew.store.index.database import INDEX
from clew.store.index.text.book import Book, Progress, Stopped
from clew.store.index.text.database import LOCK, heed, is_useless, open_to_fill, throw_away
from clew.store.index.text.listing import list_segments, mark, open_file
from clew.store.index.text.reading import SegmentReading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from clew.store.index.text.book import Known
    from clew.store.index.text.listing import Listing, SegmentFile

__all__ = ["Progress", "fill"]

_LITTLE = 1000
"""Rows of text that may be garbage whatever their share."""


def fill(
    folder: Path,
    *,
    until: Callable[[], bool] = lambda: False,
    told: Callable[[Progress], None] = lambda _: None,
) -> bool:
    """Bring the text index of a folder up to date; whether it is now.

    ``told`` hears how far it is after every few megabytes, and ``until`` is then asked whether to stop. It is not
    brought up to date if somebody else does so already, or if there can be no index: the folder is read-only, the disk
    is full. Nothing is raised for that.
    """
    try:
        with _alone(folder) as alone:
            return alone and _fill(folder, until, told)
    except (OSError, sqlite3.Error):
        return False


def _fill(folder: Path, until: Callable[[], bool], told: Callable[[Progress], None]) -> bool:
    heed(folder)
    for last in (False, True):
        try:
            with closing(open_to_fill(folder)) as connection:
                if _bring_up_to_date(Book(connection, told, until), folder):
                    return True
        except Stopped:
            return False
        except sqlite3.Error as problem:
            if last or not is_useless(problem):
                raise
        throw_away(folder)
    return False


def _bring_up_to_date(book: Book, folder: Path) -> bool:
    """Read what was not read; whether the index is worth keeping."""
    listing = list_segments(folder)
    known = _still_known(book, listing)
    garbage, made = book.garbage()
    if garbage > _LITTLE and garbage * 2 > made:
        return False
    segments = [segment for session_id in sorted(listing, reverse=True) for segment in listing[session_id]]
    book.size = sum(segment.stamp.size for segment in segments)
    book.read = sum(entry.offset for entry in known.values())
    for segment in segments:
        entry = known.get((segment.session_id, segment.number))
        if entry is None or entry.offset < segment.stamp.size:
            _read(book, segment, entry)
            if book.is_full:
                book.commit()
    book.commit()
    return True


def _read(book: Book, segment: SegmentFile, known: Known | None) -> None:
    """Read a segment; one that is gone meanwhile, or may not be read, is left to the next time."""
    try:
        SegmentReading(book, segment, known).run()
    except OSError:
        return


def _still_known(book: Book, listing: Listing) -> dict[tuple[str, int], Known]:
    """What was read of the segments that are still there; the rest is forgotten."""
    files = {(segment.session_id, segment.number): segment for segments in listing.values() for segment in segments}
    known = book.segments()
    lost = {key for key, entry in known.items() if key not in files or not is_same(files[key], entry)}
    book.forget(known.pop(key).id for key in lost)
    return known


def is_same(segment: SegmentFile, known: Known) -> bool:
    """Whether a file is the one that a part of was read, grown at most."""
    if segment.stamp == known.stamp:
        return True
    if segment.stamp.inode != known.stamp.inode or segment.stamp.size < known.offset:
        return False
    try:
        handle = open_file(segment.path)
    except OSError:
        return False
    try:
        return mark(handle, known.offset) == known.mark
    finally:
        os.close(handle)


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Be the only filler, if nobody else is. Raises ``OSError`` if there can be none."""
    folder.lstat()
    (folder / INDEX).mkdir(mode=0o700, exist_ok=True)
    flags = os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW
    handle = os.open(folder / INDEX / LOCK, flags, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)
