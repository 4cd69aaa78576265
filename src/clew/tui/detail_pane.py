"""The pane below a tree: the node at the cursor, read in a thread while one moves on."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from textual.worker import get_current_worker

from clew.errors import ClewError
from clew.explore.detail import detail_of
from clew.text.clean import one_line
from clew.tui.about_lines import AboutLines
from clew.tui.lines import Lines
from clew.tui.messages import Answered

if TYPE_CHECKING:
    from clew.explore.prices import Prices
    from clew.explore.view import SessionView
    from clew.tui.brush import Brush


class _Shown(NamedTuple):
    """Whose detail is shown."""

    view: SessionView | None
    holder: str


class DetailPane(Lines):
    """The node at the cursor."""

    def __init__(self, brush: Brush, *, id: str) -> None:
        """Nothing is shown yet."""
        super().__init__(brush, id=id, cursor=False)
        self._shown = _Shown(None, "")

    def ask(self, view: SessionView, holder: str, prices: Prices | None) -> None:
        """Show a node, unless it is shown already."""
        wanted = _Shown(view, holder)
        if wanted != self._shown:
            self._shown = wanted
            self.run_worker(partial(self._read, view, holder, prices), thread=True, exclusive=True, group="detail")

    def on_answered(self, message: Answered) -> None:
        """Show what was read."""
        message.stop()
        message.then(message.answer)

    def _read(self, view: SessionView, holder: str, prices: Prices | None) -> None:
        worker = get_current_worker()
        try:
            lines = AboutLines(detail_of(view, holder, prices), parts=True)
        except (ClewError, OSError) as problem:
            lines = AboutLines(None, one_line(str(problem)))
        if not worker.is_cancelled:
            self.post_message(Answered(self._show, lines))

    def _show(self, lines: AboutLines) -> None:
        self.scroll_to(y=0, animate=False)
        self.show(lines)
