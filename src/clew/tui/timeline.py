"""The timeline of a session: what happened when, in lanes; any stretch of it as large as one likes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.widgets import Static

from clew.explore.timeline import Bar, Timeline, timeline
from clew.text import numbers
from clew.tui.lines import Lines
from clew.tui.sheet import Sheet, heading
from clew.tui.timeline_lines import MARGIN, TimelineLines, bar_row, scale_row

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from clew.explore.changes import Changed
    from clew.tui.messages import Chosen, Moved

_SHORTEST = 0.01
"""Milliseconds that are shown at least."""
_SHIFT = 0.5
"""The part of the window by which it is moved."""


class TimelineSheet(Sheet):
    """The timeline of a session."""

    PLACE: ClassVar[str] = "timeline"

    def __init__(self, session_id: str, path: str) -> None:
        """The bar of ``path`` is marked."""
        super().__init__()
        self.session_id = session_id
        self._path = path
        self._told: Timeline | None = None
        self._window: tuple[float, float] | None = None
        self._chosen: Bar | None = None

    def body(self) -> Iterable[Widget]:
        """The lanes, and the bar that is marked."""
        yield Lines(self.brush, id="lanes", empty="reading…")
        yield Static(id="about", classes="about")

    def on_mount(self) -> None:
        """Read the whole session."""
        self.set_focus(self.lines("lanes"))
        self.call_after_refresh(self._ask)

    def on_resize(self) -> None:
        """Bundle anew for another width."""
        if self._told is not None:
            self._ask()

    def taken_in(self, change: Changed) -> None:
        """Read on."""
        if self.session_id in change.moved:
            self._ask()

    def redraw(self) -> None:
        """Write the title, and the line about the bar that is marked."""
        told = self._told
        if told is None:
            return
        low, high = told.window
        after = f"{numbers.duration(high - low)} from {numbers.duration(low - told.started_at)} on"
        shown = "all of it" if self._window is None else after
        whole = numbers.duration(told.ended_at - told.started_at)
        self.title_says(heading(self.session_id, "timeline", f"{whole}, {shown}", style="dim"))
        self.label_says("about", bar_row(self._chosen, told.ended_at) if self._chosen is not None else ())

    def whereabouts(self) -> tuple[str, str]:
        """The node of the bar that is marked."""
        return self.session_id, self._chosen.path if self._chosen is not None else ""

    def on_moved(self, message: Moved) -> None:
        """In another lane, mark the bar that is nearest in time."""
        message.stop()
        lane = self._lane()
        if lane and self._chosen not in lane:
            at = self._chosen.started_at if self._chosen is not None else 0.0
            self._choose(min(lane, key=lambda bar: abs(bar.started_at - at)))

    def on_chosen(self, message: Chosen) -> None:
        """Go to the node; look into a bundle."""
        message.stop()
        bar = self._chosen
        if bar is None or self._told is None:
            return
        if bar.count > 1:
            self._window = (bar.started_at, bar.ended_at or self._told.ended_at)
            self._ask()
        else:
            self.explorer.open_session(self.session_id, bar.path)

    def action_bar(self, by: int) -> None:
        """Mark the next bar of the lane, or the one before."""
        lane = self._lane()
        if lane:
            place = lane.index(self._chosen) + by if self._chosen in lane else 0
            self._choose(lane[max(0, min(place, len(lane) - 1))])

    def action_next(self, by: int) -> None:
        """Mark the next bar in which something failed, or the one before."""
        here = self._chosen.started_at if self._chosen is not None else 0.0
        bars = [bar for lane in self._lanes() for bar in lane if bar.failed and (bar.started_at - here) * by > 0]
        if bars:
            self._choose(min(bars, key=lambda bar: abs(bar.started_at - here)))
        else:
            self.notify("nothing else failed in what is shown", timeout=2, markup=False)

    def action_zoom(self, factor: int) -> None:
        """Show half the time around the bar that is marked, or twice as much."""
        if self._told is None:
            return
        low, high = self._told.window
        middle = (low + high) / 2 if self._chosen is None else min(max(self._chosen.started_at, low), high)
        span = max(_SHORTEST, (high - low) / 2 if factor > 0 else (high - low) * 2)
        self._show_window(middle - span / 2, span)

    def action_shift(self, by: int) -> None:
        """Show what was before, or came after."""
        if self._told is not None:
            low, high = self._told.window
            self._show_window(low + by * (high - low) * _SHIFT, high - low)

    def action_whole(self) -> None:
        """Show all of it."""
        self._window = None
        self._ask()

    def _show_window(self, low: float, span: float) -> None:
        """Show a stretch of the session, and nothing outside of it."""
        if self._told is None:
            return
        first, last = self._told.started_at, self._told.ended_at
        low = max(first, min(low, last - span))
        self._window = None if span >= last - first else (low, low + span)
        self._ask()

    def _ask(self) -> None:
        library, session_id, window = self.library, self.session_id, self._window
        columns = max(1, self.lines("lanes").size.width - MARGIN - 2)
        self.ask(lambda: timeline(library.session(session_id), window, columns), self._show)

    def _show(self, told: Timeline) -> None:
        self._told = told
        wanted = self._chosen.path if self._chosen is not None else self._path
        bars = [bar for lane in told.lanes for bar in lane.bars if bar.kind != "idle"]
        at = self._chosen.started_at if self._chosen is not None else told.started_at
        alike = [bar for bar in bars if bar.path == wanted]
        self._choose(alike[0] if alike else min(bars, key=lambda bar: abs(bar.started_at - at), default=None))

    def _choose(self, bar: Bar | None) -> None:
        self._chosen = bar
        told = self._told
        if told is None:
            return
        lines = self.lines("lanes")
        lines.say("nothing took any time")
        lane = next((number for number, there in enumerate(self._lanes()) if bar in there), None)
        scale = scale_row(told, max(1, lines.size.width - MARGIN - 2))
        lines.show(TimelineLines(told, bar), cursor=lane, head=scale)
        self.redraw()

    def _lanes(self) -> list[tuple[Bar, ...]]:
        return [lane.bars for lane in self._told.lanes] if self._told is not None else []

    def _lane(self) -> list[Bar]:
        """The bars of the lane at the cursor."""
        lanes, cursor = self._lanes(), self.lines("lanes").cursor
        return [bar for bar in lanes[cursor] if bar.kind != "idle"] if cursor < len(lanes) else []
