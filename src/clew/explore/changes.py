"""What changed in a library from one look to the next: for screens that stay while sessions grow.

The catalog is asked, and not what a refresh says it read: another program may have brought it up to date. Sessions
above one that changed have changed too, because their sums include it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clew.explore.library import Library

_STATE = "SELECT session_id, parent_id, size, seen_at, status, ended_at FROM session"


class Changed(msgspec.Struct, frozen=True):
    """What changed."""

    moved: tuple[str, ...] = ()
    """Sessions that are new, or went on, or have one below them that did, newest first."""
    gone: tuple[str, ...] = ()
    """Sessions that are no more there."""


class _State(NamedTuple):
    parent_id: str | None
    stamp: tuple[object, ...]


class Changes:
    """Looks at a library again and again."""

    def __init__(self, library: Library) -> None:
        """Nothing is looked at yet."""
        self._library = library
        self._known: dict[str, _State] = {}
        self._version: tuple[object, ...] | None = None

    def look(self) -> Changed:
        """What changed since the last look; at the first one everything did."""
        index = self._library.index
        version = (id(index.connection), index.connection.total_changes, *index.rows("PRAGMA data_version")[0])
        if version == self._version:
            return Changed()
        self._version = version
        found = {session_id: _State(parent, tuple(stamp)) for session_id, parent, *stamp in index.rows(_STATE)}
        known, self._known = self._known, found
        moved = {session_id for session_id, state in found.items() if known.get(session_id) != state}
        gone = known.keys() - found.keys()
        touched = moved | {above for one in gone if (above := known[one].parent_id) is not None}
        return Changed(
            moved=tuple(sorted(self._with_those_above(touched), reverse=True)),
            gone=tuple(sorted(gone)),
        )

    def _with_those_above(self, ids: Iterable[str]) -> set[str]:
        found: set[str] = set()
        for session_id in ids:
            here: str | None = session_id
            while here is not None and here in self._known and here not in found:
                found.add(here)
                here = self._known[here].parent_id
        return found
