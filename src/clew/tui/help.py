"""The help: the keys of the screen it was called from, of lists and texts, and of every screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from clew.text.row import Row, Span
from clew.tui.keys import KEYS, TITLES
from clew.tui.line_source import FixedLines
from clew.tui.lines import Lines
from clew.tui.sheet import Sheet, heading

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from textual.widget import Widget

_KEY_WIDTH = 24


class HelpSheet(Sheet):
    """The keys."""

    PLACE: ClassVar[str] = "help"

    def __init__(self, place: str) -> None:
        """``place`` is the screen it was called from."""
        super().__init__()
        self._place = place

    def body(self) -> Iterable[Widget]:
        """The table."""
        yield Lines(self.brush, id="help", cursor=False)

    def on_mount(self) -> None:
        """Write it."""
        self.redraw()
        self.lines("help").show(FixedLines([*help_rows(self._place)]))

    def redraw(self) -> None:
        """Write the title."""
        self.title_says(heading("keys", TITLES.get(self._place, ""), style="dim"))


def help_rows(place: str) -> Iterator[Row]:
    """The keys of a screen, then those that hold on every one."""
    for part in (place, "lines", "everywhere"):
        if KEYS[part]:
            yield ()
            yield (Span(TITLES[part], "title"),)
            for key in KEYS[part]:
                yield (Span(key.written.ljust(_KEY_WIDTH)), Span(key.says))
    yield ()
    yield (
        Span("In lists  ", "title"),
        Span("+ after a cost: some answers in it have no known price; – is unknown.", "dim"),
    )
