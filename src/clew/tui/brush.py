"""From rows to the screen: the styles of :mod:`clew.text.signs` in colours that suit a dark and a light ground.

What a row holds is never markup: its spans become segments as they are. They are cleaned here once more, whoever made
them, so that this is the one place through which text reaches the terminal.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.color import Color
from textual.filter import LineFilter
from textual.strip import Strip

from clew.text.clean import clean
from clew.text.signs import ascii_only

if TYPE_CHECKING:
    from clew.text.row import Row

DARK = {
    "failed": "bold #ff7b72",
    "retry": "#e3b341",
    "running": "#56c8d8",
    "interrupted": "#d2a8ff",
    "hole": "#14161a on #e3b341",
    "dim": "#868e99",
    "title": "bold",
    "match": "bold reverse",
    "bar": "#d6dae0 on #343a44",
    "bar failed": "#14161a on #ff7b72",
    "bar retry": "#14161a on #e3b341",
    "bar running": "#14161a on #56c8d8",
    "bar interrupted": "#14161a on #d2a8ff",
}
"""Every style on a dark ground."""

LIGHT = {
    "failed": "bold #b3261e",
    "retry": "#8a5a00",
    "running": "#006d7d",
    "interrupted": "#7b3fb0",
    "hole": "#202124 on #ffd866",
    "dim": "#6a6f76",
    "title": "bold",
    "match": "bold reverse",
    "bar": "#202124 on #d5d9df",
    "bar failed": "#ffffff on #b3261e",
    "bar retry": "#202124 on #f0c14b",
    "bar running": "#ffffff on #006d7d",
    "bar interrupted": "#ffffff on #7b3fb0",
}
"""Every style on a light ground."""

_TAB = "    "
_UNSTEADY = re.compile("[\u200b-\u200d\u2060\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]")
"""Characters without a width of their own, about which terminals disagree."""


class Brush(NamedTuple):
    """How rows are painted."""

    styles: dict[str, Style]
    """By the names of :data:`clew.text.signs.STYLES`, ``match`` and those of bars."""
    ascii_signs: bool
    """Whether everything but ASCII is written with ASCII."""

    def strip(self, row: Row, ground: Style | None = None) -> Strip:
        """A row as a line of a widget."""
        ground = ground or Style.null()
        return Strip([Segment(self.written(text), ground + self.style(name)) for text, name in row if text])

    def text(self, row: Row) -> Text:
        """A row as the content of a label."""
        text = Text(no_wrap=True, overflow="ellipsis", end="")
        for words, name in row:
            text.append(self.written(words), self.style(name))
        return text

    def style(self, name: str) -> Style:
        """The style of a name; none for the empty one."""
        return self.styles.get(name, Style.null())

    def written(self, text: str) -> str:
        """A text as it may be sent to a terminal: clean, on one line."""
        plain = text if text.isascii() and text.isprintable() else _steady(text)
        return ascii_only(plain) if self.ascii_signs else plain


class AsciiOnly(LineFilter):
    """Signs of frames and scroll bars in ASCII, each in as many columns as it had."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - Textual's signature
        """The segments, with ASCII for everything else."""
        return [
            segment if segment.text.isascii() else Segment(_narrow(segment.text), segment.style, segment.control)
            for segment in segments
        ]


@lru_cache(maxsize=4)
def brush(*, dark: bool, ascii_signs: bool) -> Brush:
    """The brush for a ground."""
    words = DARK if dark else LIGHT
    return Brush({name: Style.parse(style) for name, style in words.items()}, ascii_signs)


def _steady(text: str) -> str:
    return _UNSTEADY.sub("", clean(text).replace("\t", _TAB).replace("\n", " "))


def _narrow(text: str) -> str:
    return "".join(
        letter if letter.isascii() else shown if len(shown := ascii_only(letter)) == 1 else "?" for letter in text
    )
