"""Rows on their way into the catalog: ids are given here, and what stood there before is taken out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from clew.store.index.facts import LOG, OPERATION, ROUND, USAGE, RoundFacts, storable
from clew.store.index.whole import SESSION

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

    from clew.store.index.facts import Row
    from clew.store.index.tally import Tally
    from clew.store.index.whole import SessionFacts


class SegmentState(NamedTuple):
    """A journal's file as it was when it was read."""

    number: int
    inode: int
    size: int
    modified: int
    """Nanoseconds."""
    alive: bool
    checkpoint: bytes | None = None


def _insert(table: str, columns: Sequence[str], *, verb: str = "INSERT") -> str:
    return f"{verb} INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"


_SESSION = _insert("session", ("id", *SESSION, "frame"), verb="INSERT OR REPLACE")
_ROUND = _insert("round", ("id", "session", *ROUND, "lines"))
_OPERATION = _insert("operation", ("session", "round", *OPERATION))
_LOG = _insert("log", ("session", "round", *LOG, "offset"))
_SEGMENT = _insert(
    "segment", ("session", "number", "inode", "size", "modified", "alive", "checkpoint"), verb="INSERT OR REPLACE"
)
_MORE_SLUGS = "INSERT INTO slug VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count"
_MORE_CALLS = (
    "INSERT INTO tool VALUES (?, ?, ?, ?, ?, ?)"
    " ON CONFLICT DO UPDATE SET calls = calls + excluded.calls, ms = ms + excluded.ms"
)
_COUNTS = ("attempts", "failed", *(name for name in USAGE if name != "cost"))
_MORE_USAGE = (
    _insert("usage", ("session", "provider", "model", "attempts", "failed", *USAGE))
    + f" ON CONFLICT DO UPDATE SET {', '.join(f'{name} = {name} + excluded.{name}' for name in _COUNTS)},"
    " cost = CASE WHEN cost IS NULL THEN excluded.cost ELSE cost + coalesce(excluded.cost, 0) END"
)
_TAG = "INSERT OR IGNORE INTO tag VALUES (?, ?)"
_OF_SESSION = ("tag", "round", "operation", "log", "slug", "tool", "usage", "failure", "explained")


class Writer:
    """Writes rows of sessions, many at a time; whoever uses it flushes and commits."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Look up the highest ids there are."""
        self.connection = connection
        self._waiting: dict[str, list[Row]] = {}
        self._session = self._highest("session")
        self._round = self._highest("round")

    def flush(self) -> None:
        """Write what waits."""
        for statement, rows in self._waiting.items():
            self.connection.executemany(statement, rows)
        self._waiting.clear()

    def later(self, statement: str, rows: Iterable[Row]) -> None:
        """Run a statement for each of these rows, in the end."""
        self._waiting.setdefault(statement, []).extend(rows)

    def new_session(self) -> int:
        """The id of a session that has no row yet."""
        self._session += 1
        return self._session

    def replace(self, key: int, facts: SessionFacts, states: Iterable[SegmentState], *, known: bool) -> None:
        """Write a whole session under an id; ``known`` says that it may have rows."""
        if known:
            self.forget(key)
        self.segments(key, states)
        self.session(key, facts.session, facts.tags)
        for round_facts in facts.rounds:
            self.round(key, round_facts, None)
        self.logs(key, None, facts.logs)
        self.tally(key, facts.tally)

    def segments(self, key: int, states: Iterable[SegmentState]) -> None:
        """Note how far a session's files were read."""
        self.later(_SEGMENT, [(key, *state) for state in states])

    def session(self, key: int, row: Row, tags: Sequence[str], frame: bytes | None = None) -> None:
        """Write the row of a session itself; ``frame`` says where its lines outside rounds are."""
        self.later(_SESSION, [(key, *row, frame)])
        if frame is not None:
            self._delete("tag", key)
        if tags:
            self.later(_TAG, [(key, storable(tag)) for tag in tags])

    def round(self, key: int, facts: RoundFacts, lines: bytes | None) -> None:
        """Write a round with its operations and log entries."""
        self._round += 1
        place = self._round
        self.later(_ROUND, [(place, key, *facts.round, lines)])
        self.later(_OPERATION, [(key, place, *row) for row in facts.operations])
        if facts.logs:
            self.logs(key, place, facts.logs)

    def logs(self, key: int, place: int | None, rows: Sequence[Row], offsets: Sequence[int] | None = None) -> None:
        """Write log entries of a round, or of none; then ``offsets`` say where their lines are."""
        lines = offsets if offsets is not None else [None] * len(rows)
        self.later(_LOG, [(key, place, *row, line) for row, line in zip(rows, lines, strict=True)])

    def tally(self, key: int, tally: Tally) -> None:
        """Add what a session adds up to, by slug, tool and model, to what was written of it before."""
        write = self.later
        slugs = [(storable(slug), key, count) for slug, count in tally.slugs.items() if count]
        if slugs:
            write(_MORE_SLUGS, slugs)
        calls = [
            (name, status, key, kind, count, tally.times[name, status, kind])
            for (name, status, kind), count in tally.calls.items()
            if count
        ]
        if calls:
            write(_MORE_CALLS, calls)
        models = [
            (key, *model, count, tally.failed[model], *tally.models[model]) for model, count in tally.attempts.items()
        ]
        if models:
            write(_MORE_USAGE, models)

    def tidy(self, key: int) -> None:
        """Take out sums that have come down to nothing."""
        self.flush()
        self.connection.execute("DELETE FROM slug WHERE session = ? AND count <= 0", (key,))
        self.connection.execute("DELETE FROM tool WHERE session = ? AND calls <= 0", (key,))
        self.connection.execute("DELETE FROM usage WHERE session = ? AND attempts <= 0", (key,))

    def forget_round(self, place: int) -> None:
        """Take out a round with its operations and log entries."""
        self.flush()
        self.connection.execute("DELETE FROM operation WHERE round = ?", (place,))
        self.connection.execute("DELETE FROM log WHERE round = ?", (place,))
        self.connection.execute("DELETE FROM round WHERE id = ?", (place,))

    def forget(self, key: int) -> None:
        """Take out all rows of a session but its own."""
        self.flush()
        for table in ("value", "node"):
            self.connection.execute(
                f"DELETE FROM {table} WHERE segment IN (SELECT id FROM segment WHERE session = ?)",
                (key,),
            )
        self._delete("segment", key)
        for table in _OF_SESSION:
            self._delete(table, key)

    def remove(self, key: int) -> None:
        """Take out a session."""
        self.forget(key)
        self.connection.execute("DELETE FROM session WHERE id = ?", (key,))

    def _delete(self, table: str, key: int) -> None:
        self.connection.execute(f"DELETE FROM {table} WHERE session = ?", (key,))

    def _highest(self, table: str) -> int:
        (highest,) = self.connection.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()
        return int(highest)
