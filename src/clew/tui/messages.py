"""Every message of the explorer: what widgets and threads tell the screens above them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.message import Message

if TYPE_CHECKING:
    from collections.abc import Callable

    from clew.explore.changes import Changed
    from clew.store.index.index import Progress
    from clew.tui.lines import Lines


class Moved(Message):
    """The cursor of a widget came to another line."""

    def __init__(self, lines: Lines) -> None:
        """Keep the widget."""
        super().__init__()
        self.lines = lines

    @property
    def control(self) -> Lines:
        """The widget."""
        return self.lines


class Chosen(Message):
    """A line was chosen."""

    def __init__(self, lines: Lines) -> None:
        """Keep the widget."""
        super().__init__()
        self.lines = lines

    @property
    def control(self) -> Lines:
        """The widget."""
        return self.lines


class Answered(Message):
    """A question that was asked in a thread is answered."""

    def __init__(self, then: Callable[[Any], None], answer: Any) -> None:  # noqa: ANN401 - whatever was asked for
        """Keep the answer and who wanted it."""
        super().__init__()
        self.then = then
        self.answer = answer


class Refused(Message):
    """A question cannot be answered."""

    def __init__(self, sentence: str) -> None:
        """Keep the sentence that says why."""
        super().__init__()
        self.sentence = sentence


class Progressed(Message):
    """The index is being brought up to date."""

    def __init__(self, progress: Progress) -> None:
        """Keep how far."""
        super().__init__()
        self.progress = progress


class Refreshed(Message):
    """The index is up to date again."""

    def __init__(self, change: Changed) -> None:
        """Keep what was new."""
        super().__init__()
        self.change = change
