"""A deposit: a foreign session written into a folder of sessions.

The journal is made in memory, which makes it comparable: the same input gives the same bytes, and then nothing is
touched. A grown source replaces the file by a rename, so a reader sees the old session or the new one. A session that
was recorded here, or is being written, is never replaced.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

import msgspec

from clew.importers.foreign import Foreign
from clew.model.event import Header, Writer
from clew.store.blobs import write_all, write_blob
from clew.store.journal import prepare_folder
from clew.store.memory import MemoryJournal
from clew.store.names import journal_name
from clew.store.segment import is_live
from clew.wire.encoder import FORMAT

Outcome = Literal["new", "unchanged", "updated", "kept"]
"""What became of a session; ``kept`` means that one recorded here, or still being written, has its id and stayed as it
was.
"""


def store_foreign(folder: Path, foreign: Foreign) -> Outcome:
    """Write a foreign session into a folder of sessions. Raises ``UnreadableFolder`` or ``OSError``."""
    prepare_folder(folder)
    path = folder / journal_name(foreign.session_id)
    journal = _journal_of(foreign)
    old = _contents(path)
    if old == bytes(journal.data):
        return "unchanged"
    if old is not None and (is_live(path) or not _is_import(old)):
        return "kept"
    for data in journal.blobs.values():
        write_blob(folder, data)
    _replace(path, bytes(journal.data))
    return "new" if old is None else "updated"


def _journal_of(foreign: Foreign) -> MemoryJournal:
    journal: MemoryJournal | None = None
    for act in foreign.acts:
        journal = journal or MemoryJournal(_header(foreign, act.at))
        journal.write(act)
    return journal or MemoryJournal(_header(foreign, 0.0))


def _header(foreign: Foreign, at: float) -> Header:
    """A header that tells nothing of the process that imports: it must be the same each time."""
    return Header(
        at=at,
        format=FORMAT,
        session_id=foreign.session_id,
        parent=foreign.parent,
        writer=Writer(imported_from=foreign.format),
    )


def _contents(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _is_import(data: bytes) -> bool:
    try:
        header = msgspec.json.decode(data.partition(b"\n")[0], type=Header)
    except msgspec.DecodeError:
        return False
    return header.writer.imported_from is not None


def _replace(path: Path, data: bytes) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        write_all(handle, data)
        os.fdatasync(handle)
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    finally:
        os.close(handle)
