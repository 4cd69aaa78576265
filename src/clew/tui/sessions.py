"""The list of sessions: live ones on top, narrowed by a query, growing while one looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.widgets import Input, Static

from clew.errors import QueryError
from clew.explore.query import Query, parse
from clew.explore.vocabulary import known_values
from clew.text.clean import one_line
from clew.text.row import Row, Span, join
from clew.tui import session_cells
from clew.tui.line_source import LineSource
from clew.tui.lines import Lines
from clew.tui.query_field import QueryField
from clew.tui.sheet import Sheet, heading

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.widget import Widget

    from clew.explore.changes import Changed
    from clew.explore.library import Library, Order
    from clew.explore.listing import SessionRow
    from clew.explore.query import Field
    from clew.store.index.index import Progress
    from clew.tui.messages import Chosen, Moved

_ORDERS: tuple[Order, ...] = ("live", "oldest", "cost", "tokens", "duration", "turns", "failures", "agent", "status")
_BELOW = ("query", "hint")


class Listed(NamedTuple):
    """The answer to a query."""

    query: str
    ids: list[str]
    running: int
    """How many of them are being written."""


class SessionLines(LineSource):
    """The lines of a list of sessions, of which only those in sight are read."""

    def __init__(self, library: Library, ids: Sequence[str], marked: str | None, now: float) -> None:
        """``now`` is in milliseconds."""
        self._library = library
        self.ids = ids
        self._marked = marked
        self._now = now

    def __len__(self) -> int:
        """How many."""
        return len(self.ids)

    def rows(self, start: int, stop: int, width: int) -> Sequence[Row]:
        """Those of a range."""
        wanted = self.ids[start:stop]
        known = {row.session_id: row for row in self._library.rows(wanted)}
        return [self._cells(known.get(session_id), session_id, width) for session_id in wanted]

    def _cells(self, row: SessionRow | None, session_id: str, width: int) -> Row:
        if row is None:
            return (Span(f"{session_id}  is gone", "dim"),)
        return session_cells.cells(row, width, now=self._now, marked=session_id == self._marked)


class SessionsSheet(Sheet):
    """The list of sessions."""

    PLACE: ClassVar[str] = "sessions"

    def __init__(self, query: str) -> None:
        """``query`` is asked first."""
        super().__init__()
        self._query = query
        self._order = 0
        self._children = False
        self._listed = Listed(query, [], 0)
        self._progress: Progress | None = None

    def body(self) -> Iterable[Widget]:
        """The query, the list, and what is known of the session at the cursor."""
        yield QueryField(self._query, self._values, id="query", hint="all sessions; / to type a query")
        yield Static(id="hint", classes="hint")
        yield Lines(self.brush, id="sessions", empty="reading…")
        yield Static(id="about", classes="about")

    def on_mount(self) -> None:
        """Ask the first query."""
        self.query_one("#hint").display = False
        self.set_focus(self.lines("sessions"))
        self._ask()
        self.redraw()

    def progressed(self, progress: Progress) -> None:
        """Say how far the index is."""
        self._progress = progress if progress.done < progress.of else None
        self.redraw()

    def taken_in(self, change: Changed) -> None:
        """Ask again if anything changed."""
        self._progress = None
        if change.moved or change.gone or not self._listed.ids:
            self._ask()

    def whereabouts(self) -> tuple[str, str]:
        """The session at the cursor."""
        return self._at_cursor(), ""

    def redraw(self) -> None:
        """Write the title: where, and how many."""
        order = _ORDERS[self._order]
        parts = [
            f"{len(self._listed.ids):,} {'session' if len(self._listed.ids) == 1 else 'sessions'}",
            f"{self._listed.running} running" if self._listed.running else "",
            "live first, newest first" if order == "live" else f"by {order}",
            "with children" if self._children else "",
        ]
        row = heading("clew", one_line(str(self.library.path)))
        row = (*row, Span("   "), *join([(Span(part),) for part in parts if part], " · "))
        if self._progress is not None:
            row = (*row, Span(f"   reading {self._progress.done:,} of {self._progress.of:,}", "running"))
        self.title_says(row)

    def on_input_changed(self, message: Input.Changed) -> None:
        """Help to type."""
        message.stop()
        if isinstance(message.input, QueryField):
            self.label_says("hint", message.input.hint_row())

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Ask the query, unless it is wrong."""
        message.stop()
        try:
            parse(message.value)
        except QueryError as problem:
            self.refused(str(problem))
            return
        self._query = message.value
        self._show_hint(shown=False)
        self.set_focus(self.lines("sessions"))
        self._ask()

    def on_moved(self, message: Moved) -> None:
        """Say more about the session at the cursor."""
        message.stop()
        row = self.library.row(self._at_cursor())
        self.label_says("about", session_cells.about(row) if row is not None else ())

    def on_chosen(self, message: Chosen) -> None:
        """Open the session."""
        message.stop()
        self.explorer.open_session(self._at_cursor())

    def action_query(self) -> None:
        """Type a query."""
        self._show_hint(shown=True)
        field = self.query_one("#query", QueryField)
        self.set_focus(field)
        self.label_says("hint", field.hint_row())

    def action_back(self) -> None:
        """Leave the query as it was."""
        self.query_one("#query", QueryField).value = self._query
        self._show_hint(shown=False)
        self.set_focus(self.lines("sessions"))

    def action_order(self) -> None:
        """Order by the next column."""
        self._order = (self._order + 1) % len(_ORDERS)
        self._ask(first=True)

    def action_children(self) -> None:
        """List sessions below others, too, or not."""
        self._children = not self._children
        self._ask()

    def action_mark(self) -> None:
        """Mark the session at the cursor, or take the mark away."""
        here = self._at_cursor()
        self.explorer.marked = None if self.explorer.marked == here else here
        self._show(self._listed)

    def action_compare(self) -> None:
        """Compare the marked session with the one at the cursor."""
        self.explorer.compare(self._at_cursor())

    def action_why(self) -> None:
        """Say why the session at the cursor failed."""
        self.explorer.open_why(self._at_cursor())

    def action_timeline(self) -> None:
        """Show when what happened in it."""
        self.explorer.open_timeline(self._at_cursor(), "")

    def action_entries(self) -> None:
        """Show its log entries."""
        self.explorer.open_entries(self._at_cursor())

    def action_costs(self) -> None:
        """Show what the listed sessions used."""
        self.explorer.open_costs(None, self._query)

    def action_search(self) -> None:
        """Search in the listed sessions."""
        self.explorer.open_search(None, self._query)

    def _at_cursor(self) -> str:
        ids, cursor = self._listed.ids, self.lines("sessions").cursor
        return ids[cursor] if cursor < len(ids) else ""

    def _show_hint(self, *, shown: bool) -> None:
        self.query_one("#hint").display = shown

    def _values(self, field: Field) -> Iterable[str]:
        return known_values(self.library, field)

    def _ask(self, *, first: bool = False) -> None:
        query, order, children, library = self._query, _ORDERS[self._order], self._children, self.library

        def question() -> Listed:
            asked = parse(query)
            running = parse("status:running").terms
            live = 0 if asked.texts else library.count(Query((*asked.terms, *running)), children=children)
            return Listed(query, library.ids(asked, order=order, children=children), live)

        self.ask(question, self._show_first if first else self._show)

    def _show_first(self, listed: Listed) -> None:
        self._show(listed, keep=False)

    def _show(self, listed: Listed, *, keep: bool = True) -> None:
        """Show the answer with the cursor at the session where it was."""
        before = self._at_cursor() if keep else ""
        self._listed = listed
        lines = self.lines("sessions")
        source = SessionLines(self.library, listed.ids, self.explorer.marked, self.explorer.now() * 1000)
        lines.say("no session is like this" if listed.query.strip() else f"no sessions in {self.library.path}")
        at_top = lines.cursor == 0 and not before
        cursor = 0 if at_top or before not in listed.ids else listed.ids.index(before)
        lines.show(source, cursor=cursor, head=session_cells.head(max(0, lines.size.width - 2)))
        self.redraw()
