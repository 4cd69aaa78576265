"""A session as an outline: one row per node, columns aligned over the whole tree, child sessions included.

::

    ◆ 20251109_143414_a1b2c3d4  support  failed · tool.timeout at 2-2    3 turns  14.9 s  41.2k tokens  $0.0312
    ├─ init      claude-sonnet-4-5 · 4 tools                                             212 ms
    ├─ 1  message  “find my order”                                                       2.10 s
    │  ├─ → anthropic claude-sonnet-4-5    failed 429     180 ms   llm.rate_limited · waited 1.00 s
    │  └─ ↻ anthropic claude-sonnet-4-5    ok             920 ms   1.10k + 11.0k cached → 210 · $0.0071
    └─ fin       ok

A label longer than its column pushes the rest of its row; nothing of an operation is cut off.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from clew.model.session import Fin, Init, Session
from clew.text import signs
from clew.text.block import fin_entry, init_entry, node_entry, session_entries, session_label
from clew.text.entry import Entry
from clew.text.row import Row, Span, pad, row_width, width

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clew.model.session import Node

_LABEL_AT_LEAST, _LABEL_AT_MOST = 35, 60
_GAP = 4
_STATUS_AT_LEAST = 10
_TIME = 8
_BLOCK_TIME = 30
"""How far right of the operations' times the blocks' times end."""


@dataclass(frozen=True, slots=True)
class View:
    """What an outline shows."""

    paths: bool = False
    """A first column with the address of every node."""
    depth: int | None = None
    """Levels of rows below the first; ``None`` for all."""
    every_entry: bool = False
    """Log entries of every severity instead of warnings and errors."""


class _Line(NamedTuple):
    """An entry in its place, not yet aligned."""

    guide: str
    entry: Entry
    folded: bool
    """Whether rows below it are not shown."""


def outline(session: Session, view: View = View()) -> list[Row]:
    """The rows of a whole session."""
    entries = session_entries(session, every_entry=view.every_entry)
    return _rows(Entry(path="", label=session_label(session), block=True, children=entries), view)


def node_outline(session: Session, path: str, node: Node, view: View = View()) -> list[Row]:
    """The rows of one node of a session and of what is below it."""
    if isinstance(node, Session):
        return outline(node, view)
    if isinstance(node, Init):
        entry = init_entry(path, session, every_entry=view.every_entry)
    elif isinstance(node, Fin):
        entry = fin_entry(path, node, every_entry=view.every_entry)
    else:
        entry = node_entry(path, node, every_entry=view.every_entry)
    return _rows(entry, view)


def _rows(root: Entry, view: View) -> list[Row]:
    return _aligned(list(_placed(root, view.depth)), paths=view.paths)


def _placed(root: Entry, depth: int | None) -> Iterator[_Line]:
    """Every entry with the guide before it, from top to bottom."""
    stack: list[tuple[Entry, str, str, int]] = [(root, "", "", 0)]
    while stack:
        entry, before, below, level = stack.pop()
        folded = depth is not None and level >= depth
        yield _Line(before, entry, folded and bool(entry.children))
        if folded:
            continue
        for place, child in enumerate(reversed(entry.children)):
            branch, trunk = (signs.BRANCH, signs.TRUNK) if place else (signs.LAST_BRANCH, signs.GAP)
            stack.append((child, below + branch, below + trunk, level + 1))


def _aligned(lines: list[_Line], *, paths: bool) -> list[Row]:
    columns = [line for line in lines if not line.entry.block]
    labels = (width(line.guide) + row_width(line.entry.label) for line in columns)
    label = _GAP + max((_LABEL_AT_LEAST, *(columns for columns in labels if columns <= _LABEL_AT_MOST)))
    status = _GAP + max((_STATUS_AT_LEAST, *(width(line.entry.status.text) for line in columns)))
    rows = [
        _block_row(line, label + status + _TIME + _BLOCK_TIME) if line.entry.block else _column_row(line, label, status)
        for line in lines
    ]
    return _with_paths(lines, rows) if paths else rows


def _column_row(line: _Line, label: int, status: int) -> Row:
    entry = line.entry
    row = pad((Span(line.guide, "dim"), *entry.label), label)
    if entry.status.text or entry.took or entry.notes:
        row = (*pad((*row, entry.status), max(label, row_width(row)) + status), Span(entry.took.rjust(_TIME)))
    if entry.notes:
        row = (*row, Span("   "), *entry.notes)
    return (*row, Span(f"  {signs.MORE}", "dim")) if line.folded else row


def _block_row(line: _Line, edge: int) -> Row:
    entry = line.entry
    row: Row = (Span(line.guide, "dim"), *entry.label)
    if line.folded:
        row = (*row, Span(f"  {signs.MORE}", "dim"))
    return (*pad(row, edge - len(entry.took) - 2), Span(f"  {entry.took}")) if entry.took else row


def _with_paths(lines: list[_Line], rows: list[Row]) -> list[Row]:
    margin = 2 + max((len(line.entry.path) for line in lines), default=0)
    return [(Span(line.entry.path.ljust(margin), "dim"), *row) for line, row in zip(lines, rows, strict=True)]
