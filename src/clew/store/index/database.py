"""The catalog's file: opened, made, and made again when it is damaged or of another release.

The file lies in ``<sessions>/index/`` and holds nothing that cannot be made again. Where it cannot be used (the folder
is read-only, another process is bringing it up to date) a reader works on a copy in memory.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING

from clew.store.index.schema import SCHEMA, VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

INDEX = "index"
"""The folder of the index, inside the folder of sessions."""

_FILE = "sessions.sqlite"
_LOCK = "lock"
_PATIENCE = 5.0
"""Seconds that a query waits for a writer's commit."""
_POLL = 0.02

UNUSABLE = (sqlite3.DatabaseError, OSError)
"""What opening a catalog raises where there can be none."""


def catalog_path(folder: Path) -> Path:
    """Where the catalog of a folder of sessions lies."""
    return folder / INDEX / _FILE


def open_catalog(folder: Path) -> sqlite3.Connection:
    """Open the catalog of a folder, or make an empty one. Raises one of :data:`UNUSABLE`."""
    place = catalog_path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(folder)
    place.parent.mkdir(mode=0o700, exist_ok=True)
    os.close(os.open(place, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))
    connection = sqlite3.connect(place, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        _tune(connection)
        _prepare(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def catalog_in_memory(folder: Path) -> sqlite3.Connection:
    """A copy of the catalog as it stands, or an empty one if it cannot be read."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    with suppress(sqlite3.Error), closing(_open_to_read(catalog_path(folder))) as shared:
        if _version(shared) == VERSION:
            shared.backup(connection)
    if not _is_sound(connection):
        connection.close()
        connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    _tune(connection)
    _prepare(connection)
    return connection


def remove_catalog(folder: Path) -> None:
    """Throw the catalog away. Raises ``OSError``."""
    place = catalog_path(folder)
    for name in (place.name, f"{place.name}-wal", f"{place.name}-shm"):
        place.with_name(name).unlink(missing_ok=True)


@contextmanager
def indexer(folder: Path, wait: float, sleep: Callable[[float], None] = time.sleep) -> Iterator[bool]:
    """Be the one process that writes the catalog, for as long as this lasts.

    Gives whether it is: another one may be at it for longer than ``wait`` seconds. A lock dies with its process.
    """
    handle = os.open(folder / INDEX / _LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        yield _locked(handle, wait, sleep)
    finally:
        os.close(handle)


def _locked(handle: int, wait: float, sleep: Callable[[float], None]) -> bool:
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if wait <= 0:
                return False
            wait -= _POLL
            sleep(_POLL)
        else:
            return True


def _prepare(connection: sqlite3.Connection) -> None:
    """Make the tables where there are none. Raises ``sqlite3.DatabaseError`` for a catalog of another release."""
    version = _version(connection)
    if version == VERSION:
        return
    if version != 0:
        message = "a catalog of another release"
        raise sqlite3.DatabaseError(message)
    connection.execute("BEGIN IMMEDIATE")
    if _version(connection) == 0:  # nobody else made them meanwhile
        for statement in SCHEMA.split(";\n"):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")


def _tune(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA cache_size = -32000")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA wal_autocheckpoint = 16000")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _is_sound(connection: sqlite3.Connection) -> bool:
    """Whether a copy can be worked on: its original may have been damaged, or cut off in the middle."""
    try:
        return bool(connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
    except sqlite3.DatabaseError:
        return False


def _open_to_read(path: Path) -> sqlite3.Connection:
    """Open a catalog that may lie where nothing can be written."""
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_PATIENCE)
        _version(connection)
    except sqlite3.OperationalError:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    return connection
