"""What is known of a node, as lines: facts side by side, then what it used, where it leads, and what was logged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clew.text import numbers, signs
from clew.text.clean import clean, one_line
from clew.text.operation import usage_words
from clew.text.row import Row, Span, pad, row_width

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from clew.explore.detail import Cost, Detail, LogLine
    from clew.explore.part import PartFacts

_NAME = 14
_CELL = 46
"""Columns of a fact that stands beside others."""
_LINKS = {
    "parent": "started by",
    "child": "started",
    "before": "before",
    "after": "after",
    "request_before": "request before",
    "round": "in",
}


def about_rows(detail: Detail, width: int) -> Iterator[Row]:
    """The lines about a node, for so many columns."""
    yield from _grid([_fact(fact.name, one_line(fact.value), fact.style) for fact in detail.facts], width)
    if detail.usage is not None:
        yield _fact("tokens", usage_words(detail.usage))
    if detail.cost is not None:
        yield _fact("cost", cost_words(detail.cost))
    for suspicion in detail.suspicions:
        yield _fact("suspicious", one_line(suspicion.message), "retry")
    links = [f"{_LINKS[link.kind]} {one_line(link.path) or link.session_id}" for link in detail.links]
    if links:
        yield _fact("leads to", signs.BETWEEN.join(links), "dim")
    for line in detail.logs:
        yield from _logged(line)


def parts_row(parts: Sequence[PartFacts], chosen: str = "") -> Row:
    """The parts of a node with their sizes, the chosen one marked."""
    row: Row = ()
    for part in parts:
        style = "match" if part.name == chosen else ""
        size = f" {numbers.size(part.size)}" if part.size else ""
        row = (*row, Span(f" {one_line(part.name)}{size} ", style), Span(" "))
    return row


def cost_words(cost: Cost) -> str:
    """What it cost, and how that is known."""
    words = [numbers.money(cost.dollars), cost.source if cost.dollars is not None else "nobody knows the price"]
    if cost.unpriced and cost.dollars is not None:
        words.append(f"{cost.unpriced} answers have no known price")
    if cost.source == "estimated" and cost.quote is not None:
        words.append(one_line(cost.quote.source))
    return signs.BETWEEN.join(words)


def _fact(name: str, value: str, style: str = "") -> Row:
    return (Span(f"{one_line(name):<{_NAME - 2}}  ", "dim"), Span(value, style))


def _grid(cells: list[Row], width: int) -> Iterator[Row]:
    """Short cells side by side, a long one on a line of its own."""
    row: Row = ()
    for cell in cells:
        if row and (row_width(cell) >= _CELL or row_width(row) + _CELL > width):
            yield row
            row = ()
        if row_width(cell) >= _CELL:
            yield cell
        else:
            row = (*row, *pad(cell, _CELL))
    if row:
        yield row


def _logged(line: LogLine) -> Iterator[Row]:
    style = signs.severity_style(line.severity)
    first, *rest = clean(line.message).split("\n")
    head: Row = (
        Span(f"{signs.severity_sign(line.severity)} {line.severity} ".ljust(_NAME), style),
        Span(f"{line.slug}  ", style),
        Span(first),
        Span(f"  {line.source}" if line.source else "", "dim"),
        Span("" if line.is_declared else "  (slug not declared)", "dim"),
    )
    yield head
    for text in rest:
        yield (Span(" " * _NAME), Span(text))
