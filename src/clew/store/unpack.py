"""Unpacking: the sessions of a pack into a folder, trusting nothing.

Only names of journals and blobs are taken; links, other special files, doubled and encrypted members are refused. Each
member is read up to the size the manifest gives and no further. Everything is checked in a hidden folder before
anything becomes visible; no file is ever replaced, and what is there already must be equal.
"""

from __future__ import annotations

import os
import re
import stat
import tempfile
import zipfile
import zlib
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from clew.errors import ForeignFormat, NewerFormat, PackDamaged, SessionExists
from clew.model.session_id import is_session_id
from clew.store.journal import prepare_folder
from clew.store.names import BLOBS, blob_name, parse_journal_name
from clew.store.pack import CHUNK, MANIFEST, PACK_FORMAT, Manifest, Member, private

if TYPE_CHECKING:
    from clew.store.folder import Folder

MOST_BYTES = 16 << 30
"""Bytes a pack may unpack to."""

MOST_MEMBERS = 100_000
"""Files a pack may hold."""

_MANIFEST_BYTES = 32 << 20
_BLOB = re.compile(rf"{BLOBS}/[0-9a-f]{{64}}\.json")
_ENCRYPTED = 0x1


class _Version(msgspec.Struct):
    """What every release's manifest has."""

    format: int


def unpack(folder: Folder, source: Path) -> Manifest:
    """Take the sessions of a pack into a folder; if that cannot be done whole, nothing is added.

    Raises ``ForeignFormat`` for a file that is no pack, ``NewerFormat``, ``PackDamaged``, ``SessionExists`` or
    ``OSError``.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            manifest = _manifest(archive, source)
            prepare_folder(folder.path)
            with tempfile.TemporaryDirectory(prefix=".unpack-", dir=folder.path) as room:
                checked = [
                    (_extract(archive, member, Path(room) / str(n)), member)
                    for n, member in enumerate(manifest.members)
                ]
                _place(folder.path, checked)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as problem:
        raise ForeignFormat(f"{source} is no pack of clew, or is damaged ({problem}).") from problem
    return manifest


def _manifest(archive: zipfile.ZipFile, source: Path) -> Manifest:
    """The manifest, held against the archive's own list."""
    infos = archive.infolist()
    names = [info.filename for info in infos]
    if MANIFEST not in names or len(names) > MOST_MEMBERS:
        raise ForeignFormat(f"{source} is no pack of clew: it has no manifest.")
    with archive.open(MANIFEST) as file:
        manifest = _decoded(file.read(_MANIFEST_BYTES), source)
    wanted = [member.name for member in manifest.members]
    if sorted(names) != sorted([MANIFEST, *wanted]) or len(set(wanted)) != len(wanted):
        raise PackDamaged(f"{source} does not hold exactly the files its manifest names; nothing was unpacked.")
    if not is_session_id(manifest.session_id) or sum(member.size for member in manifest.members) > MOST_BYTES:
        raise PackDamaged(f"{source} claims to hold more than a pack may; nothing was unpacked.")
    for info in infos:
        _check(info)
    return manifest


def _decoded(data: bytes, source: Path) -> Manifest:
    try:
        if msgspec.json.decode(data, type=_Version).format > PACK_FORMAT:
            raise NewerFormat(f"{source} was packed by a newer release; upgrade with: pip install --upgrade clew")
        return msgspec.json.decode(data, type=Manifest)
    except msgspec.DecodeError as problem:
        raise ForeignFormat(f"{source} is no pack of clew: its manifest cannot be read.") from problem


def _check(info: zipfile.ZipInfo) -> None:
    """Refuse what no pack holds."""
    name = info.filename
    known = name == MANIFEST or parse_journal_name(name) is not None or _BLOB.fullmatch(name) is not None
    kind = stat.S_IFMT(info.external_attr >> 16)
    if not known or kind not in {0, stat.S_IFREG} or info.flag_bits & _ENCRYPTED:
        raise PackDamaged(f"The pack holds {name!r}, which is not a file of a session; nothing was unpacked.")


def _extract(archive: zipfile.ZipFile, member: Member, target: Path) -> Path:
    """Unpack one member, at most to the size it should have, and check it."""
    digest = sha256()
    left = member.size
    with archive.open(member.name) as packed, open(target, "xb", opener=private) as file:
        while left >= 0 and (chunk := packed.read(min(CHUNK, left + 1))):
            left -= len(chunk)
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    blob = member.name.startswith(f"{BLOBS}/")
    if (
        left != 0
        or digest.hexdigest() != member.sha256
        or (blob and member.name != f"{BLOBS}/{blob_name(member.sha256)}")
    ):
        raise PackDamaged(f"{member.name} in the pack is damaged; nothing was unpacked.")
    return target


def _place(folder: Path, checked: list[tuple[Path, Member]]) -> None:
    """Make checked files visible, blobs first: no reference is ever without its blob."""
    ordered = sorted(checked, key=lambda pair: not pair[1].name.startswith(f"{BLOBS}/"))
    missing = [(path, folder / member.name) for path, member in ordered if _is_missing(path, folder / member.name)]
    blobs = folder / BLOBS
    if any(target.parent == blobs for _, target in missing):
        blobs.mkdir(mode=0o700, exist_ok=True)
    placed: list[Path] = []
    try:
        for path, target in missing:
            os.link(path, target)
            placed.append(target)
    except OSError:
        for target in placed:
            target.unlink(missing_ok=True)
        raise


def _is_missing(path: Path, target: Path) -> bool:
    """Whether a file is not there yet. Raises ``SessionExists`` if another one is."""
    if not os.path.lexists(target):
        return True
    if target.is_symlink() or not _same(path, target):
        raise SessionExists(f"{target} is there already and differs from the pack's; nothing was unpacked.")
    return False


def _same(path: Path, target: Path) -> bool:
    with path.open("rb") as ours, target.open("rb") as theirs:
        while chunk := ours.read(CHUNK):
            if chunk != theirs.read(CHUNK):
                return False
        return not theirs.read(1)
