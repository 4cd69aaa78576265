"""Suspects: attempts whose usage or cost cannot be true, over many sessions.

What the catalog shows (a count below zero, more reasoning than output, a cost below zero) is told at once; what only
the payloads show takes reading every session.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from clew.errors import RecordError
from clew.explore.statistics.grouping import chosen
from clew.explore.suspicion import Facts, session_suspicions, suspicions
from clew.model.usage import Usage
from clew.store.folder import Folder
from clew.store.index.schema import to_dollars

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clew.explore.library import Library
    from clew.explore.query import Query

_TOKENS = Usage.__struct_fields__
_ODD = " OR ".join(
    [*(f"operation.{name} < 0" for name in _TOKENS), "operation.reasoning_tokens > operation.output_tokens"]
)


class Suspect(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One thing that cannot be true."""

    session_id: str
    path: str
    """The attempt; empty for the session itself."""
    kind: str
    """Which rule of :mod:`clew.explore.suspicion` it breaks."""
    message: str
    """A sentence with the figures."""


def suspects(library: Library, query: Query | str = "", *, days: int | None = None) -> list[Suspect]:
    """What the catalog alone shows. Raises ``QueryError``."""
    sessions = chosen(library, query, days=days)
    columns = ", ".join(f"operation.{name}" for name in (*_TOKENS, "cost"))
    rows = library.index.rows(
        f"SELECT session.session_id, round.path || '-' || operation.position, {columns} FROM operation"
        " JOIN round ON round.id = operation.round JOIN session ON session.id = operation.session"
        f" WHERE operation.kind = 'attempt' AND ({_ODD} OR operation.cost < 0) AND ({sessions.sql})"
        " ORDER BY session.session_id DESC, operation.id",
        sessions.parameters,
    )
    return [
        Suspect(session_id=session_id, path=path, kind=found.kind, message=found.message)
        for session_id, path, *counts, cost in rows
        for found in suspicions(
            Facts(usage=Usage(**dict(zip(_TOKENS, counts, strict=True))), cost=to_dollars(cost) if cost else None)
        )
    ]


def close_suspects(
    library: Library,
    query: Query | str = "",
    *,
    days: int | None = None,
    told: Callable[[int, int], None] | None = None,
) -> Iterator[Suspect]:
    """All that can be known, by reading every session; ``told`` hears how many are read, and of how many.

    Raises ``QueryError``.
    """
    sessions = chosen(library, query, days=days)
    rows = library.index.rows(
        f"SELECT session_id, parent_id FROM session WHERE {sessions.sql} ORDER BY session_id DESC",
        sessions.parameters,
    )
    folder = Folder(library.path)
    known = {session_id for session_id, _ in rows}
    outermost = [session_id for session_id, parent in rows if parent not in known]  # the others come with them
    for done, session_id in enumerate(outermost):
        if told is not None:
            told(done, len(outermost))
        try:
            session = folder.load(session_id)
        except RecordError:  # its row in a list says why
            continue
        for path, found in session_suspicions(session, library.prices):
            yield Suspect(session_id=session_id, path=path, kind=found.kind, message=found.message)
