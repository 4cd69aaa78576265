"""What of a folder the catalog does not know yet: told from names, sizes and times, without opening a journal.

A journal counts as unchanged when its inode, size and time of change are those that were noted; times are compared for
equality only, so a clock that was set back hides nothing. A writer that was alive may have died without a trace: its
journals are probed. One that is dead stays dead, because no process ever appends to another's journal.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from clew.errors import UnreadableFolder
from clew.store.index.writer import SegmentState
from clew.store.names import journal_name, parse_journal_name
from clew.store.segment import is_live

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path


_NOTED = """
SELECT s.session_id, s.id, g.number, g.inode, g.size, g.modified, g.alive
FROM session s JOIN segment g ON g.session = s.id
"""

_FILES = "SELECT s.session_id, g.number, g.inode, g.size, g.modified FROM session s JOIN segment g ON g.session = s.id"


class Found(NamedTuple):
    """A session that has to be read."""

    session_id: str
    key: int | None
    """Its id in the catalog, if it has one."""
    segments: tuple[SegmentState, ...]
    """Its files as they are now."""


class Survey(NamedTuple):
    """A folder beside its catalog."""

    stale: list[Found]
    """Newest first."""
    gone: list[int]
    """Ids in the catalog of sessions whose journals were deleted."""
    ids: frozenset[str]
    """Every session that has a journal, if anything changed."""

    @property
    def is_clean(self) -> bool:
        """Whether the catalog is up to date."""
        return not self.stale and not self.gone


def survey(folder: Path, connection: sqlite3.Connection) -> Survey:
    """Look at a folder. Raises ``UnreadableFolder``."""
    if _is_unchanged(folder, connection):
        return Survey([], [], frozenset())
    noted: dict[str, dict[int, tuple[int, int, int]]] = {}
    names: dict[str, tuple[str, int]] = {}
    keys: dict[str, int] = {}
    alive: list[tuple[str, int]] = []
    for session_id, key, number, inode, size, modified, lives in connection.execute(_NOTED):
        keys[session_id] = key
        noted.setdefault(session_id, {})[number] = (inode, size, modified)
        names[journal_name(session_id, number)] = (session_id, number)
        if lives:
            alive.append((session_id, number))
    there = _listing(folder, names)
    ended = {session_id for session_id, number in alive if not is_live(folder / journal_name(session_id, number))}
    stale = [
        Found(session_id, keys.get(session_id), _states(segments))
        for session_id, segments in there.items()
        if segments != noted.get(session_id) or session_id in ended
    ]
    stale.sort(reverse=True)
    gone = [key for session_id, key in keys.items() if session_id not in there]
    return Survey(stale, gone, frozenset(there))


def _is_unchanged(folder: Path, connection: sqlite3.Connection) -> bool:
    """Whether every journal is as it was noted, and there is no other one: what most looks find."""
    noted = {
        journal_name(session_id, number): (inode, size, modified)
        for session_id, number, inode, size, modified in connection.execute(_FILES)
    }
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                known = noted.pop(entry.name, None)
                if known is None and parse_journal_name(entry.name) is None:
                    continue
                state = entry.stat()
                if known != (state.st_ino, state.st_size, state.st_mtime_ns):
                    return False
    except OSError:
        return False
    if noted:
        return False
    living = connection.execute(f"{_FILES} WHERE g.alive").fetchall()
    return all(is_live(folder / journal_name(session_id, number)) for session_id, number, *_ in living)


def _states(segments: dict[int, tuple[int, int, int]]) -> tuple[SegmentState, ...]:
    return tuple(SegmentState(number, *segments[number], alive=False) for number in sorted(segments))


def _listing(folder: Path, names: dict[str, tuple[str, int]]) -> dict[str, dict[int, tuple[int, int, int]]]:
    """Inode, size and time of change of every segment, by session; ``names`` are those that need not be parsed."""
    found: dict[str, dict[int, tuple[int, int, int]]] = {}
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                parsed = names.get(entry.name)
                if parsed is None and entry.name.endswith(".jsonl"):
                    parsed = parse_journal_name(entry.name)
                if parsed is None:
                    continue
                try:
                    state = entry.stat()
                except FileNotFoundError:
                    continue
                found.setdefault(parsed[0], {})[parsed[1]] = (state.st_ino, state.st_size, state.st_mtime_ns)
    except FileNotFoundError:
        return {}
    except OSError as problem:
        message = f"The folder {folder} cannot be read ({problem.strerror}); try another, by --dir or CLEW_DIR."
        raise UnreadableFolder(message) from problem
    return found
