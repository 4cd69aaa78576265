"""A session to be looked into: its rounds as light rows, and any part of it as the ordinary tree, on demand.

Nothing here is slower for a long session than for a short one, but for the list of rounds itself.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from msgspec import json, structs

from clew.errors import PathError, SessionNotFound
from clew.explore.listing import COLUMNS, SessionRow, session_row
from clew.explore.rounds import OPERATION_COLUMNS, ROUND_COLUMNS, Operation, Round, operation_row, round_row
from clew.model.session import ToolCall
from clew.store.folder import Folder
from clew.store.index.parts import SessionParts
from clew.tree.path import operations

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from clew.model.session import Node, Session, Step, Turn
    from clew.store.index.index import Index

_BELOW = """
WITH RECURSIVE below(id, above, path) AS (
    SELECT child.id, o.session, r.path || '-' || o.position FROM operation o JOIN round r ON r.id = o.round
    JOIN session child ON child.session_id = o.child_id WHERE o.session = ? AND o.child_id IS NOT NULL
    UNION
    SELECT child.id, o.session, r.path || '-' || o.position FROM below JOIN operation o ON o.session = below.id
    JOIN round r ON r.id = o.round JOIN session child ON child.session_id = o.child_id
    WHERE o.child_id IS NOT NULL)
SELECT id, above, path FROM below"""
"""The sessions below one, nearest first, with the call that started each."""

_HERE = "SELECT {what} FROM round WHERE session = :session AND path = :path LIMIT 1"
_IS_TURN = _HERE.format(what="kind = 'turn'")
_MOMENT = f"({_HERE.format(what='started_at')}), ({_HERE.format(what='id')})"
_BEFORE = (
    f"SELECT path FROM round WHERE session = :session AND (started_at, id) < ({_MOMENT})"
    " ORDER BY started_at DESC, id DESC LIMIT 1"
)
_AFTER = (
    f"SELECT path FROM round WHERE session = :session AND (started_at, id) > ({_MOMENT})"
    " ORDER BY started_at, id LIMIT 1"
)
_LAST_IN_ROUND = (
    "SELECT round.path, o.position FROM round JOIN operation o ON o.round = round.id AND o.kind = 'attempt'"
    " WHERE round.session = :session AND round.path = :path AND o.position < :number ORDER BY o.position DESC LIMIT 1"
)
_LAST_BEFORE = (
    "SELECT path, (SELECT max(position) FROM operation WHERE round = round.id AND kind = 'attempt') AS last FROM round"
    f" WHERE session = :session AND (started_at, id) < ({_MOMENT})"
    f" AND (kind = 'turn') = ({_IS_TURN}) AND last IS NOT NULL"
    " ORDER BY started_at DESC, id DESC LIMIT 1"
)
"""Each walks an index from a place in it, and stops at once."""

_KEPT = 256
"""Rounds that stay loaded."""


class SessionView:
    """One session of a library, as it was when this was made."""

    def __init__(self, index: Index, session_id: str) -> None:
        """Look the session up. Raises ``SessionNotFound``."""
        rows = index.rows(f"SELECT session.id, {COLUMNS} FROM session WHERE session_id = ?", (session_id,))
        if not rows:
            message = f"No session '{session_id}' in {index.folder}."
            raise SessionNotFound(message)
        self.row: SessionRow = session_row(rows[0][1:])
        self._index = index
        self._key: int = rows[0][0]
        self._parts = SessionParts(index, session_id)
        self._round = lru_cache(_KEPT)(self._parts.round)
        self._frame = lru_cache(1)(self._parts.frame)

    @property
    def session_id(self) -> str:
        """Its id."""
        return self.row.session_id

    def rounds(self) -> list[Round]:
        """All turns and steps in the order in which they began."""
        found = self._index.rows(
            f"SELECT {ROUND_COLUMNS} FROM round WHERE session = ? ORDER BY started_at, id",
            (self._key,),
        )
        return [round_row(row) for row in found]

    def round_numbers(self) -> array[int]:
        """For every turn and step, in the same order, a number to ask for it by."""
        rows = self._index.rows("SELECT id FROM round WHERE session = ? ORDER BY started_at, id", (self._key,))
        return array("q", [number for (number,) in rows])

    def round_starts(self) -> array[float]:
        """For every turn and step, in the same order, when it began."""
        rows = self._index.rows("SELECT started_at FROM round WHERE session = ? ORDER BY started_at, id", (self._key,))
        return array("d", [began for (began,) in rows])

    def round_paths(self) -> list[str]:
        """For every turn and step, in the same order, its path."""
        rows = self._index.rows("SELECT path FROM round WHERE session = ? ORDER BY started_at, id", (self._key,))
        return [path for (path,) in rows]

    def rounds_at(self, numbers: Sequence[int]) -> dict[int, Round]:
        """Some turns and steps by their numbers. One that went on since may have another number."""
        found = self._index.rows(
            f"SELECT round.id, {ROUND_COLUMNS} FROM json_each(?) CROSS JOIN round ON round.id = value"
            " WHERE session = ?",
            (json.encode(numbers).decode(), self._key),
        )
        return {number: round_row(tuple(row)) for number, *row in found}

    def calls_at(self, numbers: Sequence[int]) -> dict[int, list[tuple[str, int]]]:
        """The tools that some turns and steps called, by their numbers: each name once, and how often."""
        found = self._index.rows(
            "SELECT round, name, count(*) FROM json_each(?) CROSS JOIN operation ON round = value"
            # the sign keeps SQLite from going through all operations of the session for every round
            " WHERE +session = ? AND kind != 'attempt' AND name IS NOT NULL GROUP BY 1, 2 ORDER BY 1, min(position)",
            (json.encode(numbers).decode(), self._key),
        )
        calls: dict[int, list[tuple[str, int]]] = defaultdict(list)
        for number, name, count in found:
            calls[number].append((name, count))
        return calls

    def round_in(self, order: int) -> Round:
        """One turn or step by how many come before it. Raises ``PathError`` if there are no more so many."""
        found = self._index.rows(
            f"SELECT {ROUND_COLUMNS} FROM round WHERE session = ? ORDER BY started_at, id LIMIT 1 OFFSET ?",
            (self._key, order),
        )
        if not found:
            message = f"The session has no {order + 1} turns and steps any more."
            raise PathError(message)
        return round_row(found[0])

    def place(self, path: str) -> int | None:
        """How many turns and steps come before the one at a path; ``None`` if there is none."""
        found = self._index.rows(
            "SELECT count(*) FROM (SELECT started_at AS began, id AS number FROM round WHERE session = ? AND path = ?)"
            " CROSS JOIN round ON session = ? AND (started_at, id) <= (began, number)",
            (self._key, path, self._key),
        )
        return found[0][0] - 1 if found[0][0] else None

    def beside(self, path: str, *, back: bool) -> str | None:
        """The path of the turn or step after one, or before it."""
        found = self._index.rows(_BEFORE if back else _AFTER, {"session": self._key, "path": path})
        return found[0][0] if found else None

    def request_before(self, path: str) -> str | None:
        """The attempt before one: of its round, else the last of the turns (of a step: the steps) before."""
        label, _, number = path.rpartition("-")
        here = {"session": self._key, "path": label, "number": int(number)}
        found = self._index.rows(_LAST_IN_ROUND, here) or self._index.rows(_LAST_BEFORE, here)
        return f"{found[0][0]}-{found[0][1]}" if found else None

    def operations(self, path: str | None = None) -> list[Operation]:
        """The attempts and tool calls of a round, or of all of them, in order."""
        one, order = (" AND round.path = :path", "") if path is not None else ("", "round.started_at, round.id, ")
        found = self._index.rows(
            f"SELECT {OPERATION_COLUMNS} FROM round CROSS JOIN operation ON operation.round = round.id"
            f" WHERE round.session = :session{one} ORDER BY {order}operation.position",
            {"session": self._key, "path": path},
        )
        return [operation_row(row) for row in found]

    def calls_with_children(self) -> list[Operation]:
        """The tool calls that started sessions."""
        return [there for _, there in self.operations_where([self._key], "operation.child_id IS NOT NULL")]

    def extent(self) -> tuple[float, float]:
        """When it began, and when it ended or was heard of last, calls and children included."""
        ((first, last),) = self._index.rows(
            "SELECT started_at, max(coalesce(ended_at, 0), seen_at) FROM session WHERE id = ?", (self._key,)
        )
        return first, max(first, last)

    def timed(self, sql: str, values: Mapping[str, object]) -> list[tuple[Any, ...]]:
        """The rows of a query in which ``:session`` is this session."""
        return self._index.rows(sql, {**values, "session": self._key})

    @property
    def index(self) -> Index:
        """The catalog that it is in."""
        return self._index

    def prefixes(self) -> dict[int, str]:
        """The catalog's numbers of this session and of all below it, each with what stands before paths in it."""
        found = {self._key: ""}
        below = self._index.rows(_BELOW, (self._key,)) if self.row.children else []
        for number, above, path in below:  # each after the one that it is below
            found.setdefault(number, f"{found[above]}{path}.")
        return found

    def rounds_where(self, sessions: Iterable[int], needed: str) -> Iterator[tuple[int, Round]]:
        """The turns and steps of some sessions for which an SQL condition holds, each with its session's number."""
        found = self._index.rows(
            f"SELECT round.session, {ROUND_COLUMNS} FROM json_each(?) CROSS JOIN round ON round.session = value"
            f" WHERE {needed}",
            (json.encode([*sessions]).decode(),),
        )
        return ((session, round_row(tuple(row))) for session, *row in found)

    def operations_where(self, sessions: Iterable[int], needed: str) -> Iterator[tuple[int, Operation]]:
        """The attempts and tool calls of some sessions, likewise."""
        found = self._index.rows(
            f"SELECT operation.session, {OPERATION_COLUMNS} FROM json_each(?) CROSS JOIN operation"
            f" ON operation.session = value JOIN round ON round.id = operation.round WHERE {needed}",
            (json.encode([*sessions]).decode(),),
        )
        return ((session, operation_row(tuple(row))) for session, *row in found)

    def slugs(self, sessions: Iterable[int]) -> dict[tuple[int, str], tuple[str, ...]]:
        """The slugs of the log entries of some sessions, by the session's number and the path of the node."""
        found = self._index.rows(
            "SELECT log.session, log.path, group_concat(DISTINCT log.slug) FROM json_each(?) CROSS JOIN log"
            " ON log.session = value GROUP BY 1, 2",
            (json.encode([*sessions]).decode(),),
        )
        return {(session, path): tuple(slugs.split(",")) for session, path, slugs in found}

    def logged(self) -> list[tuple[str, float, str, str, str]]:
        """The log entries of this session and of all below it, in time: full path, time, severity, slug, message."""
        prefixes = self.prefixes()
        found = self._index.rows(
            "SELECT log.session, log.path, at, severity, slug, message FROM json_each(?) CROSS JOIN log"
            " ON log.session = value ORDER BY at, log.id",
            (json.encode([*prefixes]).decode(),),
        )
        return [(f"{prefixes[session]}{path}".rstrip("."), *said) for session, path, *said in found]

    def frame(self) -> Session:
        """The session without its turns and steps: INIT, FIN, entries and notes on itself, and its payloads."""
        return self._frame()

    def head(self) -> Session:
        """The same with the status and the sums of the whole: sessions below it and estimated costs included."""
        return structs.replace(self.frame(), status=self.row.status, totals=self.row.totals)

    def whole(self) -> Session:
        """The whole tree, sessions below it inside. It is read from its journals: a long one takes time and memory."""
        return Folder(self._index.folder).load(self.session_id)

    def round(self, path: str) -> Turn | Step:
        """A turn or a step, whole; child sessions in it hold only what a list knows of them. Raises ``PathError``."""
        try:
            return self._round(path)
        except KeyError:
            count = f"{self.row.turns} turns and {self.row.steps} steps"
            message = f"There is no node '{path}': the session has {count}."
            raise PathError(message) from None

    def node(self, path: str) -> Node:
        """The node at a path, into child sessions: ``2-3.1-2``. Raises ``PathError``."""
        view, here = self.inside(path)
        if here == "":
            return view.frame()
        if here == "init":
            return view.frame().init
        fin = view.frame().fin if here == "fin" else None
        if fin is not None:
            return fin
        label, dash, number = here.partition("-")
        holder = view.round(label)
        if not dash:
            return holder
        there = operations(holder)
        if not number.isdecimal() or not 1 <= int(number) <= len(there):
            message = f"There is no operation '{here}' of '{path}': '{label}' has {len(there)}."
            raise PathError(message)
        return there[int(number) - 1]

    def inside(self, path: str) -> tuple[SessionView, str]:
        """The session that a path ends in, and the rest of the path within it. Raises ``PathError``."""
        outer, dot, last = path.rpartition(".")
        if not dot:
            return self, path
        return self.child(outer), last

    def child(self, path: str) -> SessionView:
        """The session that the tool call at a path started. Raises ``PathError``."""
        view: SessionView = self
        for part in path.split("."):
            node = view.node(part)
            if not isinstance(node, ToolCall) or node.child_session is None:
                message = f"There is no child session at '{part}' of '{path}'."
                raise PathError(message)
            try:
                view = view.opened(node.child_session.session_id)
            except SessionNotFound as problem:
                message = f"The session '{node.child_session.session_id}', which '{part}' started, is not there."
                raise PathError(message) from problem
        return view

    def opened(self, session_id: str) -> SessionView:
        """A session below it. Raises ``SessionNotFound``."""
        return SessionView(self._index, session_id)
