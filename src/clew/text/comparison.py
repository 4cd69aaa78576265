"""What differs, as rows: a value beside another, the lines of a text that changed, a figure that became another.

Long texts are shown by the lines that changed, as programs that compare files do; how much is not shown is said.
"""

from __future__ import annotations

from decimal import Decimal
from difflib import unified_diff
from typing import TYPE_CHECKING

from clew.text import signs
from clew.text.clean import clean
from clew.text.pretty import json_lines
from clew.text.row import Row, Span, crop, width

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BESIDE = 48
"""Columns up to which two values stand beside each other on one line."""
_CONTEXT = 2
"""Lines shown around those that changed."""
_WIDTH = 110
"""Columns of a line; longer ones are cut, and say by how much."""
_MOST_COMPARED = 20_000
"""Lines of a text beyond which it is shown as taken out and put in whole."""

_STYLES = {"+": "added", "-": "removed", "~": "", "@": "dim", " ": "dim"}


def change_span(change: str) -> Span:
    """The sign of a node or a difference: ``added``, ``removed``, ``changed`` or ``same``."""
    sign = {"added": signs.ADDED, "removed": signs.REMOVED, "changed": signs.CHANGED}.get(change, " ")
    return Span(sign, _STYLES[sign])


def value_lines(value: object) -> list[str]:
    """A value as lines: text as it is, money in dollars, anything else as JSON."""
    if isinstance(value, Decimal):
        return [f"${value:f}"]
    return clean(value).split("\n") if isinstance(value, str) else [*json_lines(value)]


def unified(before: Sequence[str], after: Sequence[str], *, context: int = _CONTEXT) -> Iterator[str]:
    """The lines that changed, each with its sign, and some around them; ``@@`` says where they stand."""
    if max(len(before), len(after)) > _MOST_COMPARED:
        yield f"@@ -1,{len(before)} +1,{len(after)} @@"
        yield from (f"-{line}" for line in before)
        yield from (f"+{line}" for line in after)
        return
    lines = unified_diff(before, after, lineterm="", n=context)
    yield from (line for number, line in enumerate(lines) if number > 1)  # the first two name files


def value_rows(before: object, after: object, *, indent: str, most: int) -> Iterator[Row]:
    """Two values, ``None`` for one that is not there: on one line if both are short, else by what changed."""
    one, other = (None if value is None else value_lines(value) for value in (before, after))
    if one is not None and other is not None and _is_short(one) and _is_short(other):
        yield (Span(f"{indent}{one[0]}", "removed"), Span(f" {signs.ATTEMPT} "), Span(other[0], "added"))
        return
    if one is None or other is None:
        sign = signs.ADDED if one is None else signs.REMOVED
        lines = [f"{sign}{line}" for line in other or one or []]
    else:
        lines = [*unified(one, other)]
    for line in lines[:most]:
        yield (Span(f"{indent}{_cut(line)}", _STYLES.get(line[:1], "dim")),)
    if len(lines) > most:
        left = len(lines) - most
        yield (Span(f"{indent}{signs.MORE} {left} more {'line' if left == 1 else 'lines'}: --json has all", "dim"),)


def figure_row(name: str, before: str, after: str, delta: str) -> Row:
    """A sum over each session, and how much more the second one has."""
    row: Row = (Span(f"{name} ", "dim"), Span(before))
    return (*row, Span(f" {signs.ATTEMPT} {after}"), Span(f" ({delta})", "dim")) if delta else row


def _is_short(lines: list[str]) -> bool:
    return len(lines) == 1 and width(lines[0]) <= BESIDE


def _cut(line: str) -> str:
    """A line that fits, or says how much of it does not."""
    if width(line) <= _WIDTH:
        return line
    shown = crop(line, _WIDTH)
    return f"{shown} {len(line) - len(shown) + 1} more characters"
