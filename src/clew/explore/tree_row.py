"""A row of a tree as screens draw it: the words and styles of ``clew show``, and what a screen needs besides."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import msgspec

from clew.text.entry import NOTHING
from clew.text.row import Row, Span

RowKind = Literal["session", "init", "turn", "step", "attempt", "tool", "fin", "log", "note", "ending"]


class TreeRow(msgspec.Struct, frozen=True, kw_only=True, gc=False, rename="camel"):
    """One row. Texts are cleaned: they hold nothing that a terminal would obey."""

    key: str
    """Its name among the rows of this tree: the path of a node, else one made of it. It stays while a session grows."""
    path: str
    """The full path of the node from the outermost session; empty for that session itself and for what has none."""
    holder: str
    """The full path of the node to show for it: its own, or that of the node which a log entry or a note hangs on."""
    log: int | None = None
    """Of a log entry: its place among all entries of its holder, from 0."""
    kind: RowKind
    label: Row
    """What it is."""
    status: Span = NOTHING
    """How it went; blocks say it in their label."""
    took: str = ""
    """How long, as shown."""
    notes: Row = ()
    """What else there is to say; of a round what went wrong in it."""
    inside: Row = ()
    """Of a round that is not opened: the tools that it called."""
    block: bool = False
    """Whether it is a line of words instead of columns."""
    depth: int = 0
    """Levels below the outermost session."""
    guide: str = ""
    """The lines that lead to it, as ``clew show`` draws them."""
    expandable: bool = False
    """Whether there are rows below it."""
    expanded: bool = False
    """Whether they are shown."""
    matched: bool = False
    """Whether the query means it."""
    found: int = 0
    """How many nodes below it the query means."""
    started_at: float | None = None
    """Milliseconds since the epoch."""
    ended_at: float | None = None
    """``None`` for what has not ended, and for what takes no time."""
    cost: Decimal | None = None
    """US dollars, told or estimated; of a tool call what the sessions below it cost; ``None`` if unknown."""
    tokens: int | None = None
    """All tokens of the same; ``None`` if unknown."""


def parent_key(key: str) -> str:
    """The key of the row that a row stands under."""
    path = key.partition("#")[0]
    return path if path != key else key[: max(key.rfind("-"), key.rfind("."), 0)]


def keys_above(path: str) -> frozenset[str]:
    """The rows to be opened for the row of a path to be seen."""
    found = set()
    while path := parent_key(path):
        found.add(path)
    return frozenset(found)
