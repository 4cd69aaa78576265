"""A row of text: spans of text, each with the name of a style.

Plain data, so that every format and every test can look at it.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple


class Span(NamedTuple):
    """A piece of a row."""

    text: str
    """Cleaned, without newlines."""
    style: str = ""
    """A name of :data:`clew.text.signs.STYLES`; empty for neutral."""


Row = tuple[Span, ...]
"""One line of text."""

_WIDE = frozenset("WF")
_UNUSUAL = re.compile(
    "[^\x20-\xac\xae-\u02ff\u2010-\u2027\u2190-\u2193\u21bb\u2500-\u259f\u25c6\u25cc\u2699\u2717\u2937]"
)
"""Characters that may take another width than one column: anything but Latin letters and the signs of outlines."""


def plain(row: Row) -> str:
    """The text of a row without styles and trailing blanks."""
    return "".join(span.text for span in row).rstrip()


def row_width(row: Row) -> int:
    """The columns a row takes."""
    return sum(width(span.text) for span in row)


def width(text: str) -> int:
    """The columns a text takes on a terminal: wide characters take two, combining ones none."""
    return len(text) if text.isascii() or _UNUSUAL.search(text) is None else sum(map(_columns, text))


def crop(text: str, columns: int) -> str:
    """The text, cut with ``…`` to at most so many columns."""
    if len(text) * 2 <= columns or width(text) <= columns:
        return text
    if _UNUSUAL.search(text) is None:
        return text[: columns - 1] + "…"
    kept, used = [], 0
    for character in text:
        used += _columns(character)
        if used > columns - 1:
            break
        kept.append(character)
    return "".join(kept) + "…"


def crop_start(text: str, columns: int) -> str:
    """The text, cut with ``…`` at its beginning to at most so many columns: of a path the end says more."""
    if len(text) * 2 <= columns or width(text) <= columns:
        return text
    return "…" + crop(text[::-1], columns)[:-1][::-1]


def crop_row(row: Row, columns: int) -> Row:
    """The row, cut with ``…`` to at most so many columns."""
    if row_width(row) <= columns:
        return row
    kept: list[Span] = []
    for span in row:
        left = columns - row_width(tuple(kept))
        if width(span.text) >= left:
            return (*kept, Span(crop(span.text + "…", left), span.style))
        kept.append(span)
    return tuple(kept)


def pad(row: Row, columns: int) -> Row:
    """The row, filled with blanks to so many columns."""
    missing = columns - row_width(row)
    return (*row, Span(" " * missing)) if missing > 0 else row


def join(rows: list[Row], separator: str) -> Row:
    """The rows that have anything in them, one after the other, with a separator in between."""
    joined: list[Span] = []
    for row in rows:
        if row:
            joined += [Span(separator), *row] if joined else row
    return tuple(joined)


def _columns(character: str) -> int:
    if unicodedata.east_asian_width(character) in _WIDE:
        return 2
    return 0 if unicodedata.combining(character) or unicodedata.category(character) == "Cf" else 1
