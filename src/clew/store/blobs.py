"""Blobs: large values beside the journals, each in a file named by the SHA-256 of its bytes.

A blob is written, synced and named before the line that refers to it, so a reference without a blob only ever means
that somebody deleted it.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from clew.store.names import BLOBS, blob_name

if TYPE_CHECKING:
    from pathlib import Path

_DIGEST = r"[0-9a-f]{64}"


def write_blob(folder: Path, data: bytes) -> str:
    """Store bytes in the blobs of a folder of sessions, once, and return their digest. Raises ``OSError``."""
    import hashlib  # noqa: PLC0415 - 10 ms that a session without large values need not pay

    digest = hashlib.sha256(data).hexdigest()
    blobs = folder / BLOBS
    path = blobs / blob_name(digest)
    if path.exists():
        os.utime(path)  # it is wanted again: whoever tidies up must not take it for an old one
        return digest
    blobs.mkdir(mode=0o700, exist_ok=True)
    draft = blobs / f".{digest}.{os.getpid()}.{os.urandom(4).hex()}"
    handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        write_all(handle, data)
        os.fdatasync(handle)
        draft.rename(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    finally:
        os.close(handle)
    return digest


def read_blob(folder: Path, digest: str) -> bytes | None:
    """The bytes of a blob; ``None`` if it is gone or is not what its name says."""
    import hashlib  # noqa: PLC0415 - loaded by those who need it only

    if re.fullmatch(_DIGEST, digest) is None:
        return None
    try:
        handle = os.open(folder / BLOBS / blob_name(digest), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    with os.fdopen(handle, "rb") as file:
        data = file.read()
    return data if hashlib.sha256(data).hexdigest() == digest else None


class Blobs:
    """The blobs of a folder of sessions, for a reader of its journals."""

    def __init__(self, folder: Path) -> None:
        """Nothing is opened yet."""
        self._folder = folder

    def __call__(self, digest: str) -> bytes | None:
        """The bytes of a blob; ``None`` if it is gone or is not what its name says."""
        return read_blob(self._folder, digest)

    def open(self, digest: str) -> BlobFile | None:
        """A blob to be read in places; ``None`` likewise."""
        path = self._folder / BLOBS / blob_name(digest)
        if re.fullmatch(_DIGEST, digest) is None:
            return None
        try:
            found = path.stat(follow_symlinks=False)
            blob = BlobFile(path, found.st_size)
            return blob if _is_whole(blob, digest, found.st_ino, found.st_mtime_ns) else None
        except OSError:
            return None


class BlobFile:
    """A blob that is what its name says."""

    def __init__(self, path: Path, size: int) -> None:
        """It is opened whenever it is read, so that a screen may keep as many as it likes."""
        self._path = path
        self.size = size
        """Its bytes."""

    def read(self, start: int, stop: int) -> bytes:
        """The bytes from a place to another, as far as there are any. Raises ``OSError``."""
        handle = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            return os.pread(handle, max(0, stop - start), max(0, start))
        finally:
            os.close(handle)


_STEP = 1 << 20
_checked: dict[str, tuple[str, int, int, int]] = {}
"""Blobs that were found to be whole, by path: name, size, number of the file and time of its last change."""


def _is_whole(blob: BlobFile, digest: str, inode: int, modified: int) -> bool:
    """Whether a blob is what its name says; looked at once while its file stays the same."""
    import hashlib  # noqa: PLC0415 - loaded by those who need it only

    known, stamp = str(blob._path), (digest, blob.size, inode, modified)  # noqa: SLF001 - of this file
    if _checked.get(known) == stamp:
        return True
    state = hashlib.sha256()
    for start in range(0, blob.size, _STEP):
        state.update(blob.read(start, start + _STEP))
    if state.hexdigest() != digest:
        return False
    _checked[known] = stamp
    return True


def write_all(handle: int, data: bytes) -> None:
    """Write all of some bytes, however many the system takes at a time. Raises ``OSError``."""
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]
