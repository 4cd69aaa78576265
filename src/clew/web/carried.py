"""The answers that an exported file carries: those of the server, whole instead of in pages, by address.

The page asks an exported file as it asks a server, and cuts the pages itself. These are the addresses:

=================================================  =====================================================================
``api/sessions``                                   the session and all below it
``api/sessions/{id}``                              its head
``api/sessions/{id}/rows``                         every row of the tree, all opened; each as it looks when it is closed
``api/sessions/{id}/nodes/{path}``                 every node that a row stands for, with all its log entries
``api/sessions/{id}/nodes/{path}/new``             of every attempt
``…/parts/{part}``                                 every part that fits: a :class:`~clew.web.carried_part.CarriedPart`
``api/sessions/{id}/lines/{shelf}``                lines that parts share
``api/sessions/{id}/messages/{shelf}``             messages that they share
``api/sessions/{id}/timeline``                     all of it, as wide as a large screen; the page cuts windows out of it
``api/sessions/{id}/costs?by=…``                   by everything
``api/sessions/{id}/why``                          the same
=================================================  =====================================================================

A session is read whole for it, once. Only parts are left out where a file must not become too large: whatever else the
file has stands in it before the first of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, get_args
from urllib.parse import quote

import msgspec

from clew.errors import ClewError
from clew.explore.costs import By, session_costs
from clew.explore.detail import detail_of, new_since
from clew.explore.parts import every_part
from clew.explore.timeline import timeline
from clew.explore.whole_view import WholeView
from clew.web import asked
from clew.web.answers import costs, trees
from clew.web.carried_part import Packer
from clew.web.encoding import embeddable, encode_any
from clew.web.stock import Full, Room
from clew.web.wire import Newer, NodePage, RowPage, SessionPage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clew.explore.detail import Detail
    from clew.explore.library import Library
    from clew.explore.listing import SessionRow
    from clew.explore.part import PartFacts
    from clew.explore.rows import TreeRow

MOST_ROWS = 50_000
"""Rows of a tree that a file can show."""
_WIDE = 4_096
_MOST_READ = 64 << 20
"""Bytes of journals up to which a session is read whole; parts of a larger one are read one by one."""


class TooLong(ClewError):
    """The session is longer than a file can show."""


class Carried(NamedTuple):
    """What a file carries."""

    answers: list[tuple[str, bytes]]
    """Addresses, each with JSON that can stand in a document."""
    left_out: int
    """Parts that did not fit."""


class Collector:
    """Asks everything about one session."""

    def __init__(self, library: Library, session_id: str, most: int) -> None:
        """``most`` is how many bytes the answers may take. Raises ``SessionNotFound``."""
        self._library = library
        self._id = session_id
        self._row = library.session(session_id).row
        self._listed = [*_below(library, self._row)]
        small = sum(row.size for row in self._listed) <= _MOST_READ
        self._view = WholeView(library.index, session_id) if small else library.session(session_id)
        self._room = Room(most)
        self._packer = Packer(self._room, len(self._at("messages", "")) + len('"":[],'))
        self._left_out = 0
        self._answers: list[tuple[str, bytes]] = []

    def collect(self) -> Carried:
        """All answers. Raises ``TooLong``, and whatever reading a session raises."""
        if self._row.status == "unreadable":
            self._view.whole()  # raises why
        try:
            known = self._tree()
        except Full:
            message = f"Session {self._id} does not fit, even without its payloads; --most allows for more."
            raise TooLong(message) from None
        for detail in known:
            self._parts(detail)
        for shelf, body in self._packer.lines.encoded():
            self._answers.append((self._at("lines", shelf), body))
        for shelf, body in self._packer.messages.encoded():
            self._answers.append((self._at("messages", shelf), body))
        return Carried(self._answers, self._left_out)

    def _tree(self) -> list[Detail]:
        """Everything but the parts. Gives the nodes."""
        rows = self._rows()
        listed = SessionPage(rows=tuple(self._listed), offset=0, total=len(self._listed), live=0, reading=None)
        self._add("api/sessions", listed)
        self._add(self._at(), trees.head_of(self._library, self._view))
        self._add(self._at("rows"), rows)
        self._add(self._at("timeline"), timeline(self._view, None, _WIDE))
        for by in get_args(By):
            shares = session_costs(self._view, by, self._library.prices)
            self._add(f"{self._at('costs')}?by={by}", costs.page(shares, 0, len(shares)))
        self._why()
        paths = dict.fromkeys(row.path for row in rows.rows if row.path or not row.depth)
        return [detail for path in paths for detail in self._node(path)]

    def _why(self) -> None:
        try:
            why = trees.why_of(self._view)
        except ClewError:  # unreadable: the file says that it has none
            self._left_out += 1
        else:
            self._add(self._at("why"), why)

    def _rows(self) -> RowPage:
        """Every row of the tree."""
        if self._row.turns + self._row.steps > MOST_ROWS:
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
        rows = tuple(
            msgspec.structs.replace(row, notes=shut.notes, inside=shut.inside, expanded=not row.depth)
            for row, shut in ((row, closed[row.key]) for row in there)
        )
        return RowPage(rows=rows, first=0, total=len(rows), at=None, above=(), matching=None)

    def _node(self, path: str) -> Iterator[Detail]:
        """A node, and the session that it started."""
        try:
            detail = detail_of(self._view, path, self._library.prices)
        except (ClewError, OSError):  # the journal of a session below that cannot be read
            self._left_out += 1
            return
        name = path or asked.SESSION
        self._add(self._at("nodes", name), NodePage(detail=detail, log_count=len(detail.logs)))
        yield detail
        if detail.kind == "attempt":
            before = next((link.path for link in detail.links if link.kind == "request_before"), None)
            new = new_since(self._view, path, before) if before is not None else None
            self._add(self._at("nodes", name, "new"), Newer(before=before, new=new))
        for link in detail.links:
            if link.kind == "child":
                yield from self._node(link.path)

    def _parts(self, detail: Detail) -> None:
        """The parts of a node, as far as they fit."""
        there = every_part(self._view.node(detail.path))
        for facts in _facts_of(detail):
            address = self._at("nodes", detail.path or asked.SESSION, "parts", facts.name)
            try:
                self._packer.pack(there[facts.name], facts.kind, address, lambda part, at=address: self._add(at, part))  # type: ignore[misc]  # called at once
            except Full:
                self._left_out += 1

    def _add(self, address: str, answer: object) -> None:
        body = embeddable(encode_any(answer))
        self._room.take(len(body) + len(address) + len('"":,'))
        self._answers.append((address, body))

    def _at(self, *parts: str) -> str:
        return "/".join(["api/sessions", self._id, *(quote(part, safe=_PLAIN) for part in parts)])


_PLAIN = "!'()*-._~"
"""What a browser leaves as it is in a part of an address."""


def _below(library: Library, row: SessionRow) -> Iterator[SessionRow]:
    """A session and all below it."""
    seen, waiting = {row.session_id}, [row]
    while waiting:
        here = waiting.pop()
        yield here
        below = library.sessions(f"parent:{here.session_id}", order="oldest") if here.children else []
        waiting += [one for one in below if one.session_id not in seen]
        seen.update(one.session_id for one in below)


def _facts_of(detail: Detail) -> Iterator[PartFacts]:
    yield from detail.parts
    for line in detail.logs:
        yield from line.parts


def _too_long(session_id: str) -> str:
    return f"Session {session_id} has more than {MOST_ROWS:,} rows, which no single page can hold: use 'clew serve'."
