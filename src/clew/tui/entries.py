"""The log entries of a session: one by one, or counted by slug; a filter leaves some of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.widgets import Input

from clew.explore.entries import EntryRow, SlugCount, by_slug, entries
from clew.text import numbers, signs
from clew.text.clean import one_line
from clew.text.row import Row, Span, crop, pad
from clew.tui.field import TextField
from clew.tui.line_source import LineSource
from clew.tui.lines import Lines
from clew.tui.sheet import Sheet, heading

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.widget import Widget

    from clew.explore.changes import Changed
    from clew.tui.messages import Chosen

_TIME, _PATH, _SLUG, _COUNT, _SEVERITY = 14, 12, 34, 8, 5


class Logged(NamedTuple):
    """What was logged."""

    rows: list[EntryRow]
    counts: list[SlugCount]


class EntryLines(LineSource):
    """Entries as lines."""

    def __init__(self, found: Sequence[EntryRow]) -> None:
        """The entries in their order."""
        self._found = found

    def __len__(self) -> int:
        """How many."""
        return len(self._found)

    def rows(self, start: int, stop: int, width: int) -> Sequence[Row]:  # noqa: ARG002 - a line source's signature
        """Those of a range."""
        return [_entry(row) for row in self._found[start:stop]]


class CountLines(LineSource):
    """Slugs as lines."""

    def __init__(self, found: Sequence[SlugCount]) -> None:
        """The slugs in their order."""
        self._found = found

    def __len__(self) -> int:
        """How many."""
        return len(self._found)

    def rows(self, start: int, stop: int, width: int) -> Sequence[Row]:  # noqa: ARG002 - a line source's signature
        """Those of a range."""
        return [_count(row) for row in self._found[start:stop]]


class EntriesSheet(Sheet):
    """The log entries of a session."""

    PLACE: ClassVar[str] = "entries"

    def __init__(self, session_id: str) -> None:
        """Nothing is read yet."""
        super().__init__()
        self.session_id = session_id
        self._wanted = ""
        self._grouped = False
        self._logged = Logged([], [])

    def body(self) -> Iterable[Widget]:
        """The filter and the entries."""
        yield TextField(id="filter", hint="a slug, tool.*, or a part of a message")
        yield Lines(self.brush, id="entries", empty="reading…")

    def on_mount(self) -> None:
        """Read them."""
        self.set_focus(self.lines("entries"))
        self.redraw()
        self._ask()

    def taken_in(self, change: Changed) -> None:
        """Read on."""
        if change.moved:
            self._ask()

    def redraw(self) -> None:
        """Write the title."""
        rows, counts = self._logged
        figures = f"{len(rows):,} entries, {len(counts):,} slugs"
        self.title_says(heading(self.session_id, "logs", figures, style="dim"))

    def whereabouts(self) -> tuple[str, str]:
        """The node of the entry at the cursor."""
        return self.session_id, self._path_at_cursor() or ""

    def on_input_changed(self, message: Input.Changed) -> None:
        """Filter while one types."""
        message.stop()
        self._wanted = message.value
        self._ask()

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Go to what is left."""
        message.stop()
        self.set_focus(self.lines("entries"))

    def on_chosen(self, message: Chosen) -> None:
        """Go to the node of an entry; of a slug, show its entries."""
        message.stop()
        cursor = self.lines("entries").cursor
        if self._grouped:
            self._grouped = False
            self.query_one("#filter", Input).value = self._logged.counts[cursor].slug
            self._show(self._logged)
            return
        path = self._path_at_cursor()
        if path is not None:
            self.explorer.open_session(self.session_id, path)

    def action_back(self) -> None:
        """Leave the filter, else the screen."""
        if self.lines("entries").has_focus:
            super().action_back()
        else:
            self.set_focus(self.lines("entries"))

    def action_filter(self) -> None:
        """Type a filter."""
        self.set_focus(self.query_one("#filter"))

    def action_by_slug(self) -> None:
        """One line for each slug, or for each entry."""
        self._grouped = not self._grouped
        self._show(self._logged)

    def _ask(self) -> None:
        library, session_id, wanted = self.library, self.session_id, self._wanted

        def question() -> Logged:
            rows = entries(library.session(session_id), wanted)
            return Logged(rows, by_slug(rows))

        self.ask(question, self._show)

    def _show(self, logged: Logged) -> None:
        self._logged = logged
        lines = self.lines("entries")
        lines.say("no entry is like this" if self._wanted else "nothing was logged")
        if self._grouped:
            lines.show(CountLines(logged.counts), head=_count_head())
        else:
            lines.show(EntryLines(logged.rows), head=_entry_head())
        self.redraw()

    def _path_at_cursor(self) -> str | None:
        cursor = self.lines("entries").cursor
        found = [row.first for row in self._logged.counts] if self._grouped else [row.path for row in self._logged.rows]
        return found[cursor] if cursor < len(found) else None


def _entry_head() -> Row:
    return (Span("time".ljust(_TIME) + "path".ljust(_PATH) + " " * _SEVERITY + "slug".ljust(_SLUG + 2) + "message"),)


def _count_head() -> Row:
    return (
        Span(
            "count".rjust(_COUNT)
            + "  "
            + " " * _SEVERITY
            + "slug".ljust(_SLUG + 2)
            + "first at".ljust(_PATH)
            + "last at"
        ),
    )


def _entry(row: EntryRow) -> Row:
    style = signs.severity_style(row.severity)  # type: ignore[arg-type]  # a severity as it was recorded
    return (
        Span(numbers.clock_time(row.at).ljust(_TIME), "dim"),
        *pad((Span(crop(one_line(row.path), _PATH - 1)),), _PATH),
        *pad((Span(one_line(row.severity), style),), _SEVERITY),
        *pad((Span(one_line(row.slug), style),), _SLUG),
        Span("  "),
        Span(one_line(row.message)),
    )


def _count(row: SlugCount) -> Row:
    style = signs.severity_style(row.severity)  # type: ignore[arg-type]  # a severity as it was recorded
    return (
        Span(f"{row.count:,}".rjust(_COUNT) + "  "),
        *pad((Span(one_line(row.severity), style),), _SEVERITY),
        *pad((Span(one_line(row.slug), style),), _SLUG),
        Span("  "),
        *pad((Span(one_line(row.first)),), _PATH),
        Span(one_line(row.last)),
    )
