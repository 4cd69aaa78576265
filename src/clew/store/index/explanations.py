"""Failures that were found by explaining a family of sessions, kept until one of its sessions is written again.

Explaining takes the whole tree, so it is done when somebody asks and not when the index is brought up to date. What was
found is kept only if the family is still as it was when it was loaded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from clew.store.index.index import Index

_FAMILY = (
    "WITH RECURSIVE family (id, session_id) AS (SELECT id, session_id FROM session WHERE id = ?"
    " UNION SELECT s.id, s.session_id FROM session s JOIN family ON s.parent_id = family.session_id)"
)
_STAMP = f"{_FAMILY} SELECT count(*), sum(size), max(modified) FROM segment WHERE session IN (SELECT id FROM family)"

Stamp = tuple[int, int, int]
"""How many journals a family has, their bytes, and when the last one changed."""


class FailureRow(NamedTuple):
    """A failure as the catalog holds it."""

    slug: str | None
    origin: str
    agent_id: str | None
    path: str
    fate: str


class Explained(NamedTuple):
    """A family that was explained."""

    key: int
    """The outermost session's id in the catalog."""
    stamp: Stamp
    """As it was before it was loaded."""
    failures: tuple[FailureRow, ...]


def stamp(index: Index, key: int) -> Stamp:
    """What a family is like now."""
    count, size, modified = index.rows(_STAMP, (key,))[0]
    return count, size or 0, modified or 0


def keep(index: Index, explained: Iterable[Explained]) -> bool:
    """Keep what was found; whether that could be done."""

    def write(connection: sqlite3.Connection) -> None:
        for family in explained:
            if connection.execute(_STAMP, (family.key,)).fetchone() != family.stamp:
                continue
            connection.execute("DELETE FROM failure WHERE session = ?", (family.key,))
            rows = [(family.key, *row) for row in family.failures]
            connection.executemany("INSERT INTO failure VALUES (?, ?, ?, ?, ?, ?)", rows)
            connection.execute("INSERT OR REPLACE INTO explained VALUES (?)", (family.key,))

    return index.write(write)
