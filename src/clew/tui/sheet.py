"""A sheet: what all screens have in common. A title, the keys at the foot, questions asked in a thread, a way back."""

from __future__ import annotations

import sqlite3
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from textual.screen import Screen
from textual.widgets import Static
from textual.worker import get_current_worker

from clew.errors import ClewError
from clew.text.clean import one_line
from clew.text.row import Row, Span, crop_row
from clew.text.signs import status_style
from clew.tui.key_line import KeyLine
from clew.tui.keys import bindings
from clew.tui.lines import Lines
from clew.tui.messages import Answered, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from textual.app import ComposeResult
    from textual.widget import Widget

    from clew.explore.changes import Changed
    from clew.explore.library import Library
    from clew.explore.listing import SessionRow
    from clew.tui.app import Explorer
    from clew.tui.brush import Brush

T = TypeVar("T")


class Sheet(Screen[None], inherit_bindings=False):
    """A screen of the explorer."""

    PLACE: ClassVar[str] = "help"
    """Which keys of :data:`clew.tui.keys.KEYS` it has, besides those of every screen."""

    def __init_subclass__(cls, **options: Any) -> None:  # noqa: ANN401 - those of Textual
        """Give every kind of screen its keys, its own ones first."""
        cls.BINDINGS = bindings(cls.PLACE, "everywhere")
        super().__init_subclass__(**{"inherit_bindings": False, **options})

    def compose(self) -> ComposeResult:
        """The title, the body, the keys."""
        yield Static(classes="title", id="title")
        yield from self.body()
        yield KeyLine()

    def body(self) -> Iterable[Widget]:
        """What stands between the title and the keys."""
        return ()

    def taken_in(self, change: Changed) -> None:
        """Hear that the index changed; a screen that shows something of it asks anew."""

    def whereabouts(self) -> tuple[str, str]:
        """The id of the session and the path of the node at the cursor; empty where there is none."""
        return "", ""

    @property
    def explorer(self) -> Explorer:
        """The app."""
        return cast("Explorer", self.app)

    @property
    def library(self) -> Library:
        """The library to be asked."""
        return self.explorer.desk.library

    @property
    def brush(self) -> Brush:
        """The brush to paint with."""
        return self.explorer.brush

    def lines(self, name: str) -> Lines:
        """The lines of an id."""
        return self.query_one(f"#{name}", Lines)

    def title_says(self, row: Row) -> None:
        """Say something in the title."""
        self.label_says("title", row)

    def label_says(self, name: str, row: Row) -> None:
        """Say something in the label of an id."""
        room = max(0, self.size.width - 2)
        self.query_one(f"#{name}", Static).update(self.brush.text(crop_row(row, room) if room else row))

    def ask(self, question: Callable[[], T], then: Callable[[T], None], *, group: str = "question") -> None:
        """Have a question answered in a thread, and hand on the answer; a newer one of its group replaces it."""
        self.run_worker(partial(self._answer, question, then), thread=True, exclusive=True, group=group)

    def on_answered(self, message: Answered) -> None:
        """Take an answer."""
        message.stop()
        message.then(message.answer)

    def on_refused(self, message: Refused) -> None:
        """Say why there is no answer."""
        message.stop()
        self.refused(message.sentence)

    def refused(self, sentence: str) -> None:
        """Say why there is no answer."""
        self.notify(self.brush.written(sentence), severity="error", markup=False)

    def ground_changed(self) -> None:
        """Paint everything for the other ground."""
        for lines in self.query(Lines):
            lines.refresh_brush(self.brush)
        self.redraw()

    def redraw(self) -> None:
        """Write the labels anew."""

    def action_back(self) -> None:
        """Go back to the screen before."""
        self.explorer.back()

    def action_copy_path(self) -> None:
        """Copy the path at the cursor, or the id."""
        session_id, path = self.whereabouts()
        self.explorer.copy(path or session_id)

    def action_copy_command(self) -> None:
        """Copy the command that shows what is at the cursor."""
        session_id, path = self.whereabouts()
        if session_id:
            self.explorer.copy(f"clew show {session_id}" + (f" --path {path}" if path else ""))

    def _answer(self, question: Callable[[], Any], then: Callable[[Any], None]) -> None:
        worker = get_current_worker()
        try:
            answer = question()
        except (ClewError, OSError, sqlite3.Error) as problem:
            if not worker.is_cancelled:
                self.post_message(Refused(one_line(str(problem))))
            return
        if not worker.is_cancelled:
            self.post_message(Answered(then, answer))


def session_heading(row: SessionRow, *words: str) -> Row:
    """The title of a screen about one session: its id, its agent, how it stands, and what else is to be said."""
    style = status_style(row.status)
    said = [one_line(row.agent_id or ""), *words]
    head = (Span(row.session_id, "title"), Span(f"  {row.status}", style))
    return (*head, *(Span(f"  {word}") for word in said if word))


def heading(*words: str, style: str = "") -> Row:
    """A title: what is shown, then the rest of it."""
    first, *rest = words
    return (Span(first, "title"), *(Span(f"  {word}", style) for word in rest if word))
