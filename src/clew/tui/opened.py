"""A node with one of its parts opened: read in a thread, shown by the node's screen."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from clew.explore.conversation import New
from clew.explore.detail import Detail, detail_of, new_since, part_of
from clew.explore.part import Address, Part, PartFacts
from clew.text import numbers, signs
from clew.text.clean import one_line
from clew.text.row import Row, Span
from clew.tui.part_find import LINES, Found, find
from clew.tui.part_page import Format, PartPage, read_page
from clew.tui.wrapped import Wrapped

if TYPE_CHECKING:
    from clew.explore.library import Library
    from clew.explore.view import SessionView

ABOUT = PartFacts(name="about", kind="text", size=0)
"""What is known of a node besides its payloads."""

PARTS_OF_FIELDS = {
    "system_prompt": "system prompt",
    "text": "streamed text",
    "reasoning": "streamed reasoning",
    "details": "log 0 details",
}
"""Parts that are not called like the field of an act that holds them."""

_FIRST = ("response", "report", "request", "content", "system prompt")
"""Which part is shown first, if it is there."""


class Asked(NamedTuple):
    """Which part of a node is to be shown, and how."""

    name: str = ""
    """Empty for the one that says most."""
    address: Address = ()
    """Where in the part, for a long text that is shown by itself."""
    format: Format | None = None
    """``None`` for the one that suits it."""
    page: int = 0
    needle: str = ""
    """A text to go to; empty for none."""
    after: Found | None = None
    """Where to look for it from."""


class Opened(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A node with one of its parts, at a page."""

    detail: Detail
    facts: PartFacts
    part: Part | None = None
    """``None`` for what is known of the node besides."""
    page: PartPage | None = None
    source: Wrapped | None = None
    """The lines of the page."""
    found: Found | None = None
    """Where a text was found."""
    new: New | None = None
    """What is new in a request."""
    before: str = ""
    """Path of the request before it."""

    @cached_property
    def parts(self) -> list[PartFacts]:
        """Every part that can be shown."""
        return parts_of(self.detail)

    @cached_property
    def formats(self) -> list[Format]:
        """The ways in which the part can be shown."""
        return [] if self.part is None else formats(self.part)

    @property
    def is_running(self) -> bool:
        """Whether there will be more of the node."""
        return any(fact.name == "status" and fact.value == "running" for fact in self.detail.facts)

    @property
    def top(self) -> int:
        """The line to begin with: where a text was found, else the first message that is new."""
        if self.source is None or self.page is None:
            return 0
        if self.found is not None:
            return max(0, self.source.line_of(self.found.row, self.found.column) - 3)
        if self.new is not None and self.page.format == "conversation" and not self.page.number:
            return self.source.line_of(self.page.begins.get(self.new.same, 0))
        return 0


def open_part(library: Library, session_id: str, path: str, asked: Asked) -> Opened:
    """Open a node. Raises ``SessionNotFound`` or ``PathError``."""
    view = library.session(session_id)
    detail = detail_of(view, path, library.prices)
    facts = _chosen(detail, asked.name)
    if facts is ABOUT:
        return Opened(detail=detail, facts=facts)
    part = part_of(view, path, facts.name, asked.address)
    form = asked.format or ("text" if asked.address else facts.kind)
    found = None
    if asked.needle:
        form, found = _found(part, form, asked)
    number = found.page if found is not None else asked.page
    page = read_page(part, form, number, found)
    before = next((link.path for link in detail.links if link.kind == "request_before"), "")
    new = _new(view, path, before) if facts.name == "request" else None
    source = Wrapped(page.rows)
    return Opened(detail=detail, facts=facts, part=part, page=page, source=source, found=found, new=new, before=before)


def parts_of(detail: Detail) -> list[PartFacts]:
    """Every part that can be shown of a node."""
    return [ABOUT, *detail.parts, *(part for line in detail.logs for part in line.parts)]


def formats(part: Part) -> list[Format]:
    """The ways in which a part can be shown, the most telling first."""
    ways: list[Format] = ["conversation"] if part.conversation.is_one else []
    return [*ways, "text", "json"] if part.kind == "text" else [*ways, "json"]


def where_row(opened: Opened) -> Row:
    """The line below a part: what it is, how large, which page, what is new."""
    if opened.part is None or opened.page is None:
        return (Span(f"{len(opened.parts) - 1} payloads", "dim"),)
    size = opened.part.payload.size
    words = [
        one_line(opened.part.name),
        f"as {opened.page.format}",
        numbers.size(size) if size < 1000 else f"{numbers.size(size)} ({size:,} bytes)",  # noqa: PLR2004 - up to there it is exact
        _page_words(opened),
        _new_words(opened),
    ]
    return (Span(signs.BETWEEN.join(word for word in words if word)),)


def _chosen(detail: Detail, name: str) -> PartFacts:
    known = {part.name: part for part in parts_of(detail)}
    if not name:
        name = next((first for first in _FIRST if first in known), ABOUT.name)
    return known.get(name, ABOUT)


def _found(part: Part, form: Format, asked: Asked) -> tuple[Format, Found | None]:
    """Where the text stands: as the part is shown, else as it can be shown otherwise."""
    for way in dict.fromkeys((form, *formats(part))):
        found = find(part, way, asked.needle, asked.after if way == form else None)
        if found is not None or asked.after is not None:
            return way, found
    return form, None


def _new(view: SessionView, path: str, before: str) -> New | None:
    return new_since(view, path, before) if before else None


def _page_words(opened: Opened) -> str:
    page, part = opened.page, opened.part
    if page is None or part is None or (page.is_last and not page.number):
        count = len(part.conversation) if part is not None and page is not None and page.format == "conversation" else 0
        return f"{count} messages" if count else ""
    if page.format == "conversation":
        return f"page {page.number + 1}, {len(part.conversation)} messages in all"
    first = page.number * LINES + 1
    more = "" if page.is_last else ", > for more"
    return f"page {page.number + 1}, lines {first:,} to {first + len(page.rows) - 1:,}{more}"


def _new_words(opened: Opened) -> str:
    new = opened.new
    if new is None:
        return ""
    changed = f", other {', '.join(map(one_line, new.changed))}" if new.changed else ""
    gone = f", {new.gone} gone" if new.gone else ""
    return f"first {new.same} as in {opened.before}, {new.added} new{gone}{changed}"
