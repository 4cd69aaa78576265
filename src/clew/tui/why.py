"""Why a session failed: the ten lines of ``clew why``, and below them every link of the chain, to be jumped to."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from clew.explore.why import telling
from clew.text.clean import one_line
from clew.text.row import Row, Span
from clew.text.why import why_rows
from clew.tree.failure import explain
from clew.tui.line_source import FixedLines
from clew.tui.lines import Lines
from clew.tui.sheet import Sheet, heading

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from textual.widget import Widget

    from clew.explore.changes import Changed
    from clew.explore.library import Library
    from clew.tree.failure import Explanation, Link
    from clew.tui.messages import Chosen

_PATH_WIDTH, _SLUG_WIDTH, _ORIGIN_WIDTH = 12, 28, 14


class WhyLine(NamedTuple):
    """A line, and the node it speaks of."""

    row: Row
    path: str | None = None
    """``None`` for a line about nothing that can be gone to."""


class WhySheet(Sheet):
    """Why a session failed."""

    PLACE: ClassVar[str] = "why"

    def __init__(self, session_id: str) -> None:
        """Nothing is read yet."""
        super().__init__()
        self.session_id = session_id
        self._lines: list[WhyLine] = []

    def body(self) -> Iterable[Widget]:
        """The answer."""
        yield Lines(self.brush, id="why", empty="reading…")

    def on_mount(self) -> None:
        """Ask."""
        self.set_focus(self.lines("why"))
        self.redraw()
        self._ask()

    def taken_in(self, change: Changed) -> None:
        """Ask again if the session grew."""
        if self.session_id in change.moved:
            self._ask()

    def redraw(self) -> None:
        """Write the title."""
        self.title_says(heading(self.session_id, "why", style="dim"))

    def whereabouts(self) -> tuple[str, str]:
        """The node that the line at the cursor speaks of."""
        return self.session_id, self._path_at_cursor() or ""

    def on_chosen(self, message: Chosen) -> None:
        """Go to the node."""
        message.stop()
        path = self._path_at_cursor()
        if path is not None:
            self.explorer.open_session(self.session_id, path)

    def action_tree(self) -> None:
        """Show the tree."""
        self.explorer.open_session(self.session_id, self._path_at_cursor() or "")

    def _ask(self) -> None:
        library = self.library
        self.ask(lambda: answer(library, self.session_id), self._show)

    def _show(self, lines: list[WhyLine]) -> None:
        is_first = not self._lines
        self._lines = lines
        link = next((place for place, line in enumerate(lines) if line.path is not None), 0)
        self.lines("why").show(FixedLines([line.row for line in lines]), cursor=link if is_first else None)

    def _path_at_cursor(self) -> str | None:
        cursor = self.lines("why").cursor
        return self._lines[cursor].path if cursor < len(self._lines) else None


def answer(library: Library, session_id: str) -> list[WhyLine]:
    """Everything that can be said. Raises ``RecordError``."""
    session = telling(library.session(session_id))
    told = explain(session)
    return [*(WhyLine(row) for row in why_rows(session, told)), *_links(told)]


def _links(told: Explanation) -> Iterator[WhyLine]:
    parts = (
        ("from the first cause to the end", told.chain),
        ("made good", told.recovered),
        ("neither made good nor the cause", told.aside),
    )
    for title, links in parts:
        if links:
            yield WhyLine(())
            yield WhyLine((Span(title, "title"), Span("   enter goes there", "dim")))
            yield from (WhyLine(_link(link), link.path) for link in links)


def _link(link: Link) -> Row:
    return (
        Span(one_line(link.path).ljust(_PATH_WIDTH)),
        Span(one_line(link.slug or "").ljust(_SLUG_WIDTH)),
        Span(link.origin.ljust(_ORIGIN_WIDTH), "dim"),
        Span(one_line(link.what)),
    )
