"""A large segment brought into the catalog piece by piece, and mapped: where the lines of rounds and values lie.

Only bytes that are new are read. A piece of the segment is folded by itself, together with the lines of the rounds it
goes on with, which the map finds again; the rounds that come out of that take the place of their older rows. So a
session of any length is read in bounded memory, and one that grows costs what is new.

A segment that is damaged, or whose acts speak of a node that nobody began, has no map: it is read as a whole.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from clew.model.event import (
    AttemptStart,
    ChildStart,
    ClockStep,
    Dropped,
    Logged,
    StepStart,
    ToolStart,
    TurnStart,
)
from clew.store.index.facts import LOG, OPERATION, ROUND, USAGE, Price, RoundFacts, frame_logs
from clew.store.index.lines import SegmentLines, packed, unpacked
from clew.store.index.shelf import SegmentShelf
from clew.store.index.tally import Tally
from clew.store.index.whole import facts_of_rounds, session_row, stubs
from clew.store.index.writer import SegmentState
from clew.store.segment import Checkpoint, SegmentReader
from clew.tree.fold import Fold

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence
    from pathlib import Path

    from clew.model.act import Act, NodeRef
    from clew.model.session import Session
    from clew.store.index.writer import Writer

LARGE = 1 << 20
"""Bytes from which on a session gets a map. A smaller one is read as a whole in a few milliseconds."""

PIECE = 4 << 20
"""Bytes of a segment that are folded at a time."""

_NUMBER = 1
"""Of the segment: a session of several has no map."""

_AT = LOG.index("at")
_SUMS = ("turns", "steps", "attempts", "retries", "tools", "tools_failed", *USAGE, "notes", "damaged", "seen_at")


class Unmappable(Exception):
    """The segment cannot be read in pieces."""


class _Homes(NamedTuple):
    """Where the lines of a piece belong."""

    rounds: dict[int, list[int]]
    """Offsets of the lines of each round, by the number of its node."""
    frame: list[tuple[Act, int]]
    """Acts outside rounds, with the offsets of their lines."""
    nodes: list[tuple[int, int]]
    """Numbers of new operations, and of the rounds they belong to."""


class Growth:
    """One session with one large segment, on its way into the catalog."""

    def __init__(
        self, writer: Writer, path: Path, session_id: str, key: int, known: Container[str], price: Price
    ) -> None:
        """``key`` is the session's id in the catalog, ``known`` are the sessions that have journals in the folder."""
        self._writer = writer
        self._sql = writer.connection.execute
        self._path = path
        self._session_id = session_id
        self._key = key
        self._known = known
        self._price = price
        self._segment = 0
        self._shelf = SegmentShelf(self._rows, 0, path)
        self._tally = Tally()
        self._notes = self._damaged = 0
        self._seen_at = 0.0
        self._frame: list[Act] = []
        self._frame_lines: list[int] = []

    def take(self, state: SegmentState) -> Iterator[int]:
        """Bring the catalog up to date; gives how far it is, in bytes, wherever it may be committed.

        Raises :class:`Unmappable`, ``NotASession``, ``NewerFormat`` or ``OSError``.
        """
        since = self._begin(state)
        while True:
            reader = SegmentReader(self._path, _NUMBER, since=since, shelf=self._shelf)
            acts = reader.read(PIECE)
            since = reader.checkpoint
            if since is None:
                raise Unmappable
            session = self._piece(acts, reader)
            segment = reader.segment
            is_end = not acts or segment.offset >= state.size or segment.state != "clean"
            self._persist(session, state, since, is_end=is_end, alive=segment.alive)
            yield segment.offset
            if is_end:
                return

    def _rows(self, sql: str, parameters: Sequence[object]) -> list[Any]:
        return self._sql(sql, parameters).fetchall()

    def _begin(self, state: SegmentState) -> Checkpoint | None:
        """Where to go on; a session without a map, or one that changed after its writer had died, begins anew."""
        row = self._sql(
            "SELECT g.id, g.inode, g.checkpoint, g.alive, s.frame FROM segment g JOIN session s ON s.id = g.session"
            " WHERE g.session = ? AND g.number = ? AND g.checkpoint IS NOT NULL",
            (self._key, _NUMBER),
        ).fetchone()
        since = msgspec.json.decode(row[2], type=Checkpoint) if row is not None else None
        if row is None or since is None or row[1] != state.inode or since.offset > state.size or not row[3]:
            self._writer.forget(self._key)
            self._writer.segments(self._key, [state])
            self._writer.flush()
            (self._segment,) = self._sql("SELECT id FROM segment WHERE session = ?", (self._key,)).fetchone()
            self._shelf = SegmentShelf(self._rows, self._segment, self._path)
            return None
        self._segment = row[0]
        self._shelf = SegmentShelf(self._rows, self._segment, self._path)
        self._resume(unpacked(row[4]).tolist())
        return since

    def _resume(self, frame: list[int]) -> None:
        """Take up what the catalog has of the session's own lines and sums."""
        self._frame_lines = frame
        self._frame = [*SegmentLines(self._path, self._shelf).acts(frame)]
        sums = self._sql(f"SELECT {', '.join(_SUMS)} FROM session WHERE id = ?", (self._key,)).fetchone()
        self._tally.turns, self._tally.steps, *counts = sums[:6]
        self._tally.counts, self._tally.used = tuple(counts), sums[6:-3]
        self._notes, self._damaged, self._seen_at = sums[-3:]

    def _piece(self, acts: Sequence[Act], reader: SegmentReader) -> Session:
        """Fold a piece, and write the rows of the rounds that it touches."""
        homes = self._homes(acts, reader.segment.offsets)
        places = self._places({*homes.rounds, *self._running()})
        fold = Fold(self._session_id)
        lines = SegmentLines(self._path, self._shelf)
        known = {n: unpacked(blob).tolist() for n, (_, blob) in places.items()}
        for act in (*self._frame, *lines.acts(sorted(offset for there in known.values() for offset in there)), *acts):
            fold.add(act, _NUMBER)
        session = fold.session(frozenset({_NUMBER} if reader.segment.alive else ()), stubs(fold, self._known))
        for facts in facts_of_rounds(fold, session, self._price):
            n = facts.round[1]
            if n in places:
                self._tally.add(self._old(places[n][0]), -1)
                self._writer.forget_round(places[n][0])
            self._tally.add(facts)
            self._writer.round(self._key, facts, packed((*known.get(n, ()), *homes.rounds.get(n, ()))))
        self._take_frame(homes, session)
        self._map(acts, homes, reader)
        self._writer.flush()
        self._count(acts, reader)
        return session

    def _homes(self, acts: Sequence[Act], offsets: Sequence[int]) -> _Homes:
        """Which round each line belongs to, if any."""
        homes = _Homes(defaultdict(list), [], [])
        rounds: dict[int, int] = {}
        for act, offset in zip(acts, offsets, strict=True):
            home = self._home(act, rounds, homes.nodes)
            if home is not None:
                homes.rounds[home].append(offset)
            else:
                homes.frame.append((act, offset))
        return homes

    def _home(self, act: Any, rounds: dict[int, int], nodes: list[tuple[int, int]]) -> int | None:  # noqa: ANN401 - whichever act has the field
        if isinstance(act, TurnStart | StepStart):
            rounds[act.n] = act.n
            return act.n
        if isinstance(act, AttemptStart | ToolStart):
            home = self._round_of(act.of, rounds)
            rounds[act.n] = home
            nodes.append((act.n, home))
            return home
        ref: NodeRef | None = getattr(act, "n", None) or getattr(act, "of", None)
        return self._round_of(ref, rounds) if ref else None

    def _round_of(self, ref: NodeRef, rounds: dict[int, int]) -> int:
        """The number of the round that a node belongs to."""
        n = ref if isinstance(ref, int) else ref[1] if ref[0] == _NUMBER else -1
        home = rounds.get(n)
        if home is None:
            row = self._sql(
                "SELECT round FROM node WHERE segment = ? AND n = ?"
                " UNION ALL SELECT n FROM round WHERE session = ? AND segment = 1 AND n = ?",
                (self._segment, n, self._key, n),
            ).fetchone()
            if row is None:
                raise Unmappable
            home = rounds[n] = int(row[0])
        return home

    def _running(self) -> list[int]:
        """Rounds that were under way: they went on, or their writer died."""
        found = self._sql(
            "SELECT n FROM round WHERE session = ? AND status = 'running'"
            " UNION SELECT r.n FROM operation o JOIN round r ON r.id = o.round"
            " WHERE o.session = ? AND o.status = 'running'",
            (self._key, self._key),
        )
        return [n for (n,) in found]

    def _places(self, numbers: set[int]) -> dict[int, tuple[int, bytes]]:
        """Ids and lines of the rounds that have rows already, by the numbers of their nodes."""
        found = {}
        for n in numbers:
            row = self._sql(
                "SELECT id, lines FROM round WHERE session = ? AND segment = 1 AND n = ?", (self._key, n)
            ).fetchone()
            if row is not None:
                found[n] = (row[0], row[1])
        return found

    def _old(self, place: int) -> RoundFacts:
        """The rows of a round as they are."""
        (row,) = self._sql(f"SELECT {', '.join(ROUND)} FROM round WHERE id = ?", (place,))
        operations = self._sql(f"SELECT {', '.join(OPERATION)} FROM operation WHERE round = ?", (place,)).fetchall()
        logs = self._sql(f"SELECT {', '.join(LOG)} FROM log WHERE round = ?", (place,)).fetchall()
        return RoundFacts(row, operations, logs)

    def _take_frame(self, homes: _Homes, session: Session) -> None:
        """Note what was said outside rounds. Log entries are not kept: they have rows that say where they lie."""
        lines = {act.at: offset for act, offset in homes.frame}
        logs = [row for row in frame_logs(session) if row[_AT] in lines]
        self._tally.add_logs(logs)
        self._writer.logs(self._key, None, logs, [lines[row[_AT]] for row in logs])
        kept = [(act, offset) for act, offset in homes.frame if not isinstance(act, Logged)]
        self._frame += [act for act, _ in kept]
        self._frame_lines += [offset for _, offset in kept]

    def _map(self, acts: Sequence[Act], homes: _Homes, reader: SegmentReader) -> None:
        """Note where the values and the operations of the piece are."""
        offsets = reader.segment.offsets
        size_of = reader.values.size_of
        rows = [
            (
                *(self._segment, news.table, news.first, len(news.values), offset),
                sum(size_of((news.table, number)) for number in range(news.first, news.first + len(news.values))),
            )
            for act, offset in zip(acts, offsets, strict=True)
            for news in act.new
        ]
        write = self._writer.later
        write("INSERT OR REPLACE INTO value VALUES (?, ?, ?, ?, ?, ?)", rows)
        write("INSERT OR REPLACE INTO node VALUES (?, ?, ?)", [(self._segment, *node) for node in homes.nodes])

    def _count(self, acts: Sequence[Act], reader: SegmentReader) -> None:
        """Count what is to be known of the record itself."""
        lost = sum(
            isinstance(act, Dropped)
            or (isinstance(act, ChildStart) and not act.process and act.session_id not in self._known)
            for act in acts
        ) + len(reader.segment.notes)
        said = sum(bool(act.redacted) + isinstance(act, ClockStep) for act in acts)
        self._damaged += lost
        self._notes += lost + said
        self._seen_at = max((self._seen_at, *(act.at for act in acts)))

    def _persist(self, session: Session, state: SegmentState, since: Checkpoint, *, is_end: bool, alive: bool) -> None:
        """Write what the session adds up to, and how far it was read."""
        if session.status == "abandoned" and self._tally.turns:  # its turns were in pieces before
            session = msgspec.structs.replace(session, status="interrupted")
        row = session_row(
            session,
            self._tally,
            seen_at=self._seen_at,
            size=since.offset,
            notes=(self._notes, self._damaged),
        )
        self._writer.session(self._key, row, session.tags, packed(self._frame_lines))
        self._writer.tally(self._key, self._tally)
        self._writer.tidy(self._key)
        self._tally.forget_names()
        read = state.size if is_end else since.offset
        self._sql(
            "UPDATE segment SET inode = ?, size = ?, modified = ?, alive = ?, checkpoint = ? WHERE id = ?",
            (state.inode, read, state.modified, alive or not is_end, msgspec.json.encode(since), self._segment),
        )
