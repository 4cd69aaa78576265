"""Lines: a long list of rows of which only those that are seen are made, with a cursor.

Every screen is drawn with it. A ``LineSource`` says how many lines there are and gives those that are seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.style import Style
from textual.geometry import Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.strip import Strip

from clew.text.row import Row, Span
from clew.tui.keys import bindings
from clew.tui.line_source import FixedLines, LineSource
from clew.tui.messages import Chosen, Moved

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.binding import BindingType

    from clew.tui.brush import Brush

GUTTER = 2
"""Columns before every line, where the cursor's sign stands."""

_SIDE_STEP = 20


class PlainScrollBar(ScrollBarRender):
    """A scroll bar of whole cells, which looks alike on every terminal."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "] * 8
    HORIZONTAL_BARS: ClassVar[list[str]] = [" "] * 8


ScrollBar.renderer = PlainScrollBar


class Lines(ScrollView, can_focus=True):
    """A long list of lines with a cursor."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("lines")
    COMPONENT_CLASSES: ClassVar[set[str]] = {"lines--cursor", "lines--head"}

    cursor: reactive[int] = reactive(0)
    """The line at which the cursor is."""

    def __init__(self, brush: Brush, *, id: str | None = None, empty: str = "", cursor: bool = True) -> None:
        """``empty`` is said where there are no lines; without ``cursor`` keys scroll instead of moving one."""
        super().__init__(id=id)
        self.source: LineSource = FixedLines()
        self.brush = brush
        self._empty = empty
        self._has_cursor = cursor
        self._head: Row | None = None
        self._widest = 0
        self._seen: tuple[int, int, int, Sequence[Row]] | None = None

    def show(self, source: LineSource, *, cursor: int | None = None, head: Row | None = None) -> None:
        """Show other lines; the cursor stays where it is, unless told otherwise."""
        self.source = source
        self._head = head
        self._widest = 0
        source.fit(self._room)
        self.changed()
        self.set_reactive(Lines.cursor, self._within(self.cursor if cursor is None else cursor))
        self._measure()
        if cursor is not None:
            self.reveal(cursor)
        self._tell()

    def changed(self) -> None:
        """Draw the same lines anew."""
        self._seen = None
        self.refresh()

    def say(self, empty: str) -> None:
        """Say something else where there are no lines."""
        self._empty = empty
        self.refresh()

    def reveal(self, line: int) -> None:
        """Scroll so that a line is seen."""
        top, height = round(self.scroll_offset.y), self._height
        if line < top:
            self.scroll_to(y=line, animate=False)
        elif line >= top + height:
            self.scroll_to(y=line - height + 1, animate=False)

    def centre(self, line: int) -> None:
        """Scroll so that a line is in the middle, and put the cursor there."""
        self.cursor = line
        self.scroll_to(y=max(0, line - self._height // 2), animate=False)

    @property
    def is_at_end(self) -> bool:
        """Whether the cursor is at the last line."""
        return self.cursor >= len(self.source) - 1

    def validate_cursor(self, line: int) -> int:
        """Keep the cursor on a line."""
        return self._within(line)

    def watch_cursor(self, line: int) -> None:
        """Follow the cursor, and tell of it."""
        self.refresh()
        self.reveal(line)
        self._tell()

    def render_line(self, y: int) -> Strip:
        """Draw one line of what is seen."""
        width = self.size.width
        ground = self.rich_style
        if self._head is not None:
            if y == 0:
                return self._framed((Span(" " * GUTTER), *self._head), ground + self._component("lines--head"))
            y -= 1
        line = y + round(self.scroll_offset.y)
        if not len(self.source):
            words: Row = (Span(" " * GUTTER), Span(self._empty, "dim")) if y == 1 else ()
            return self._framed(words, ground)
        rows = self._rows(width)
        place = line - round(self.scroll_offset.y)
        if place >= len(rows):
            return Strip.blank(width, ground)
        return self._line(line, rows[place], ground)

    def action_move(self, by: int) -> None:
        """Move the cursor, or scroll where there is none."""
        if self._has_cursor:
            self.cursor += by
        else:
            self.scroll_relative(y=by, animate=False)

    def action_page(self, by: int) -> None:
        """Move by what is seen at once."""
        self.action_move(by * max(1, self._height - 1))

    def action_first(self) -> None:
        """Go to the first line."""
        self.action_move(-len(self.source))

    def action_last(self) -> None:
        """Go to the last line."""
        self.action_move(len(self.source))

    def action_side(self, by: int) -> None:
        """Scroll sideways."""
        self.scroll_relative(x=by * _SIDE_STEP, animate=False)

    def action_choose(self) -> None:
        """Choose the line at the cursor."""
        if len(self.source):
            self.post_message(Chosen(self))

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse is; a second click there chooses the line."""
        line = event.y - (self._head is not None) + round(self.scroll_offset.y)
        if not self._has_cursor or not 0 <= line < len(self.source):
            return
        self.cursor = line
        if event.chain > 1:
            self.action_choose()

    def on_resize(self) -> None:
        """Make rows for the new width, and keep the cursor in sight."""
        self.source.fit(self._room)
        self.changed()
        self._measure()
        self.reveal(self.cursor)

    @property
    def _room(self) -> int:
        """The columns of a row."""
        return max(0, self.scrollable_content_region.width - GUTTER)

    @property
    def _height(self) -> int:
        """How many lines are seen at once."""
        return max(1, self.scrollable_content_region.height - (self._head is not None))

    def _tell(self) -> None:
        """Say where the cursor is."""
        if self._has_cursor:
            self.post_message(Moved(self))

    def _within(self, line: int) -> int:
        return max(0, min(line, len(self.source) - 1))

    def _measure(self) -> None:
        extra = self._head is not None
        self.virtual_size = Size(max(self._widest, 1), len(self.source) + extra)

    def _rows(self, width: int) -> Sequence[Row]:
        """The rows in sight; those of the last time, if nothing changed."""
        start = round(self.scroll_offset.y)
        stop = min(len(self.source), start + self._height + 1)
        if self._seen is None or self._seen[:3] != (start, stop, width):
            rows = self.source.rows(start, stop, self._room)
            self._seen = (start, stop, width, rows)
            self._widen(rows)
        return self._seen[3]

    def _widen(self, rows: Sequence[Row]) -> None:
        """Let the longest row seen so far be scrolled to its end."""
        widest = max((self.brush.strip(row).cell_length for row in rows), default=0) + GUTTER
        if widest > max(self._widest, self.size.width):
            self._widest = widest
            self.call_later(self._measure)

    def _line(self, line: int, row: Row, ground: Style) -> Strip:
        at_cursor = self._has_cursor and line == self.cursor
        if at_cursor:
            ground += self._component("lines--cursor")
        gutter = (">" if at_cursor else "").ljust(GUTTER)
        return self._framed((Span(gutter, "title"), *row), ground)

    def _framed(self, row: Row, ground: Style) -> Strip:
        left = round(self.scroll_offset.x)
        return self.brush.strip(row, ground).crop_extend(left, left + self.size.width, ground)

    def _component(self, name: str) -> Style:
        return self.get_component_rich_style(name, partial=True)

    def refresh_brush(self, brush: Brush) -> None:
        """Paint with another brush."""
        self.brush = brush
        self.changed()
