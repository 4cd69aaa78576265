"""Two trees beside each other as lines: each node beside the one it corresponds to, with a sign in between."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from clew.errors import PathError
from clew.model.session import Attempt, Fin, Init, Session, Step, ToolCall, Turn
from clew.text.block import fin_entry, init_entry, node_entry, session_label
from clew.text.clean import one_line
from clew.text.entry import Entry
from clew.text.operation import attempt_entry, tool_entry
from clew.text.row import Row, Span, crop_row, pad
from clew.tree.path import locate
from clew.tui.line_source import LineSource

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clew.explore.comparison import Pair

_SIGNS = {"same": " ", "changed": "~", "added": "+", "removed": "-"}
_STYLES = {"same": "", "changed": "retry", "added": "running", "removed": "interrupted"}
_BETWEEN = 3
_TOOK = 9


class PairLines(LineSource):
    """The lines of a comparison."""

    def __init__(self, pairs: Sequence[Pair], a: Session, b: Session) -> None:
        """The pairs of a comparison of two sessions."""
        self.pairs = pairs
        self._sessions = (a, b)

    def __len__(self) -> int:
        """How many."""
        return len(self.pairs)

    def rows(self, start: int, stop: int, width: int) -> Sequence[Row]:
        """Those of a range."""
        return [self._line(pair, (width - _BETWEEN) // 2) for pair in self.pairs[start:stop]]

    def _line(self, pair: Pair, half: int) -> Row:
        style = _STYLES[pair.change]
        left, right = (
            _side(session, path, half, style)
            for session, path in zip(self._sessions, (pair.path_a, pair.path_b), strict=True)
        )
        return (*left, Span(f" {_SIGNS[pair.change]} ", style), *right)


def _side(session: Session, path: str | None, half: int, style: str) -> Row:
    """One node in its half."""
    if path is None:
        return (Span(" " * half),)
    indent = "  " * (path.count("-") + path.count(".") + bool(path))
    entry = node_line(session, path)
    label = tuple(Span(span.text, span.style or style) for span in (Span(indent), *entry.label))
    status = (Span("  "), entry.status) if entry.status.text else ()
    words = pad(crop_row((*label, *status), half - _TOOK), half - _TOOK)
    return (*words, Span(entry.took.rjust(_TOOK)[:_TOOK], "dim"))


def node_line(session: Session, path: str) -> Entry:
    """What an outline says of one node, without what is below it."""
    try:
        node = locate(session, path)
    except PathError as problem:
        return Entry(path=path, label=(Span(one_line(str(problem)), "hole"),))
    if isinstance(node, Session):
        return Entry(path=path, label=session_label(node))
    if isinstance(node, Init | Fin):
        owner = _owner(session, path)
        return init_entry(path, owner) if isinstance(node, Init) else fin_entry(path, node)
    return _node_entry(path, node)


def _node_entry(path: str, node: Turn | Step | Attempt | ToolCall) -> Entry:
    if isinstance(node, Attempt):
        return attempt_entry(path, node, retried=False)
    if isinstance(node, ToolCall):
        return tool_entry(path, node)
    return node_entry(path, msgspec.structs.replace(node, attempts=(), tools=(), logs=()))


def _owner(session: Session, path: str) -> Session:
    """The session that a part of one belongs to."""
    outer, _, _ = path.rpartition(".")
    call = locate(session, outer) if outer else None
    return call.child_session if isinstance(call, ToolCall) and call.child_session is not None else session
