"""Lanes of a timeline as lines: bars with their names in them, under a scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clew.text import numbers, signs
from clew.text.clean import one_line
from clew.text.row import Row, Span, crop, width
from clew.tui.line_source import LineSource

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clew.explore.timeline import Bar, Lane, Timeline

MARGIN = 10
"""Columns for the names of the groups."""

_TICK = 16
"""Columns between two marks of the scale."""
_FILL = "─"
_FILLS = {"idle": " ", "backoff": signs.ENTRY}


class TimelineLines(LineSource):
    """The lanes of a timeline."""

    def __init__(self, told: Timeline, chosen: Bar | None) -> None:
        """``chosen`` is the bar that is marked."""
        self._told = told
        self._chosen = chosen

    def __len__(self) -> int:
        """How many lanes."""
        return len(self._told.lanes)

    def rows(self, start: int, stop: int, width: int) -> Sequence[Row]:
        """Those of a range."""
        lanes = self._told.lanes
        return [self._row(number, lanes[number], width - MARGIN) for number in range(start, stop)]

    def _row(self, number: int, lane: Lane, columns: int) -> Row:
        is_first = not number or self._told.lanes[number - 1].group != lane.group
        spans = [Span((lane.group if is_first else "").ljust(MARGIN), "dim")]
        at = 0
        for bar in lane.bars:
            first, stop = self._columns(bar, columns)
            first = max(first, at)
            if first >= columns or stop <= first:
                continue
            spans += [Span(" " * (first - at)), self._bar(bar, stop - first)]
            at = stop
        return tuple(spans)

    def _columns(self, bar: Bar, columns: int) -> tuple[int, int]:
        """Where a bar begins and stops; each takes a column at least."""
        low, high = self._told.window
        scale = columns / (high - low)
        ended = self._told.ended_at if bar.ended_at is None else bar.ended_at
        first = max(0, int((bar.started_at - low) * scale))
        return first, min(columns, max(first + 1, round((ended - low) * scale)))

    def _bar(self, bar: Bar, columns: int) -> Span:
        text = bar_text(bar, columns)
        if bar == self._chosen:
            return Span(text, "match")
        if bar.kind in _FILLS:
            return Span(text, "dim")
        return Span(text, f"bar {signs.status_style(bar.status)}".strip())


def scale_row(told: Timeline, columns: int) -> Row:
    """The scale: how long after the beginning of the session."""
    low, high = told.window
    marks = ""
    for column in range(0, max(0, columns - _TICK // 2), _TICK):
        after = low + (high - low) * column / max(columns, 1) - told.started_at
        marks = marks.ljust(column) + f"|{numbers.duration(after)} "
    return (Span(" " * MARGIN + marks),)


def bar_text(bar: Bar, columns: int) -> str:
    """What stands in a bar: its name, or how many it bundles, as far as there is room."""
    fill = _FILLS.get(bar.kind, _FILL)
    if bar.kind == "bundle":
        words = f"{bar.count}×"
    elif bar.kind in {"turn", "step"}:
        words = bar.path
    else:
        words = "" if bar.kind in _FILLS else one_line(bar.name or "")
    room = columns - 2
    text = f" {crop(words, room)} " if words and width(words) <= max(room, 0) else ""
    if not text and words and room > 3:  # noqa: PLR2004 - fewer letters say nothing
        text = f" {crop(words, room)} "
    return text + fill * (columns - width(text))


def bar_row(bar: Bar, last: float) -> Row:
    """The line about a bar."""
    took = numbers.duration((last if bar.ended_at is None else bar.ended_at) - bar.started_at)
    style = signs.status_style(bar.status)
    failed = f"{bar.failed} failed" if bar.count > 1 and bar.failed else ""
    what = f"{bar.count} in one" if bar.count > 1 else bar.kind
    rest = [numbers.clock_time(bar.started_at), took, one_line(bar.name or ""), failed]
    return (
        Span(f"{one_line(bar.path)}  ", "title"),
        Span(f"{what}  "),
        Span(f"{bar.status}  ", style),
        Span(signs.BETWEEN.join(word for word in rest if word)),
    )
