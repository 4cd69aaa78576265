"""A folder of sessions, for readers: which sessions there are, and each of them as a tree.

Nothing here writes, and nothing takes a lock that could stop a writer.
"""

from __future__ import annotations

import math
import os
from difflib import get_close_matches
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from clew.errors import AmbiguousSession, NotASession, RecordError, SessionNotFound, UnreadableFolder
from clew.model.event import Header
from clew.model.session import Note
from clew.store.names import journal_name, parse_journal_name, second_of, trace_name
from clew.store.segment import Segment, SegmentReader, is_live
from clew.tree.fold import Fold
from clew.wire.line import is_sealed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clew.model.session import Parent, Session

MOST_CHILDREN = 100_000
"""Child sessions below one session before a reader takes them for a forgery."""


class Folder:
    """One folder of sessions. The listing is taken once; make a new object to see newer files."""

    def __init__(self, path: Path | str) -> None:
        """The folder need not exist; without it there are no sessions."""
        self.path = Path(path)

    @classmethod
    def default(cls) -> Folder:
        """``$CLEW_DIR``, else ``./sessions``."""
        return cls(default_path())

    @cached_property
    def _listing(self) -> dict[str, list[int]]:
        """Segments by session id. Raises ``UnreadableFolder``."""
        listing: dict[str, list[int]] = {}
        try:
            names = [entry.name for entry in os.scandir(self.path)]
        except FileNotFoundError:
            return {}
        except OSError as problem:
            message = f"The folder {self.path} cannot be read ({problem.strerror}); try another, by --dir or CLEW_DIR."
            raise UnreadableFolder(message) from problem
        for name in names:
            parsed = parse_journal_name(name)
            if parsed is not None:
                listing.setdefault(parsed[0], []).append(parsed[1])
        for segments in listing.values():
            segments.sort()
        return listing

    def ids(self) -> list[str]:
        """Ids of all sessions, newest first."""
        return sorted(self._listing, reverse=True)

    def resolve(self, reference: str) -> str:
        """The session a person means: an id, a unique beginning or end of one, or ``last``.

        Raises ``SessionNotFound`` or ``AmbiguousSession``.
        """
        ids = self.ids()
        if reference in self._listing:
            return reference
        if reference == "last" and ids:
            return self._newest(ids)
        found = [
            session_id
            for session_id in ids
            if reference and (session_id.startswith(reference) or session_id.endswith(reference))
        ]
        if len(found) == 1:
            return found[0]
        if found:
            message = (
                f"'{reference}' could be {len(found)} sessions, among them {found[0]} and {found[1]}; "
                "type more of the id."
            )
            raise AmbiguousSession(message)
        message = f"No session '{reference}' in {self.path.absolute()}: {self._known_instead(reference, len(ids))}"
        raise SessionNotFound(message)

    @staticmethod
    def _known_instead(reference: str, count: int) -> str:
        """What there is, and what a person may have meant."""
        if not count:
            return "there are none yet; another folder is named by --dir or CLEW_DIR."
        known = f"there {'is' if count == 1 else 'are'} {count}, see 'clew ls'"
        return f"{known}; did you mean 'last'?" if get_close_matches(reference, ["last"]) else f"{known}."

    def journal_path(self, session_id: str, segment: int = 1) -> Path:
        """Where a segment lies."""
        return self.path / journal_name(session_id, segment)

    def trace_path(self, session_id: str) -> Path:
        """Where a session's trace document lies, once it is written."""
        return self.path / trace_name(session_id)

    def segments(self, session_id: str) -> list[Path]:
        """The files of a session, in order."""
        return [self.journal_path(session_id, number) for number in self._listing.get(session_id, ())]

    def is_live(self, session_id: str) -> bool:
        """Whether a process is still writing a session."""
        return any(is_live(path) for path in self.segments(session_id))

    def parent(self, session_id: str) -> Parent | None:
        """The node that started a session, as its header says."""
        header = self._header(session_id)
        return header.parent if header is not None else None

    def child_ids(self, session_id: str) -> list[str]:
        """The sessions that a session's tool calls started."""
        return [child for child in self._fold(session_id).fold.child_ids if child in self._listing]

    def holds(self, parent: Parent, child: str) -> bool:
        """Whether the session that a header names as parent shows a child, as far as it is here to be asked."""
        if parent.session_id not in self._listing:
            return True
        fold = self._fold(parent.session_id).fold
        if fold.adopts:
            fold.adopt(parent.path, child)
        return child in fold.child_ids

    def blob_names(self, session_id: str) -> set[str]:
        """The blobs a session refers to, by SHA-256, without those of its children."""
        names: set[str] = set()
        for number in self._listing.get(session_id, ()):
            reader = SegmentReader(self.journal_path(session_id, number), number)
            reader.read()
            names |= reader.blobs
        return names

    def load(self, session_id: str, *, verbose_in_tree: bool = False) -> Session:
        """A session as it stands, its children inside.

        Raises ``SessionNotFound``, ``NotASession``, ``NewerFormat`` or ``UnreadableFolder``.
        """
        folded = [self._fold(session_id, verbose_in_tree=verbose_in_tree)]
        known = {session_id}
        for reading in folded:  # grows while it runs: children below children
            for child in self._children(reading):
                if child not in known and len(known) < MOST_CHILDREN:
                    known.add(child)
                    folded += self._fold_child(reading, child, verbose_in_tree=verbose_in_tree)
        sessions: dict[str, Session] = {}
        for reading in reversed(folded):
            sessions[reading.session_id] = reading.fold.session(reading.alive, sessions)
        return sessions[session_id]

    def _fold_child(self, parent: Reading, child: str, *, verbose_in_tree: bool) -> list[Reading]:
        """A child session, if it can be read; else its parent says why not."""
        try:
            return [self._fold(child, verbose_in_tree=verbose_in_tree)]
        except RecordError as problem:
            parent.fold.note(Note(kind="unreadable", message=f"the child session {child} cannot be read: {problem}"))
            return []

    def _children(self, reading: Reading) -> Iterator[str]:
        """The children a session links to, and those that other processes recorded for it under ids of their own."""
        for child in reading.fold.child_ids:
            if child in self._listing:
                yield child
        if reading.fold.adopts:
            yield from self._adopt(reading)

    def _adopt(self, reading: Reading) -> Iterator[str]:
        for candidate in self.ids():
            header = self._header(candidate)
            if (
                header is not None
                and header.parent is not None
                and header.parent.session_id == reading.session_id
                and candidate not in reading.fold.child_ids
            ):
                reading.fold.adopt(header.parent.path, candidate)
                yield candidate

    def _header(self, session_id: str) -> Header | None:
        path = self.journal_path(session_id)
        try:
            with path.open("rb") as file:
                line = file.readline(1 << 16).rstrip(b"\n")
            return msgspec.json.decode(line, type=Header) if is_sealed(line) else None
        except (OSError, msgspec.DecodeError):
            return None

    def _fold(self, session_id: str, *, verbose_in_tree: bool = False) -> Reading:
        numbers = self._listing.get(session_id)
        if not numbers:
            message = f"No session '{session_id}' in {self.path}."
            raise SessionNotFound(message)
        reading = Reading(session_id, verbose_in_tree=verbose_in_tree)
        refused: RecordError | None = None
        for number in numbers:
            reader = SegmentReader(self.journal_path(session_id, number), number)
            try:
                reader.read()
            except (NotASession, OSError) as problem:
                refused = refusal(problem, self.journal_path(session_id, number))
                reading.fold.note(Note(kind="unreadable", message=str(refused), segment=number))
            else:
                reading.take(reader.segment)
        self._missing_segments(reading, numbers)
        if refused is not None and len(numbers) == 1:
            raise refused
        return reading

    def _missing_segments(self, reading: Reading, numbers: list[int]) -> None:
        for number in sorted(set(range(1, numbers[-1])) - set(numbers))[:100]:
            reading.fold.note(Note(kind="gap", message=f"segment {number} of the session is missing", segment=number))

    def _newest(self, ids: list[str]) -> str:
        """The session begun last that no other one started; of those begun in one second their headers know."""
        for _, begun in groupby(ids, key=second_of):
            headers = {session_id: self._header(session_id) for session_id in begun}
            begun_at = {
                session_id: header.at if header is not None else -math.inf
                for session_id, header in headers.items()
                if header is None or header.parent is None
            }
            if begun_at:
                return max(begun_at, key=begun_at.__getitem__)
        return ids[0]


class Reading:
    """One session being folded from its segments."""

    def __init__(self, session_id: str, *, verbose_in_tree: bool) -> None:
        """Nothing is read yet."""
        self.session_id = session_id
        self.fold = Fold(session_id, verbose_in_tree=verbose_in_tree)
        self.alive: frozenset[int] = frozenset()

    def take(self, segment: Segment) -> None:
        """Fold a segment."""
        for act in segment.acts:
            self.fold.add(act, segment.number)
        for note in segment.notes:
            self.fold.note(note)
        if segment.alive:
            self.alive |= {segment.number}


def refusal(problem: RecordError | OSError, path: Path) -> RecordError:
    """Why a segment cannot be read: the name of its file, and no folder, because a row or a note may say it on."""
    if isinstance(problem, OSError):
        return UnreadableFolder(f"{path.name} cannot be read ({problem.strerror}).")
    return problem


def default_path() -> Path:
    """Where sessions go when nothing else is said: ``$CLEW_DIR``, else ``./sessions``."""
    return Path(os.environ.get("CLEW_DIR") or "sessions")


def open_reference(reference: str | Path, folder: Folder | None = None) -> tuple[Folder, str]:
    """The folder and the id that a person's reference means: an id, a part of one, ``last``, or the path of a journal.

    Raises ``SessionNotFound``, ``AmbiguousSession`` or ``NotASession``.
    """
    path = Path(reference)
    if isinstance(reference, Path) or os.sep in reference or reference.endswith(".jsonl"):
        parsed = parse_journal_name(path.name)
        if not path.exists():
            message = f"There is no file {path}."
            raise SessionNotFound(message)
        if parsed is None:
            message = (
                f"{path} is no journal of clew: those are named session_<id>.jsonl (other formats: 'clew import')."
            )
            raise NotASession(message)
        return Folder(path.parent), parsed[0]
    folder = folder or Folder.default()
    return folder, folder.resolve(str(reference))
