"""Opening a folder of sessions and a segment in it, so that nobody else can read, redirect or share them."""

from __future__ import annotations

import fcntl
import os
import stat
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from clew.errors import UnreadableFolder
from clew.store.names import journal_name

if TYPE_CHECKING:
    from pathlib import Path

    from clew.model.event import Header

_FLAGS = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC

_STDERR = 2


def prepare_folder(folder: Path) -> None:
    """Make a folder of sessions, or see that the one there is safe. Raises ``UnreadableFolder`` or ``OSError``."""
    try:
        folder.mkdir(mode=0o700, parents=True)
    except FileExistsError:
        _inspect(folder)
        return
    with suppress(OSError):  # a full disk: the file keeps sessions out of git, and the next folder gets one
        ignore = os.open(folder / ".gitignore", os.O_CREAT | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            os.write(ignore, b"*\n")
        finally:
            os.close(ignore)


def open_segment(folder: Path, header: Header) -> int:
    """Create and lock the header's segment; above 1 the next free number counts. Raises ``OSError``."""
    while True:
        try:
            handle = os.open(folder / journal_name(header.session_id, header.segment), _FLAGS, 0o600)
        except FileExistsError:
            if header.segment == 1:
                raise
            header.segment += 1
            continue
        handle = _off_the_standard_streams(handle)
        os.fchmod(handle, 0o600)
        _lock(handle)
        return handle


def _off_the_standard_streams(handle: int) -> int:
    """Where a program has closed stdout or stderr the next file gets its number, and what it prints would land here."""
    if handle > _STDERR:
        return handle
    try:
        return fcntl.fcntl(handle, fcntl.F_DUPFD_CLOEXEC, _STDERR + 1)
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk, if that is possible."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _inspect(folder: Path) -> None:
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode):
        message = f"{folder} is not a folder (links are not followed); choose another one with --dir or CLEW_DIR."
        raise UnreadableFolder(message)
    if status.st_mode & stat.S_IWOTH and not status.st_mode & stat.S_ISVTX:
        message = f"{folder} can be written by everybody; make it private with chmod 700."
        raise UnreadableFolder(message)
    if status.st_uid not in {os.getuid(), 0}:
        message = f"{folder} belongs to another user; choose another one with --dir or CLEW_DIR."
        raise UnreadableFolder(message)


def _lock(handle: int) -> None:
    """Hold the file for life: that is how readers know the writer lives. One of them may just be asking."""
    for _ in range(100):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.001)
        except OSError:
            return
        else:
            return
