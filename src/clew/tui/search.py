"""The search: where a text stands in everything that one session, or all that a query means, hold."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, ClassVar

from textual.widgets import Input

from clew.explore.finds import finds
from clew.text.clean import one_line
from clew.text.row import Row, Span, crop, crop_start, pad
from clew.tui.field import TextField
from clew.tui.line_source import LineSource
from clew.tui.lines import Lines
from clew.tui.sheet import Sheet, heading

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.widget import Widget

    from clew.explore.finds import Find
    from clew.tui.messages import Chosen

MOST = 500
"""Hits that are listed; a text that is found oftener is not much of a question."""

_SESSION, _PATH, _WHERE, _BEFORE = 26, 10, 32, 30


class HitLines(LineSource):
    """Hits as lines: where, and the text with what stands around it."""

    def __init__(self, finds: Sequence[Find], *, with_session: bool) -> None:
        """``with_session`` says that they are of several sessions."""
        self._finds = finds
        self._with_session = with_session

    def __len__(self) -> int:
        """How many."""
        return len(self._finds)

    def rows(self, start: int, stop: int, width: int) -> Sequence[Row]:  # noqa: ARG002 - a line source's signature
        """Those of a range."""
        return [self._row(find) for find in self._finds[start:stop]]

    def _row(self, find: Find) -> Row:
        hit = find.hit
        session: Row = (Span(hit.session_id.ljust(_SESSION), "dim"),) if self._with_session else ()
        where = one_line(".".join(part for part in (hit.ev, hit.field, hit.path) if part))
        before = one_line(hit.before[-_BEFORE * 2 :] + "|")[:-1]
        count = f"  {hit.count} times" if hit.count > 1 else ""
        return (
            *session,
            *pad((Span(crop(one_line(find.path), _PATH - 2)),), _PATH),
            *pad((Span(crop(where, _WHERE), "dim"),), _WHERE + 2),
            *pad((Span(crop_start(before, _BEFORE)),), 0),
            Span(one_line(hit.match) or hit.match, "match"),
            Span(one_line("|" + hit.after)[1:]),
            Span(count, "dim"),
        )


class SearchSheet(Sheet):
    """The search."""

    PLACE: ClassVar[str] = "search"

    def __init__(self, session_id: str | None, query: str) -> None:
        """Search in one session, or in those that a query means."""
        super().__init__()
        self._session_id = session_id
        self._query = query
        self._finds: list[Find] = []
        self._needle = ""

    def body(self) -> Iterable[Widget]:
        """The text and the hits."""
        yield TextField(id="needle", hint="a text, exactly as it stands there")
        yield Lines(self.brush, id="hits", empty="type a text and press enter")

    def on_mount(self) -> None:
        """Wait for a text."""
        self.set_focus(self.query_one("#needle"))
        self.redraw()

    def redraw(self) -> None:
        """Write the title."""
        where = self._session_id or (f"sessions like {self._query}" if self._query else "all sessions")
        many = f"the first {MOST:,} hits" if len(self._finds) == MOST else f"{len(self._finds):,} hits"
        self.title_says(heading("search", where, many if self._needle else "", style="dim"))

    def whereabouts(self) -> tuple[str, str]:
        """The node of the hit at the cursor."""
        find = self._find()
        return (find.hit.session_id, find.path) if find is not None else (self._session_id or "", "")

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Search."""
        message.stop()
        self._needle = message.value
        if not self._needle:
            return
        lines = self.lines("hits")
        self._take([])
        lines.say("searching…")
        self.set_focus(lines)
        library, needle = self.library, self._needle
        query = f"id:{self._session_id}" if self._session_id else self._query
        self.ask(lambda: [*finds(library, islice(library.search(needle, query=query), MOST))], self._show)

    def on_chosen(self, message: Chosen) -> None:
        """Open the hit at its place."""
        message.stop()
        find = self._find()
        if find is not None:
            hit = find.hit
            self.explorer.open_node(hit.session_id, find.path, field=hit.field, needle=hit.match)

    def action_back(self) -> None:
        """Leave the field, else the screen."""
        if self.lines("hits").has_focus or not self._finds:
            super().action_back()
        else:
            self.set_focus(self.lines("hits"))

    def action_query(self) -> None:
        """Type another text."""
        self.set_focus(self.query_one("#needle"))

    def _show(self, found: list[Find]) -> None:
        self.lines("hits").say("it stands nowhere")
        self._take(found)

    def _take(self, found: list[Find]) -> None:
        self._finds = found
        self.lines("hits").show(HitLines(found, with_session=self._session_id is None), cursor=0)
        self.redraw()

    def _find(self) -> Find | None:
        cursor = self.lines("hits").cursor
        return self._finds[cursor] if cursor < len(self._finds) else None
