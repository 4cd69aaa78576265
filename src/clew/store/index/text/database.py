"""The file of the text index: opened, made, and thrown away when it is damaged, foreign or of another release.

It holds no text: groups of three characters (without their order), and where the text lies that they come from.
"""

from __future__ import annotations

import os
import sqlite3
import unicodedata
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from clew.store.index.database import INDEX

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = "text.sqlite"
LOCK = "text.lock"
_DAMAGED = "text.damaged"

_VERSION = f"1 {unicodedata.unidata_version}"
"""Of the tables, and of the rules by which case is folded."""

_NAMES = {"meta", "segment", "value", "value_open", "chunk", "place", "place_segment", "piece", "piece_offset", "text"}

_MAPPED = 1 << 30
"""Bytes of the file that a reader looks at where the system holds them already."""

_PATIENCE = 30.0
"""Seconds that a writer or a reader waits for a commit or a checkpoint."""

_TABLES = """
CREATE TABLE meta (version TEXT NOT NULL);
CREATE TABLE segment (
    id INTEGER PRIMARY KEY AUTOINCREMENT, session TEXT NOT NULL, number INTEGER NOT NULL,
    offset INTEGER NOT NULL, inode INTEGER NOT NULL, size INTEGER NOT NULL, changed INTEGER NOT NULL,
    mark BLOB NOT NULL, UNIQUE (session, number)
);
CREATE TABLE value (
    id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, size INTEGER NOT NULL, string INTEGER NOT NULL,
    blob TEXT, inode INTEGER, bytes INTEGER, changed INTEGER, filled INTEGER NOT NULL
);
CREATE INDEX value_open ON value (id) WHERE filled <> size;
CREATE TABLE chunk (
    id INTEGER PRIMARY KEY AUTOINCREMENT, segment INTEGER, value INTEGER,
    start INTEGER NOT NULL, stop INTEGER NOT NULL, streams INTEGER NOT NULL
);
CREATE TABLE place (
    value INTEGER NOT NULL, segment INTEGER NOT NULL, offset INTEGER NOT NULL, start INTEGER NOT NULL,
    reference INTEGER NOT NULL, PRIMARY KEY (value, segment, offset, start, reference)
) WITHOUT ROWID;
CREATE INDEX place_segment ON place (segment);
CREATE TABLE piece (
    segment INTEGER NOT NULL, stream TEXT NOT NULL, seq INTEGER NOT NULL, offset INTEGER NOT NULL,
    PRIMARY KEY (segment, stream, seq)
) WITHOUT ROWID;
CREATE INDEX piece_offset ON piece (segment, offset);
CREATE VIRTUAL TABLE text USING fts5 (
    body, content = '', detail = none, columnsize = 0, tokenize = 'trigram case_sensitive 1'
);
INSERT INTO text (text, rank) VALUES ('hashsize', 16777216);
"""
"""``segment``: how far each was read. ``value``: units kept apart, how far each was cut up; a blob that was not there
is filled to -1. ``chunk``: what a row of ``text`` came from, whole lines of a segment or a part of a value. ``place``:
the records that hold a value, where its unit begins there, and where in that unit a blob is referred to.
``piece``: records with pieces of streams."""

_USELESS = {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_MISMATCH}
"""Errors after which the file has to be made anew; any other may pass."""


def open_to_fill(folder: Path) -> sqlite3.Connection:
    """Open the index to write, made anew if need be. Raises ``OSError`` or ``sqlite3.Error``."""
    path = folder / INDEX / NAME
    os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))
    connection = _connect(path)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA cache_size = -32000")
        _prepare(connection)
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def open_to_search(folder: Path) -> Iterator[sqlite3.Connection | None]:
    """Open the index to read, all in one transaction; ``None`` if there is none that can be used."""
    connection = None
    try:
        with suppress(sqlite3.Error, OSError):
            if (folder / INDEX / NAME).is_file():
                connection = _connect(folder / INDEX / NAME)
                connection.execute("PRAGMA query_only = 1")
                connection.execute(f"PRAGMA mmap_size = {_MAPPED}")
                connection.execute("BEGIN")
                if not is_current(connection):
                    connection.close()
                    connection = None
        yield connection
    finally:
        if connection is not None:
            connection.close()


def is_current(connection: sqlite3.Connection) -> bool:
    """Whether the tables are those of this release, and all there."""
    try:
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        return bool(names >= _NAMES and connection.execute("SELECT version FROM meta").fetchall() == [(_VERSION,)])
    except sqlite3.DatabaseError:
        return False


def complain(folder: Path) -> None:
    """Tell the next filler that the file is damaged, as somebody who searched in it found."""
    with suppress(OSError):
        os.close(os.open(folder / INDEX / _DAMAGED, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))


def heed(folder: Path) -> None:
    """Throw the index away if somebody said that it is damaged. Raises ``OSError``."""
    complaint = folder / INDEX / _DAMAGED
    if complaint.exists():
        throw_away(folder)
        complaint.unlink()


def is_useless(problem: sqlite3.Error) -> bool:
    """Whether an error says that the file has to be made anew."""
    code = getattr(problem, "sqlite_errorcode", None)
    return code is None or code & 0xFF in _USELESS


def throw_away(folder: Path) -> None:
    """Remove the index. Raises ``OSError``."""
    path = folder / INDEX / NAME
    for name in (f"{NAME}-wal", f"{NAME}-shm", NAME):
        path.with_name(name).unlink(missing_ok=True)


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=_PATIENCE, isolation_level=None)


def _prepare(connection: sqlite3.Connection) -> None:
    """Make the tables of an empty file. Raises ``sqlite3.DatabaseError`` if others are there."""
    connection.execute("BEGIN IMMEDIATE")
    if not connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall():
        for statement in _TABLES.split(";\n"):
            connection.execute(statement)
        connection.execute("INSERT INTO meta VALUES (?)", (_VERSION,))
    elif not is_current(connection):
        raise sqlite3.DatabaseError("the tables are of another release, or of another program")
    connection.execute("COMMIT")
