"""A pack: one session with its segments, child sessions and blobs in one file that checks itself.

A pack is a zip archive. Its member ``manifest.json`` names every other member with its size and SHA-256; the others are
the files as they stand in a folder of sessions, blobs first. A live session is packed up to its last whole line.
:mod:`clew.store.unpack` is the way back.
"""

from __future__ import annotations

import os
import zipfile
from hashlib import sha256
from typing import IO, TYPE_CHECKING

import msgspec

from clew.store.family import family
from clew.store.names import BLOBS, blob_name
from clew.store.segment import is_live

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from clew.store.folder import Folder

PACK_FORMAT = 1
"""The format this release writes."""

MANIFEST = "manifest.json"
"""The member that describes the others."""

CHUNK = 1 << 20
"""Bytes handled at a time."""


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a pack."""

    name: str
    """As it stands in a folder of sessions."""
    size: int
    """Bytes."""
    sha256: str
    """Of its bytes."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What is in a pack."""

    format: int
    """Version of the pack's format."""
    session_id: str
    """The session that was packed; the others are its children."""
    members: list[Member]
    """Every file but this one."""


def pack(folder: Folder, session_id: str, target: Path) -> Manifest:
    """Write a session and everything that belongs to it into a new file, whole or not at all.

    Raises ``FileExistsError`` if the file is there already, and ``OSError``.
    """
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with open(draft, "xb", opener=private) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            members = [_add(archive, path, name) for path, name in _files(folder, session_id)]
            manifest = Manifest(format=PACK_FORMAT, session_id=session_id, members=members)
            archive.writestr(MANIFEST, msgspec.json.encode(manifest))
        os.link(draft, target)  # unlike a rename, a link never replaces a file
    finally:
        draft.unlink(missing_ok=True)
    return manifest


def private(path: str, flags: int) -> int:
    """Open a new file that only its owner can read: an opener for ``open``."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


def _files(folder: Folder, session_id: str) -> Iterator[tuple[Path, str]]:
    """Every file of a family with its name in the pack."""
    members = family(folder, session_id)
    for digest in sorted({digest for member in members for digest in folder.blob_names(member)}):
        path = folder.path / BLOBS / blob_name(digest)
        if path.exists():
            yield path, f"{BLOBS}/{blob_name(digest)}"
    for member in members:
        for path in folder.segments(member):
            yield path, path.name


def _add(archive: zipfile.ZipFile, path: Path, name: str) -> Member:
    """Copy a file as it is now into the archive."""
    digest = sha256()
    live = name.endswith(".jsonl") and is_live(path)
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    with path.open("rb") as source, archive.open(info, "w", force_zip64=True) as packed:
        size = left = _whole_lines(source) if live else source.seek(0, os.SEEK_END)
        source.seek(0)
        while left and (chunk := source.read(min(CHUNK, left))):
            left -= len(chunk)
            digest.update(chunk)
            packed.write(chunk)
    return Member(name=name, size=size - left, sha256=digest.hexdigest())


def _whole_lines(file: IO[bytes]) -> int:
    """Bytes up to the end of the last whole line."""
    end = file.seek(0, os.SEEK_END)
    while end > 0:
        begin = max(0, end - CHUNK)
        file.seek(begin)
        newline = file.read(end - begin).rfind(b"\n")
        if newline >= 0:
            return begin + newline + 1
        end = begin
    return 0
