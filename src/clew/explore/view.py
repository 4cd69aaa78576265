"""A session to be looked into: its rounds as light rows, and any part of it as the ordinary tree, on demand.

Nothing here is slower for a long session than for a short one, but for the list of rounds itself.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import json

from clew.errors import PathError, SessionNotFound
from clew.explore.listing import COLUMNS, SessionRow, session_row
from clew.explore.rounds import OPERATION_COLUMNS, ROUND_COLUMNS, Operation, Round, operation_row, round_row
from clew.model.session import ToolCall
from clew.store.index.parts import SessionParts
from clew.tree.path import operations

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clew.model.session import Node, Session, Step, Turn
    from clew.store.index.index import Index

_KEPT = 256
"""Rounds that stay loaded."""


class SessionView:
    """One session of a library, as it was when this was made."""

    def __init__(self, index: Index, session_id: str) -> None:
        """Look the session up. Raises ``SessionNotFound``."""
        rows = index.rows(f"SELECT session.id, {COLUMNS} FROM session WHERE session_id = ?", (session_id,))  # noqa: S608 - constants
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
            f"SELECT {ROUND_COLUMNS} FROM round WHERE session = ? ORDER BY started_at, id",  # noqa: S608 - constants
            (self._key,),
        )
        return [round_row(row) for row in found]

    def round_keys(self) -> list[tuple[int, float]]:
        """For every turn and step, in the same order, a number to ask for it by and when it began."""
        return self._index.rows(
            "SELECT id, started_at FROM round WHERE session = ? ORDER BY started_at, id", (self._key,)
        )

    def rounds_at(self, keys: Sequence[int]) -> dict[int, Round]:
        """Some turns and steps by their numbers. One that went on since may have another number."""
        found = self._index.rows(
            f"SELECT round.id, {ROUND_COLUMNS} FROM round JOIN json_each(?) ON round.id = value WHERE session = ?",  # noqa: S608 - constants
            (json.encode(keys).decode(), self._key),
        )
        return {key: round_row(row) for key, *row in found}

    def place(self, path: str) -> int | None:
        """How many turns and steps come before the one at a path; ``None`` if there is none."""
        found = self._index.rows(
            "SELECT count(*) FROM round JOIN (SELECT started_at AS at, id AS n FROM round WHERE session = ? AND path = ?)"
            " ON session = ? AND (started_at, id) <= (at, n)",
            (self._key, path, self._key),
        )
        return found[0][0] - 1 if found[0][0] else None

    def operations(self, path: str | None = None) -> list[Operation]:
        """The attempts and tool calls of a round, or of all of them, in order."""
        one = " AND round.path = ?" if path is not None else ""
        found = self._index.rows(
            f"SELECT {OPERATION_COLUMNS} FROM operation JOIN round ON round.id = operation.round"  # noqa: S608 - constants
            f" WHERE round.session = ?{one} ORDER BY round.started_at, round.id, operation.position",
            (self._key,) if path is None else (self._key, path),
        )
        return [operation_row(row) for row in found]

    def frame(self) -> Session:
        """The session without its turns and steps: INIT, FIN, entries and notes on itself, and its payloads."""
        return self._frame()

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
                view = SessionView(self._index, node.child_session.session_id)
            except SessionNotFound as problem:
                raise PathError(str(problem)) from problem
        return view
