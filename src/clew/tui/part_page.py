"""A page of a payload: as many of its lines or messages as are read at once. Nothing is cut; the rest is on others."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

from clew.text import signs
from clew.text.clean import clean, one_line
from clew.text.row import Row, Span
from clew.tui.part_find import LINES, MESSAGES, Found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clew.explore.message import Block, Message
    from clew.explore.part import Address, Part

Format = Literal["text", "json", "conversation"]

_INDENT = "  "
_STYLES = {"thinking": "dim", "other": "dim"}


class PartPage(NamedTuple):
    """What is on a page."""

    number: int
    """From 0."""
    format: Format
    rows: list[Row]
    cut: list[tuple[int, Address]]
    """Rows where only the beginning of a text stands, each with the place of the whole."""
    begins: dict[int, int]
    """Of messages: the row at which each begins, by its number."""
    is_last: bool


def read_page(part: Part, form: Format, number: int, found: Found | None = None) -> PartPage:
    """A page of a part; what was found on it is marked."""
    page = _messages(part, number) if form == "conversation" else _lines(part, form, number)
    if found is not None and found.page == number:
        page.rows[found.row] = _marked(page.rows[found.row], found)
    return page


def _lines(part: Part, form: Format, number: int) -> PartPage:
    first = number * LINES
    lines = (part.text if form == "text" else part.json).page(first, first + LINES + 1)
    return PartPage(number, form, [(Span(line),) for line in lines[:LINES]], [], {}, len(lines) <= LINES)


def _messages(part: Part, number: int) -> PartPage:
    first = number * MESSAGES
    page = PartPage(number, "conversation", [], [], {}, first + MESSAGES >= len(part.conversation))
    for message in part.messages(first, first + MESSAGES):
        page.begins[message.number] = len(page.rows)
        for row, more in _message(message):
            if more is not None:
                page.cut.append((len(page.rows), more))
            page.rows.append(row)
    return page


def _message(message: Message) -> Iterator[tuple[Row, Address | None]]:
    yield (Span(one_line(message.role), "title"), Span(f"  {message.number + 1}", "dim")), None
    for block in message.blocks:
        yield from _block(block)
    yield (), None


def _block(block: Block) -> Iterator[tuple[Row, Address | None]]:
    head = _head(block)
    if head:
        yield (Span(_INDENT), *head), None
    indent = _INDENT * (2 if head else 1)
    for line in clean(block.text).split("\n") if block.text else ():
        yield (Span(indent), Span(line, _STYLES.get(block.kind, ""))), None
    if block.is_cut:
        yield (Span(indent), Span(f"{signs.MORE} there is more: enter shows all of it", "retry")), block.at


def _head(block: Block) -> Row:
    """What a block is, if it is not just said."""
    if block.kind == "text":
        return ()
    name, call_id = one_line(block.name or ""), one_line(block.call_id or "")
    if block.kind == "tool_use":
        return (Span(f"{signs.TOOL} {name}"), Span(f"  {call_id}", "dim"))
    words = {"tool_result": "result", "thinking": "thinking"}.get(block.kind, block.kind)
    about = " ".join(part for part in (one_line(block.media_type or ""), name, call_id) if part)
    failed = " failed" if block.is_error else ""
    return (Span(f"{words}{failed}", "failed" if failed else "dim"), Span(f"  {about}", "dim"))


def _marked(row: Row, found: Found) -> Row:
    """The row with what was found in it marked."""
    spans: list[Span] = []
    at, end = 0, found.column + found.length
    for text, style in row:
        cuts = [0, *(cut - at for cut in (found.column, end) if 0 < cut - at < len(text)), len(text)]
        for low, high in pairwise(cuts):
            inside = found.column <= at + low < end
            spans.append(Span(text[low:high], "match" if inside else style))
        at += len(text)
    return tuple(spans)
