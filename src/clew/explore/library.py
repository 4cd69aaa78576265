"""A library: the sessions of a folder, asked by query. What every screen and command begins with.

::

    library = Library(Folder.default())
    library.refresh()
    for row in library.sessions("agent:support tool:memory:failed after:2d"):
        print(row.session_id, row.cost)
"""

from __future__ import annotations

import time
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from clew.explore.listing import COLUMNS, SessionRow, session_row
from clew.explore.prices import Prices
from clew.explore.query import Query, Where, parse, titled, where
from clew.explore.view import SessionView
from clew.store.index.index import Index
from clew.store.index.parts import SessionParts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from clew.store.folder import Folder
    from clew.store.index.index import Change, Progress
    from clew.store.index.text.hit import Hit

Order = Literal["newest", "oldest", "live", "cost", "tokens", "duration", "failures", "turns", "agent", "status"]

_ORDERS: dict[Order, str] = {
    "newest": "session.session_id DESC",
    "oldest": "session.session_id",
    "live": "session.status = 'running' DESC, session.session_id DESC",
    "cost": "session.all_cost IS NULL, session.all_cost DESC",
    "tokens": "session.all_input_tokens + session.all_cache_read_tokens + session.all_cache_write_tokens"
    " + session.all_output_tokens DESC",
    "duration": "coalesce(session.ended_at, session.seen_at) - session.started_at DESC",
    "failures": "session.all_tools_failed DESC",
    "turns": "session.turns DESC",
    "agent": "session.agent_id IS NULL, session.agent_id",
    "status": "session.status",
}
ROOTS = Where("NOT EXISTS (SELECT 1 FROM session AS above WHERE above.session_id = session.parent_id)")
"""The outermost sessions: those that no other one of the folder started."""


_PLACES = {"config": "init", "init.end": "init", "fin.start": "fin", "report": "fin", "fin.end": "fin"}
"""Where acts without a node of their own belong."""


class Library:
    """The sessions of one folder. Safe to be used by several threads, as long as each waits for its answer."""

    def __init__(self, folder: Folder, *, prices: Prices | None = None, now: Callable[[], float] = time.time) -> None:
        """Nothing is read yet; ``now`` gives seconds since the epoch. Raises ``PriceFileError``."""
        self.folder = folder
        self.prices = prices or Prices.load()
        """What models cost."""
        self.now = now
        """Seconds since the epoch."""
        self.index = Index(folder.path, price=self.prices.cost, prices=self.prices.version)

    @property
    def path(self) -> Path:
        """The folder."""
        return self.folder.path

    def refresh(self, *, wait: float = 2.0, told: Callable[[Progress], None] | None = None) -> Change:
        """Take in what is new in the folder. Raises ``UnreadableFolder``."""
        return self.index.refresh(wait=wait, told=told)

    def sessions(
        self,
        query: Query | str = "",
        *,
        limit: int | None = None,
        offset: int = 0,
        order: Order = "newest",
        children: bool = False,
    ) -> list[SessionRow]:
        """The sessions that a query means.

        Without a query those that no other one started, unless ``children`` asks for all. Raises ``QueryError``.
        """
        wanted = self.condition(query, children=children)
        rows = self.index.rows(
            f"SELECT {COLUMNS} FROM session WHERE {wanted.sql}"
            f" ORDER BY {_ORDERS[order]}, session.session_id DESC LIMIT ? OFFSET ?",
            (*wanted.parameters, -1 if limit is None else limit, offset),
        )
        return [session_row(row) for row in rows]

    def count(self, query: Query | str = "", *, children: bool = False) -> int:
        """How many sessions a query means. Raises ``QueryError``."""
        wanted = self.condition(query, children=children)
        rows = self.index.rows(f"SELECT count(*) FROM session WHERE {wanted.sql}", wanted.parameters)
        return int(rows[0][0])

    def ids(self, query: Query | str = "", *, order: Order = "newest", children: bool = True) -> list[str]:
        """The ids of the sessions that a query means. Raises ``QueryError``."""
        wanted = self.condition(query, children=children)
        rows = self.index.rows(
            f"SELECT session_id FROM session WHERE {wanted.sql} ORDER BY {_ORDERS[order]}",
            wanted.parameters,
        )
        return [session_id for (session_id,) in rows]

    def rows(self, ids: Sequence[str]) -> list[SessionRow]:
        """The sessions of some ids, in their order; those that are gone are left out."""
        marks = ", ".join("?" * len(ids))
        found = self.index.rows(f"SELECT {COLUMNS} FROM session WHERE session_id IN ({marks})", ids)
        known = {row.session_id: row for row in map(session_row, found)}
        return [known[session_id] for session_id in ids if session_id in known]

    def row(self, session_id: str) -> SessionRow | None:
        """One session; ``None`` if there is none of this id."""
        rows = self.index.rows(f"SELECT {COLUMNS} FROM session WHERE session_id = ?", (session_id,))
        return session_row(rows[0]) if rows else None

    def session(self, session_id: str) -> SessionView:
        """One session, to be looked into. Raises ``SessionNotFound``."""
        return SessionView(self.index, session_id)

    def search(self, needle: str, *, query: Query | str = "", ignore_case: bool = False) -> Iterator[Hit]:
        """Where a text occurs in payloads, newest session first, in the sessions that a query means.

        Raises ``QueryError``.
        """
        from clew.store.index.text.search import search  # noqa: PLC0415 - a list of sessions needs none of it

        asked = _parsed(query)
        sessions = frozenset(self.ids(asked)) if asked.terms else None
        yield from search(self.path, needle, sessions=sessions, ignore_case=ignore_case)

    def place(self, hit: Hit) -> str:
        """The path of the node that a hit belongs to; empty for the session itself. Raises ``SessionNotFound``."""
        if hit.n:
            return SessionParts(self.index, hit.session_id).path_of(hit.node_segment, hit.n)
        return _PLACES.get(hit.ev, "")

    def condition(self, query: Query | str, *, children: bool) -> Where:
        """A query as a condition on the table ``session`` of the catalog, its free text included.

        A query finds sessions below others, too; ``is:root`` leaves them out. Raises ``QueryError``.
        """
        asked = _parsed(query)
        parts = [where(msgspec.structs.replace(asked, terms=asked.conditions), now=self.now() * 1000)]
        parts += [self._said(text.words, negated=text.negated) for text in asked.texts]
        if not children and not asked.terms:
            parts.append(ROOTS)
        sql = " AND ".join(f"({part.sql})" for part in parts)
        return Where(sql, tuple(parameter for part in parts for parameter in part.parameters))

    def _said(self, words: str, *, negated: bool) -> Where:
        """The sessions with a text in their title or in a payload."""
        from clew.store.index.text.search import search  # noqa: PLC0415 - as above

        found = {hit.session_id for hit in search(self.path, words)}
        title = titled(words)
        sql = f"({title.sql}) OR session.session_id IN (SELECT value FROM json_each(?))"
        ids: Any = msgspec.json.encode(sorted(found)).decode()
        return Where(f"({sql}) IS NOT TRUE" if negated else sql, (*title.parameters, ids))

    @cached_property
    def agents(self) -> list[str]:
        """The agents that have sessions, for completion."""
        return [agent for (agent,) in self.index.rows("SELECT DISTINCT agent_id FROM session WHERE agent_id NOT NULL")]


def _parsed(query: Query | str) -> Query:
    return parse(query) if isinstance(query, str) else query
