"""The answers that an exported file carries: those of the server, whole instead of in pages, by address.

The page asks an exported file as it asks a server, and cuts the pages itself. These are the addresses:

=================================================  =====================================================================
``api/sessions``                                   the session and all below it
``api/sessions/{id}``                              its head
``api/sessions/{id}/rows``                         every row of the tree, all opened; each as it looks when it is closed
``api/sessions/{id}/nodes/{path}``                 every node that a row stands for, with all its log entries
``api/sessions/{id}/nodes/{path}/new``             of every attempt
``…/parts/{part}?as=json`` (``text``,              every part, whole; ``?as=text&at=…`` for every text
``conversation``)                                  that its conversation shows the beginning of only
``api/sessions/{id}/timeline``                     all of it, as wide as a large screen; the page cuts windows out of it
``api/sessions/{id}/costs?by=…``                   by everything
``api/sessions/{id}/why``                          the same
=================================================  =====================================================================

A request repeats the one before it and adds a little. So a part may say ``"after": [address, count]``: its first lines
(or messages) are the first ``count`` of that other part, which may say the same of a third.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, NamedTuple, get_args
from urllib.parse import quote

import msgspec

from clew.errors import ClewError
from clew.explore.costs import By
from clew.web import asked
from clew.web.answers import costs, nodes, trees
from clew.web.desk import Desk
from clew.web.encoding import encode_any
from clew.web.refusal import Refusal
from clew.web.wire import RowPage, SessionPage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from clew.explore.detail import Detail
    from clew.explore.library import Library
    from clew.explore.part import PartFacts
    from clew.explore.rows import TreeRow
    from clew.web.keeper import Reading

MOST_ROWS = 50_000
"""Rows of a tree that a file can show."""
_WIDE = 4_096
_SHARED = 8
"""Lines or messages from which on a common beginning is not repeated."""


class TooLong(ClewError):
    """The session has more rows than a file can show."""


class Still:
    """A library that nothing changes in while it is asked."""

    def __init__(self, library: Library) -> None:
        """The library is up to date."""
        self.library = library
        self.reading: Reading | None = None
        self.ready = threading.Event()
        self.ready.set()
        self.moved = 0

    def version(self, session_id: str) -> int:  # noqa: ARG002 - the question of a desk
        """Always the same."""
        return 0


class Carried(NamedTuple):
    """What a file carries."""

    answers: dict[str, bytes]
    """JSON by address."""
    left_out: int
    """Parts that did not fit."""


class _Known(NamedTuple):
    """A part that others may begin like."""

    address: str
    pieces: Sequence[Any]


class Collector:
    """Asks everything about one session."""

    def __init__(self, library: Library, session_id: str, most: int) -> None:
        """``most`` is how many bytes the file may have. Raises ``SessionNotFound``."""
        self._desk = Desk(Still(library), lambda: library, library.prices)
        self._library = library
        self._id = session_id
        self._view = library.session(session_id)
        self._left = most
        self._left_out = 0
        self._answers: dict[str, bytes] = {}
        self._known: dict[tuple[str, str, str], _Known] = {}

    def collect(self) -> Carried:
        """All answers. Raises ``TooLong``, and whatever reading a session raises."""
        if self._view.row.status == "unreadable":
            self._view.whole()  # raises why
        rows = self._rows()
        self._add("api/sessions", self._listed())
        self._add(self._at(), trees.session(self._desk, asked.One(id=self._id)))
        self._add(self._at("rows"), rows)
        self._add(self._at("timeline"), costs.timeline(self._desk, asked.Window(id=self._id, pixels=_WIDE)))
        for by in get_args(By):
            shares = costs.shares_of(self._desk, self._id, by)
            self._add(f"{self._at('costs')}?by={by}", costs.page(shares, 0, len(shares)))
        try:
            self._add(self._at("why"), trees.why(self._desk, asked.One(id=self._id)))
        except (Refusal, ClewError):  # too large, or unreadable: the file says that it has none
            self._left_out += 1
        for path in dict.fromkeys(row.path for row in rows.rows if row.path or not row.depth):
            self._node(path or asked.SESSION)
        return Carried(self._answers, self._left_out)

    def _rows(self) -> RowPage:
        """Every row of the tree."""
        if self._view.row.turns + self._view.row.steps > MOST_ROWS:
            raise TooLong(_too_long(self._id))
        found = trees.all_rows(self._view)
        closed: dict[str, TreeRow] = {}
        while True:
            if len(found) > MOST_ROWS:
                raise TooLong(_too_long(self._id))
            there = found[:]
            for row in there:
                closed.setdefault(row.key, row)
            more = [row.key for row in there if row.expandable and row.key not in found.expanded and row.depth]
            if not more:
                break
            found = found.opened(*more)
        rows = tuple(msgspec.structs.replace(row, notes=closed[row.key].notes, expanded=not row.depth) for row in there)
        return RowPage(rows=rows, first=0, total=len(rows), at=None, above=(), matching=None)

    def _listed(self) -> SessionPage:
        rows = {self._id: self._view.row}
        waiting = [self._view.row]
        while waiting:
            row = waiting.pop()
            below = self._library.sessions(f"parent:{row.session_id}", order="oldest") if row.children else []
            waiting += [one for one in below if one.session_id not in rows]
            rows |= {one.session_id: one for one in below}
        return SessionPage(rows=tuple(rows.values()), offset=0, total=len(rows), live=0, reading=None)

    def _node(self, path: str) -> None:
        try:
            found = nodes.whole_node(self._desk, self._id, path)
        except ClewError:
            self._left_out += 1
            return
        self._add(self._at("nodes", path), found)
        if found.detail.kind == "attempt":
            self._add(self._at("nodes", path, "new"), nodes.new(self._desk, asked.AtNode(id=self._id, path=path)))
        for facts in _parts_of(found.detail):
            self._part(path, facts, found.detail.kind)
        for link in found.detail.links:
            if link.kind == "child":
                self._node(link.path)

    def _part(self, path: str, facts: PartFacts, of: str) -> None:
        kinds = dict.fromkeys(("json", facts.kind))
        if facts.size * len(kinds) > self._left:
            self._left_out += 1
            return
        for kind in kinds:
            self._whole(path, facts.name, kind, of)

    def _whole(self, path: str, name: str, kind: Any, of: str, at: str = "[]") -> None:  # noqa: ANN401 - a kind of part
        """A part of a kind of node, from its first to its last line or message."""
        page = nodes.whole_part(self._desk, asked.Page(id=self._id, path=path, part=name, as_=kind, at=at))
        place = f"&at={quote(at, safe=_PLAIN)}" if at != "[]" else ""
        address = f"{self._at('nodes', path, 'parts', name)}?as={kind}{place}"
        field = "messages" if kind == "conversation" else "lines"
        pieces: Sequence[Any] = getattr(page, field) or ()
        before = self._known.get((of, name, kind))
        count = _alike(before.pieces, pieces) if before is not None else 0
        if before is not None and count >= _SHARED:
            page = msgspec.structs.replace(page, **{field: pieces[count:]}, after=(before.address, count))
        self._add(address, page)
        if at == "[]":
            self._known[of, name, kind] = _Known(address, pieces)
        if kind == "conversation":
            for message in pieces[count:]:
                for block in message.blocks:
                    if block.is_cut:
                        self._whole(path, name, "text", of, msgspec.json.encode(block.at).decode())

    def _add(self, address: str, answer: object) -> None:
        body = encode_any(answer)
        self._left -= len(body)
        self._answers[address] = body

    def _at(self, *parts: str) -> str:
        return "/".join(["api/sessions", self._id, *(quote(part, safe=_PLAIN) for part in parts)])


_PLAIN = "!'()*-._~"
"""What a browser leaves as it is in a part of an address."""


def _parts_of(detail: Detail) -> Iterator[PartFacts]:
    yield from detail.parts
    for line in detail.logs:
        yield from line.parts


def _alike(one: Sequence[Any], other: Sequence[Any]) -> int:
    """How many elements at the beginning are the same."""
    for count, (mine, its) in enumerate(zip(one, other, strict=False)):
        if mine != its:
            return count
    return min(len(one), len(other))


def _too_long(session_id: str) -> str:
    return f"Session {session_id} has more than {MOST_ROWS:,} rows, which no single page can hold: use 'clew serve'."
