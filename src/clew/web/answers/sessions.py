"""Answers about many sessions: the list, the tiles above it, completion, search."""

from __future__ import annotations

from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING

from clew.errors import QueryError
from clew.explore.finds import finds
from clew.explore.query import complete, parse
from clew.explore.statistics import Overview, overview, spending
from clew.explore.statistics.spending import Spending
from clew.explore.vocabulary import known_values
from clew.text.clean import clean
from clew.web.asked import Listing, Looked, Nothing, Spent, Sums, Typed
from clew.web.desk import Desk
from clew.web.refusal import Refusal
from clew.web.wire import Completed, Completions, Moved, QueryProblem, SearchPage, SessionPage, Spotted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clew.explore.finds import Find
    from clew.explore.library import Library

RUNNING = "status:running"
MOST_MOVED = 50
"""Sessions that one notice of changes carries."""
_MOST_COMPLETIONS = 50


def sessions(desk: Desk, asked: Listing) -> SessionPage:
    """A page of the sessions that a query means."""
    with desk.library() as library:
        return SessionPage(
            rows=tuple(
                library.sessions(
                    asked.q, limit=asked.limit, offset=asked.offset, order=asked.order, children=asked.children
                )
            ),
            offset=asked.offset,
            total=library.count(asked.q, children=asked.children),
            live=library.count(RUNNING, children=True),
            reading=desk.keeper.reading,
        )


def tiles(desk: Desk, asked: Sums) -> Overview:
    """The few figures that say how agents are doing."""
    with desk.library() as library:
        return overview(library, asked.q, days=asked.days)


def spent(desk: Desk, asked: Spent) -> tuple[Spending, ...]:
    """What was used by one key or several, the most expensive first, days and hours in order."""
    with desk.library() as library:
        try:
            found = spending(library, asked.q, by=asked.by, days=asked.days)
        except ValueError as problem:  # keys that do not go together
            raise Refusal("web.bad_parameter") from problem
        return tuple(found[:1_000])


def completions(desk: Desk, asked: Typed) -> Completions:
    """How a query may go on at the cursor, and what is wrong with it as it stands."""
    with desk.library() as library:
        found = complete(asked.text, asked.cursor, lambda field: known_values(library, field))
    problem = None
    try:
        parse(asked.text)
    except QueryError as wrong:
        problem = QueryProblem(sentence=clean(str(wrong)), column=wrong.column)
    items = (Completed(insert=one.insert, start=one.start, says=one.says) for one in found[:_MOST_COMPLETIONS])
    return Completions(items=tuple(items), problem=problem)


def search(desk: Desk, asked: Looked) -> SearchPage:
    """Where a text occurs in payloads, newest session first, in the sessions that a query means."""
    key = ("search", asked.text, asked.q, asked.ignore_case, desk.keeper.moved)
    with desk.library() as library:
        hunt = desk.kept.get(key, lambda: _Hunt(library, asked))
        found = hunt.first(asked.after + asked.limit + 1)[asked.after :]
    is_last = len(found) <= asked.limit
    return SearchPage(
        hits=tuple(map(_spotted, found[: asked.limit])),
        next=None if is_last else asked.after + asked.limit,
    )


def moved(desk: Desk, asked: Nothing) -> Moved:  # noqa: ARG001 - the signature of every answer
    """What changed in the folder, as it changes; the first event says how many sessions are being written."""
    with desk.library() as library:
        live = library.count(RUNNING, children=True)
    return Moved(rows=(), gone=(), live=live, is_all=True)


class _Hunt:
    """A search under way: its hits so far, and where it goes on."""

    def __init__(self, library: Library, asked: Looked) -> None:
        hits = library.search(asked.text, query=asked.q, ignore_case=asked.ignore_case)
        self._finds: Iterator[Find] = finds(library, hits)
        self._found: list[Find] = []
        self._lock = Lock()

    def first(self, count: int) -> list[Find]:
        """The first so many hits, or all."""
        with self._lock:
            self._found += islice(self._finds, max(0, count - len(self._found)))
            return self._found[:count]


def _spotted(find: Find) -> Spotted:
    hit, row = find.hit, find.session
    return Spotted(
        session_id=hit.session_id,
        agent_id=row.agent_id if row is not None else None,
        status=row.status if row is not None else None,
        path=find.path,
        event=hit.ev,
        field=hit.field,
        where=clean(hit.path),
        before=clean(hit.before),
        match=clean(hit.match),
        after=clean(hit.after),
        count=hit.count,
    )
