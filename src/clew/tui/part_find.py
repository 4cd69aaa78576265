"""Finding a text in a part: in its lines, or in its messages as they are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from clew.text.row import plain

if TYPE_CHECKING:
    from clew.explore.part import Part
    from clew.explore.text_lines import Lines
    from clew.tui.part_page import Format

LINES = 1_000
"""Lines of a page."""
MESSAGES = 100
"""Messages of a page."""


class Found(NamedTuple):
    """Where a text stands."""

    page: int
    """From 0."""
    row: int
    """Of the page, from 0."""
    column: int
    """In characters."""
    length: int


def find(part: Part, form: Format, needle: str, after: Found | None) -> Found | None:
    """The first place after another one where a text stands; in small letters it stands for capitals, too."""
    if form == "conversation":
        return _in_messages(part, needle, after)
    return _in_lines(part.text if form == "text" else part.json, needle, after)


def _in_lines(lines: Lines, needle: str, after: Found | None) -> Found | None:
    start = 0
    if after is not None:
        here = after.page * LINES + after.row
        column = _column("".join(lines.page(here, here + 1)), needle, after.column + 1)
        if column >= 0:
            return after._replace(column=column)
        start = here + 1
    match = lines.find(needle, start, ignore_case=needle.islower())
    return None if match is None else Found(match.line // LINES, match.line % LINES, match.column, match.length)


def _in_messages(part: Part, needle: str, after: Found | None) -> Found | None:
    from clew.tui.part_page import read_page  # noqa: PLC0415 - a page marks what was found in it

    page = after.page if after is not None else 0
    while page * MESSAGES < len(part.conversation):
        rows = read_page(part, "conversation", page).rows
        for row in range(after.row if after is not None else 0, len(rows)):
            begin = after.column + 1 if after is not None and row == after.row else 0
            column = _column(plain(rows[row]), needle, begin)
            if column >= 0:
                return Found(page, row, column, len(needle))
        page, after = page + 1, None
    return None


def _column(text: str, needle: str, begin: int) -> int:
    return (text.lower() if needle.islower() else text).find(needle, begin)
