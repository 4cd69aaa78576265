"""Rows that are given at once: log entries, notes, and what else hangs on a node without a path of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from clew.explore.tree_row import RowKind, TreeRow
from clew.model.session import Attempt
from clew.text.entry import Entry, log_entry, said
from clew.text.operation import shown
from clew.text.row import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from clew.errors import ClewError
    from clew.explore.marks import Marks
    from clew.model.log import LogEntry
    from clew.model.session import Node


class Branch(Protocol):
    """Rows side by side under one row. They are made when they are picked."""

    def __len__(self) -> int:
        """How many."""

    def pick(self, places: Sequence[int]) -> list[TreeRow]:
        """The rows at some places, not yet put in their place in the tree."""

    def place(self, key: str) -> int | None:
        """Where the row of a key is; ``None`` if it is not among these."""

    def below(self, key: str) -> list[Branch]:
        """What is under the row of a key."""

    def sifted(self, marks: Marks) -> Branch:
        """Those of the rows that a query leaves."""


class EntryBranch:
    """A few rows with nothing below them."""

    def __init__(self, rows: Iterable[TreeRow]) -> None:
        """The rows as they are."""
        self._rows = [*rows]

    def __len__(self) -> int:
        """How many."""
        return len(self._rows)

    def pick(self, places: Sequence[int]) -> list[TreeRow]:
        """The rows at some places."""
        return [self._rows[place] for place in places]

    def place(self, key: str) -> int | None:
        """Where the row of a key is."""
        return next((place for place, row in enumerate(self._rows) if row.key == key), None)

    def below(self, key: str) -> list[Branch]:  # noqa: ARG002 - as `Branch` asks for it
        """Nothing."""
        return []

    def sifted(self, marks: Marks) -> Branch:  # noqa: ARG002 - as `Branch` asks for it
        """All of them: they belong to a node that is seen."""
        return self


def drawn(entry: Entry, kind: RowKind, **facts: object) -> TreeRow:
    """An entry of an outline as a row; ``facts`` are further fields of the row."""
    path = entry.path
    usual = {
        "key": path,
        "path": path,
        "holder": path,
        "label": entry.label,
        "status": entry.status,
        "took": entry.took,
        "notes": entry.notes,
        "block": entry.block,
    }
    return TreeRow(kind=kind, **usual | facts)  # type: ignore[arg-type]  # fields of a row


def hole(word: str, why: str) -> Entry:
    """What stands in the place of something that cannot be shown."""
    return Entry(path="", label=(Span(f"{word}  ", "hole"), *said(why)), block=True)


def reason(problem: ClewError | OSError) -> str:
    """Why something cannot be shown, without the path of a file: rows leave this machine, in an exported page."""
    if isinstance(problem, OSError):
        return problem.strerror or type(problem).__name__
    return str(problem)


def log_rows(holder: str, node: Node, *, every_entry: bool) -> Iterator[TreeRow]:
    """The log entries of a node that an outline shows as rows of their own."""
    said = () if every_entry else getattr(node, "slugs", ())
    for place, entry in enumerate(logs_of(node)):
        if shown(entry, every_entry=every_entry) and entry.slug not in said:
            place_in = {"key": f"{holder}#{place}", "path": "", "holder": holder, "log": place}
            yield drawn(log_entry(entry), "log", **place_in, started_at=entry.timestamp, ended_at=entry.timestamp)


def logs_of(node: Node) -> tuple[LogEntry, ...]:
    """All log entries of a node; those of an answer belong to its attempt."""
    response = node.response if isinstance(node, Attempt) else None
    return node.logs if response is None else (*node.logs, *response.logs)
