"""Answers about one session: what it is, the rows of its tree, why it failed, and that it went on."""

from __future__ import annotations

import time
from itertools import islice
from typing import TYPE_CHECKING

from clew.explore.marks import Marks
from clew.explore.query import parse
from clew.explore.reading_order import ReadingOrder
from clew.explore.rows import TreeRows, keys_above
from clew.explore.why import telling
from clew.text.clean import clean
from clew.text.why import advice, why_rows
from clew.tree.failure import explain
from clew.web.asked import MOST_ROWS, One, Onward, Rows, node_path
from clew.web.desk import Desk
from clew.web.limits import checked_stop
from clew.web.refusal import Refusal
from clew.web.wire import Cause, Grown, NextNode, RowPage, SaidNote, SessionHead, Testimony, Why

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from clew.explore.library import Library
    from clew.explore.listing import SessionRow
    from clew.explore.query import Query
    from clew.explore.view import SessionView
    from clew.model.session import Session
    from clew.tree.failure import Evidence, Explanation, Link

_FAILED = "status:failed,timeout,cancelled,interrupted,rejected"
"""What is gone to without a query."""
_DEEPEST = 200
"""Sessions around one another that are named."""


def session(desk: Desk, asked: One) -> SessionHead:
    """One session, where it belongs, and what happened to its record."""
    opened = desk.session(asked.id)
    with desk.library() as library, opened.lock:
        return head_of(library, opened.view)


def head_of(library: Library, view: SessionView) -> SessionHead:
    """The same of a view."""
    above = tuple(reversed([*islice(_above(library, view.row), _DEEPEST)]))
    below = library.sessions(f"parent:{view.session_id}", limit=MOST_ROWS, order="oldest")
    notes = tuple(map(_note, islice(_notes(view), MOST_ROWS)))
    return SessionHead(row=view.row, above=above, below=tuple(below), notes=notes)


def rows(desk: Desk, asked: Rows) -> RowPage:
    """A slice of the rows of its tree, as far as they are opened."""
    stop = checked_stop(asked.from_, asked.to)
    query = parse(asked.q) if asked.q else None
    opened = desk.session(asked.id)
    with opened.lock:

        def make() -> TreeRows:
            return all_rows(opened.view, query, only=asked.only, every=asked.every)

        found = opened.rows((asked.q, asked.only, asked.every), make, frozenset(asked.open))
        return RowPage(
            rows=tuple(found[asked.from_ : stop]),
            first=asked.from_,
            total=len(found),
            at=found.index_of(asked.at) if asked.at is not None else None,
            above=tuple(sorted(keys_above(asked.at), key=len)) if asked.at else (),
            matching=len(found.marks.paths) if found.marks is not None else None,
        )


def next_node(desk: Desk, asked: Onward) -> NextNode:
    """The next node that a query means, or the next failure; or the one before."""
    opened = desk.session(asked.id)
    with opened.lock:

        def meant() -> frozenset[str]:
            marks = Marks(opened.view, parse(asked.q or _FAILED))
            return marks.paths if not marks.is_empty else frozenset()

        paths = opened.kept.get(("meant", asked.q), meant)
        order = opened.kept.get("order", lambda: ReadingOrder(opened.view))
        return NextNode(path=order.next(paths, node_path(asked.here), back=asked.back))


def why(desk: Desk, asked: One) -> Why:
    """Why it failed, or what it recovered from: the cause, the evidence, the chain."""
    opened = desk.session(asked.id)
    return opened.kept.get("why", lambda: why_of(opened.view))


def why_of(view: SessionView) -> Why:
    """The same of a view. Raises ``RecordError``."""
    tree = telling(view)
    return _why(tree, explain(tree))


def grown(desk: Desk, asked: One) -> Grown:
    """That it, or a session below it, went on, as it does; the first event says how it stands."""
    with desk.library() as library:
        row = library.row(asked.id)
    if row is None and not desk.is_unread(asked.id):
        raise Refusal("web.no_session")
    return Grown(row=row)


def all_rows(view: SessionView, query: Query | None = None, *, only: bool = False, every: bool = False) -> TreeRows:
    """The rows of a tree, as it stands now, with nothing opened."""
    return TreeRows(view, query=query, only_matching=only, every_entry=every, now=time.time() * 1000)


def _above(library: Library, row: SessionRow) -> Iterator[SessionRow]:
    seen = {row.session_id}
    here = row.parent_id
    while here is not None and here not in seen:
        seen.add(here)
        found = library.row(here)
        if found is None:
            return
        yield found
        here = found.parent_id


def _notes(view: SessionView) -> Iterable[object]:
    return view.frame().notes if view.row.status != "unreadable" else ()


def _note(note: object) -> SaidNote:
    kind, message, segment, offset, size = (
        getattr(note, name) for name in ("kind", "message", "segment", "offset", "size")
    )
    return SaidNote(kind=kind, message=clean(message), segment=segment, offset=offset, size=size)


def _why(tree: Session, told: Explanation) -> Why:
    return Why(
        status=told.status,
        cause=_cause(told.cause) if told.cause is not None else None,
        evidence=_testimony(told.evidence),
        chain=tuple(map(_cause, told.chain)),
        recovered=tuple(map(_cause, told.recovered[:MOST_ROWS])),
        aside=tuple(map(_cause, told.aside[:MOST_ROWS])),
        incident=told.incident,
        record_incomplete=told.damaged,
        advice=advice(told.cause) if told.cause is not None else None,
        lines=tuple(why_rows(tree, told)),
    )


def _cause(link: Link) -> Cause:
    return Cause(path=link.path, slug=link.slug, origin=link.origin, what=clean(link.what))


def _testimony(evidence: Evidence) -> Testimony:
    entry = evidence.entry
    return Testimony(
        severity=entry.severity if entry is not None else None,
        slug=entry.slug if entry is not None else None,
        message=clean(entry.message) if entry is not None else None,
        http_status=evidence.http_status,
    )
