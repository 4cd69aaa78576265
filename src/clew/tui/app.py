"""The explorer: one app over one folder of sessions. It holds what outlives a screen and looks for what is new."""

from __future__ import annotations

import sqlite3
import time
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import App, SystemCommand
from textual.worker import get_current_worker

from clew.errors import ClewError
from clew.text.clean import one_line
from clew.tui.brush import AsciiOnly, brush
from clew.tui.comparison import ComparisonSheet
from clew.tui.costs import CostsSheet
from clew.tui.desk import Desk
from clew.tui.difference import DifferenceSheet
from clew.tui.entries import EntriesSheet
from clew.tui.grounds import PAPER, SLATE
from clew.tui.help import HelpSheet
from clew.tui.keys import KEYS
from clew.tui.messages import Progressed, Refreshed, Refused
from clew.tui.node import NodeSheet
from clew.tui.search import SearchSheet
from clew.tui.session import SessionSheet
from clew.tui.sessions import SessionsSheet
from clew.tui.sheet import Sheet
from clew.tui.timeline import TimelineSheet
from clew.tui.why import WhySheet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from textual.filter import LineFilter
    from textual.screen import Screen

    from clew.explore.comparison import Difference
    from clew.explore.library import Library
    from clew.store.index.index import Progress
    from clew.tui.brush import Brush

_LOOK_EVERY = 1.0
"""Seconds between two looks at the folder."""


class Explorer(App[None]):
    """The terminal explorer."""

    TITLE = "clew"
    CSS_PATH = "explorer.tcss"
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_DISPLAY = "ctrl-p"
    BINDINGS: ClassVar = []

    def __init__(
        self,
        open_library: Callable[[], Library],
        query: str = "",
        *,
        dark: bool = True,
        ascii_signs: bool = False,
        look_every: float | None = _LOOK_EVERY,
        now: Callable[[], float] = time.time,
    ) -> None:
        """``look_every`` says after how many seconds to look for what is new; ``None`` for never by itself."""
        self._ascii = ascii_signs
        super().__init__()
        self.desk = Desk(open_library)
        self.marked: str | None = None
        """The session with which another one is to be compared."""
        self._query = query
        self.now = now
        """Seconds since the epoch."""
        self._look_every = look_every
        self.register_theme(SLATE)
        self.register_theme(PAPER)
        self.theme = SLATE.name if dark else PAPER.name

    @property
    def brush(self) -> Brush:
        """The brush for the ground of the day."""
        return brush(dark=self.current_theme.dark, ascii_signs=self._ascii)

    def on_mount(self) -> None:
        """Begin with the list, and look for what is new."""
        self.push_screen(SessionsSheet(self._query))
        self.look()
        if self._look_every is not None:
            self.set_interval(self._look_every, self.look)

    def on_unmount(self) -> None:
        """Let go of the index."""
        self.desk.close()

    def get_line_filters(self) -> list[LineFilter]:
        """What is done to everything that is drawn."""
        filters = [*super().get_line_filters()]
        return [*filters, AsciiOnly()] if self._ascii else filters

    def look(self) -> None:
        """Take in what is new in the folder, in a thread, unless one is at it."""
        if not any(worker.group == "look" and not worker.is_finished for worker in self.workers):
            self.run_worker(self._look, thread=True, group="look")

    def on_progressed(self, message: Progressed) -> None:
        """Say how far the index is."""
        for sheet in self._sheets():
            if isinstance(sheet, SessionsSheet):
                sheet.progressed(message.progress)

    def on_refreshed(self, message: Refreshed) -> None:
        """Let every screen ask anew for what changed."""
        for sheet in self._sheets():
            sheet.taken_in(message.change)

    def on_refused(self, message: Refused) -> None:
        """Say what stands in the way."""
        self.notify(self.brush.written(message.sentence), severity="error", markup=False)

    def back(self) -> None:
        """Leave a screen; the list stays."""
        if len(self._sheets()) > 1:
            self.pop_screen()

    def open_session(self, session_id: str, path: str = "") -> None:
        """Show the tree of a session, at a path of it; the one that is open already, if it is."""
        if not session_id:
            return
        for sheet in reversed([sheet for sheet in self._sheets() if isinstance(sheet, SessionSheet)]):
            if sheet.session_id == session_id:
                while self.screen is not sheet:
                    self.pop_screen()
                sheet.go_to(path)
                return
        self.push_screen(SessionSheet(session_id, path))

    def open_node(self, session_id: str, path: str, field: str = "", needle: str = "") -> None:
        """Show a node whole; ``field`` is the part to begin with, ``needle`` a text to be found in it."""
        self.push_screen(NodeSheet(session_id, path, field, needle))

    def open_why(self, session_id: str) -> None:
        """Say why a session failed."""
        self._open(session_id, WhySheet(session_id))

    def open_entries(self, session_id: str) -> None:
        """Show the log entries of a session."""
        self._open(session_id, EntriesSheet(session_id))

    def open_timeline(self, session_id: str, path: str) -> None:
        """Show when what happened in a session, with a node marked."""
        self._open(session_id, TimelineSheet(session_id, path))

    def open_costs(self, session_id: str | None, query: str) -> None:
        """Show what a session used, or all that a query means."""
        self.push_screen(CostsSheet(session_id, query))

    def open_search(self, session_id: str | None, query: str) -> None:
        """Search in a session, or in all that a query means."""
        self.push_screen(SearchSheet(session_id, query))

    def open_difference(self, found: Sequence[Difference]) -> None:
        """Show what differs at a node."""
        self.push_screen(DifferenceSheet(found))

    def compare(self, session_id: str) -> None:
        """Compare the marked session with another one."""
        if self.marked is None or self.marked == session_id or not session_id:
            self.notify("mark one session with m, then press c on another one", markup=False)
        else:
            self.push_screen(ComparisonSheet(self.marked, session_id))

    def _open(self, session_id: str, sheet: Sheet) -> None:
        if session_id:
            self.push_screen(sheet)

    def copy(self, text: str) -> None:
        """Put a text on the clipboard, and say so."""
        if text:
            self.copy_to_clipboard(text)
            self.notify(self.brush.written(f"copied: {text}"), timeout=2, markup=False)

    def action_ground(self) -> None:
        """Change between a dark and a light ground."""
        self.theme = PAPER.name if self.current_theme.dark else SLATE.name
        for sheet in self._sheets():
            sheet.ground_changed()

    def action_help(self) -> None:
        """Show the keys of the screen."""
        if isinstance(self.screen, Sheet) and not isinstance(self.screen, HelpSheet):
            self.push_screen(HelpSheet(self.screen.PLACE))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every action of the screen by what it says."""
        if not isinstance(screen, Sheet):
            return
        for key in (*KEYS[screen.PLACE], *KEYS["everywhere"]):
            if key.action != "app.command_palette":
                run = partial(screen.run_action, key.action)
                yield SystemCommand(key.says.removesuffix("."), f"key {key.written}", run)

    def _sheets(self) -> list[Sheet]:
        return [screen for screen in self.screen_stack if isinstance(screen, Sheet)]

    def _progressed(self, progress: Progress) -> None:
        self.post_message(Progressed(progress))

    def _look(self) -> None:
        worker = get_current_worker()
        try:
            change = self.desk.refresh(self._progressed)
        except (ClewError, OSError, sqlite3.Error) as problem:
            self.post_message(Refused(one_line(str(problem))))
            return
        if not worker.is_cancelled:
            self.post_message(Refreshed(change))
