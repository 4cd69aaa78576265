"""Pruning: old sessions and blobs nobody refers to any more are removed; what is alive never is.

A plan says what would go; :func:`carry_out` does it. Sessions go as families (a session with all sessions below it),
and a family stays whole as long as one of its members is being written. A blob is written before the line that refers
to it, so a young blob without a reference is left alone, and so is every blob while a session that cannot be read might
refer to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from clew.errors import RecordError, SessionIsLive
from clew.store.family import families, family, files
from clew.store.names import BLOBS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from clew.store.folder import Folder

GRACE = 3600.0
"""Seconds that a blob without a reference is left alone."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A family that could go."""

    ids: tuple[str, ...]
    """Its sessions, the one that started the others first."""
    files: tuple[Path, ...]
    """What would be deleted."""
    size: int
    """Bytes of them."""
    used_at: float
    """Seconds since the epoch when one of them was last written."""
    live: bool
    """Whether one of its sessions is being written."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What would go."""

    families: tuple[Candidate, ...]
    """Oldest first."""
    blobs: tuple[Path, ...]
    """Files of blobs that nothing refers to, once the families are gone."""
    size: int
    """Bytes of all of it."""


def plan_removal(folder: Folder, session_ids: Iterable[str], *, now: float) -> Plan:
    """What goes if these sessions go. Raises ``SessionIsLive``."""
    chosen: dict[str, Candidate] = {}
    for session_id in session_ids:
        candidate = _candidate(folder, family(folder, session_id))
        if candidate.live:
            raise SessionIsLive(f"The session {session_id} is being written; end its agent first.")
        chosen[session_id] = candidate
    return _plan(list(chosen.values()), _Blobs(folder, now))


def plan_pruning(folder: Folder, *, now: float, older_than: float | None = None, max_size: int | None = None) -> Plan:
    """What goes so that nothing is older than so many seconds, and all that stays takes at most so many bytes.

    Oldest families go first.
    """
    candidates = sorted((_candidate(folder, members) for members in families(folder)), key=lambda c: c.used_at)
    going = [c for c in candidates if not c.live and older_than is not None and c.used_at < now - older_than]
    blobs = _Blobs(folder, now)
    if max_size is not None:
        _add_until_small(candidates, going, blobs, max_size)
    return _plan(going, blobs)


def carry_out(plan: Plan) -> None:
    """Delete what a plan names.

    Children before parents and journals before blobs, so that a crash in between leaves nothing that lacks a part.

    Raises ``OSError``.
    """
    for candidate in plan.families:
        for path in reversed(candidate.files):
            path.unlink(missing_ok=True)
    for blob in plan.blobs:
        blob.unlink(missing_ok=True)


class _Blobs:
    """The blobs of a folder and who refers to them; each journal is read at most once, and none if there is no blob."""

    def __init__(self, folder: Folder, now: float) -> None:
        self._folder = folder
        self._before = now - GRACE
        self._files = _blob_files(folder)
        self.size = sum(size for _, size, _ in self._files)

    @cached_property
    def _references(self) -> dict[str, set[str]] | None:
        """The blobs each session refers to; ``None`` if a session cannot be read, for it may refer to any of them."""
        try:
            return {session_id: self._folder.blob_names(session_id) for session_id in self._folder.ids()}
        except (RecordError, OSError):
            return None

    def unreferenced(self, gone: set[str]) -> list[tuple[Path, int]]:
        """Blobs that no session refers to but those that go, with their sizes."""
        if not self._files or self._references is None:
            return []
        kept = set[str]().union(*(names for session_id, names in self._references.items() if session_id not in gone))
        return [(path, size) for path, size, written in self._files if path.stem not in kept and written < self._before]


def _add_until_small(candidates: list[Candidate], going: list[Candidate], blobs: _Blobs, max_size: int) -> None:
    """Let the oldest families go until the rest is small enough; what their blobs free counts."""
    everything = sum(candidate.size for candidate in candidates) + blobs.size
    for candidate in candidates:
        if everything - _plan(going, blobs).size <= max_size:
            return
        if not candidate.live and candidate not in going:
            going.append(candidate)


def _plan(going: list[Candidate], blobs: _Blobs) -> Plan:
    gone = {session_id for candidate in going for session_id in candidate.ids}
    free = blobs.unreferenced(gone)
    size = sum(candidate.size for candidate in going) + sum(size for _, size in free)
    return Plan(tuple(going), tuple(path for path, _ in free), size)


def _blob_files(folder: Folder) -> list[tuple[Path, int, float]]:
    """Every blob with its size and the time it was written."""
    blobs = folder.path / BLOBS
    if blobs.is_symlink() or not blobs.is_dir():
        return []
    return [
        (path, status.st_size, status.st_mtime) for path in sorted(blobs.glob("*.json")) for status in [path.lstat()]
    ]


def _candidate(folder: Folder, members: list[str]) -> Candidate:
    paths = [path for member in members for path in files(folder, member)]
    states = [path.lstat() for path in paths]
    return Candidate(
        ids=tuple(members),
        files=tuple(paths),
        size=sum(state.st_size for state in states),
        used_at=max((state.st_mtime for state in states), default=0.0),
        live=any(folder.is_live(member) for member in members),
    )
