"""A node whole: what is known of it, and each of its payloads as text, as JSON or as a conversation, page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.widgets import Input, Static

from clew.text.clean import one_line
from clew.text.row import Span
from clew.tui.about import parts_row
from clew.tui.about_lines import AboutLines
from clew.tui.field import TextField
from clew.tui.lines import Lines
from clew.tui.opened import PARTS_OF_FIELDS, Asked, Opened, open_part, where_row
from clew.tui.sheet import Sheet

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from clew.explore.changes import Changed
    from clew.tui.messages import Chosen


class NodeSheet(Sheet):
    """A node whole."""

    PLACE: ClassVar[str] = "node"

    def __init__(self, session_id: str, path: str, field: str = "", needle: str = "") -> None:
        """``field`` of an act says which part is shown, ``needle`` what is looked for in it."""
        super().__init__()
        self.session_id = session_id
        self._path = path
        self._asked = Asked(name=PARTS_OF_FIELDS.get(field, field), needle=needle)
        self._trail: list[Asked] = []
        self._opened: Opened | None = None

    def body(self) -> Iterable[Widget]:
        """The parts, the field to search with, the part that is shown, and what is known of it."""
        yield Static(id="parts", classes="about")
        yield TextField(id="find", hint="a text to find in this part")
        yield Lines(self.brush, id="part", empty="reading…", cursor=False)
        yield Static(id="where", classes="about")

    def on_mount(self) -> None:
        """Read the node."""
        self.query_one("#find").display = False
        self.set_focus(self.lines("part"))
        self._read(self._asked)

    def taken_in(self, change: Changed) -> None:
        """Read a node that still runs again."""
        if self._opened is not None and self._opened.is_running and self.session_id in change.moved:
            self._read(self._asked._replace(needle=""))

    def whereabouts(self) -> tuple[str, str]:
        """The node."""
        return self.session_id, self._path

    def redraw(self) -> None:
        """Write the title, the parts, and what is known of the one that is shown."""
        opened = self._opened
        if opened is None:
            return
        detail = opened.detail
        path = one_line(self._path) or "session"
        self.title_says((Span(path, "title"), Span(f"  {detail.kind}  "), Span(self.session_id, "dim")))
        self.label_says("parts", parts_row(opened.parts, opened.facts.name))
        self.label_says("where", where_row(opened))

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Find the text, from the beginning of what is in sight."""
        message.stop()
        self.query_one("#find").display = False
        self.set_focus(self.lines("part"))
        if message.value:
            self._trail.clear()
            self._read(self._asked._replace(needle=message.value, after=None, page=0))

    def on_chosen(self, message: Chosen) -> None:
        """Show a long text by itself, of which only the beginning is in sight."""
        message.stop()
        opened = self._opened
        if opened is not None and opened.page is not None and opened.source is not None:
            page, source = opened.page, opened.source
            top = self.lines("part").scroll_offset.y
            addresses = [address for row, address in page.cut if source.line_of(row) >= top]
            if addresses:
                self._read(Asked(self._asked.name, addresses[0], "text"))

    def action_back(self) -> None:
        """Leave the field, a text that is shown by itself, or the node."""
        field = self.query_one("#find")
        if field.has_focus:
            field.display = False
            self.set_focus(self.lines("part"))
        elif self._asked.address:
            self._read(Asked(self._asked.name))
        else:
            super().action_back()

    def action_part(self, by: int) -> None:
        """Show the next part, or the one before."""
        if self._opened is not None:
            names = [part.name for part in self._opened.parts]
            place = names.index(self._opened.facts.name) if self._opened.facts.name in names else 0
            self._read(Asked(names[(place + by) % len(names)]))

    def action_format(self) -> None:
        """Show the part in another way."""
        opened = self._opened
        if opened is not None and opened.part is not None and opened.page is not None:
            ways = opened.formats
            way = ways[(ways.index(opened.page.format) + 1) % len(ways)] if opened.page.format in ways else ways[0]
            self._read(self._asked._replace(format=way, page=0, needle="", after=None))

    def action_page(self, by: int) -> None:
        """Show the next page, or the one before."""
        page = self._opened.page if self._opened is not None else None
        if page is not None and not (page.is_last and by > 0) and page.number + by >= 0:
            self._read(self._asked._replace(page=page.number + by, needle="", after=None))

    def action_find(self) -> None:
        """Type a text to find."""
        field = self.query_one("#find", Input)
        field.display = True
        self.set_focus(field)

    def action_next(self, by: int) -> None:
        """Go to the next place where the text stands, or back to the one before."""
        if by < 0 and len(self._trail) > 1:
            self._trail.pop()
            self._read(self._trail.pop())
        elif by > 0 and self._asked.needle and self._opened is not None and self._opened.found is not None:
            self._read(self._asked._replace(after=self._opened.found))

    def action_step(self, by: int) -> None:
        """Show the node after this one, or the one before."""
        links = self._opened.detail.links if self._opened is not None else ()
        wanted = "after" if by > 0 else "before"
        for link in links:
            if link.kind == wanted:
                self._path = link.path
                self._read(Asked())
                return

    def action_why(self) -> None:
        """Say why the session failed."""
        self.explorer.open_why(self.session_id)

    def _read(self, asked: Asked) -> None:
        library, session_id, path = self.library, self.session_id, self._path
        self.ask(lambda: open_part(library, session_id, path, asked), lambda opened: self._show(opened, asked))

    def _show(self, opened: Opened, asked: Asked) -> None:
        if asked.needle and opened.found is None:
            words = "it stands nowhere in this part" if asked.after is None else "there is no further place"
            self.notify(words, timeout=2, markup=False)
            if asked.after is not None:
                return
        self._asked, self._opened = asked, opened
        if opened.found is not None:
            self._trail.append(asked)
        lines = self.lines("part")
        lines.say("there is nothing in it")
        lines.show(opened.source if opened.source is not None else AboutLines(opened.detail))
        lines.scroll_to(y=opened.top, animate=False)
        self.redraw()
