"""The rows below a turn or a step: its attempts, tool calls and entries, in time. The round is loaded for them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from clew.errors import ClewError
from clew.explore.entry_branch import EntryBranch, drawn, hole, log_rows, reason
from clew.explore.sifted_branch import SiftedBranch
from clew.model.session import Attempt, ToolCall
from clew.text.block import node_entry
from clew.tree.path import operations

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from clew.explore.entry_branch import Branch
    from clew.explore.marks import Marks
    from clew.explore.rounds import Operation
    from clew.explore.tree_row import TreeRow
    from clew.explore.view import SessionView
    from clew.text.entry import Entry


class RoundBranch:
    """The rows below one turn or step."""

    def __init__(self, view: SessionView, prefix: str, local: str, *, every_entry: bool) -> None:
        """``local`` is its path in the session of the view, ``prefix`` what stands before it."""
        self._view = view
        self._prefix = prefix
        self._local = local
        self._every_entry = every_entry

    def __len__(self) -> int:
        """How many."""
        return len(self._rows)

    def pick(self, places: Sequence[int]) -> list[TreeRow]:
        """The rows at some places."""
        return [self._rows[place] for place in places]

    def place(self, key: str) -> int | None:
        """Where the row of a key is."""
        return next((place for place, row in enumerate(self._rows) if row.key == key), None)

    def below(self, key: str) -> list[Branch]:
        """The entries of an attempt or a call, and the rows of the session it started."""
        from clew.explore.session_branch import SessionBranch  # noqa: PLC0415 - the two stand in one another

        node = self._nodes.get(key)
        if node is None:
            return []
        found: list[Branch] = [EntryBranch(log_rows(key, node, every_entry=self._every_entry))]
        if isinstance(node, ToolCall) and node.child_session is not None:
            try:
                child = self._view.child(key.removeprefix(self._prefix))
            except ClewError as problem:
                row = drawn(hole("missing", reason(problem)), "ending", key=f"{key}.ending#0", holder=key)
                found.append(EntryBranch([row]))
            else:
                found.append(SessionBranch(child, f"{key}.", every_entry=self._every_entry))
        return [branch for branch in found if len(branch)]

    def sifted(self, marks: Marks) -> SiftedBranch:
        """Only the operations that a query means; all rows if it means the round itself and nothing in it."""
        kept = [place for place, row in enumerate(self._rows) if row.path and marks.keeps(row.path)]
        return SiftedBranch(self, kept or range(len(self)))

    @cached_property
    def _nodes(self) -> dict[str, Attempt | ToolCall]:
        node = self._view.round(self._local)
        return {f"{self._prefix}{self._local}-{place}": there for place, there in enumerate(operations(node), 1)}

    @cached_property
    def _rows(self) -> list[TreeRow]:
        try:
            return [*self._drawn()]
        except (ClewError, OSError) as problem:
            holder = f"{self._prefix}{self._local}"
            return [drawn(hole("gone", reason(problem)), "ending", key=f"{holder}.ending#0", holder=holder)]

    def _drawn(self) -> Iterator[TreeRow]:
        path = f"{self._prefix}{self._local}"
        node = self._view.round(self._local)
        known = {operation.path: operation for operation in self._view.operations(self._local)}
        logs = log_rows(path, node, every_entry=self._every_entry)
        silent = msgspec.structs.replace(node, action=None)  # its words stand in the row above, and may be many
        for entry in node_entry(path, silent, every_entry=self._every_entry).children:
            if not entry.path:
                yield next(logs)
            else:
                yield self._operation(entry, known.get(entry.path.removeprefix(self._prefix)))

    def _operation(self, entry: Entry, known: Operation | None) -> TreeRow:
        node = self._nodes[entry.path]
        child = node.child_session if isinstance(node, ToolCall) else None
        logs = any(True for _ in log_rows(entry.path, node, every_entry=self._every_entry))
        used = child.totals.usage if child is not None else known.usage if known is not None else None
        is_counted = child is not None or (isinstance(node, Attempt) and node.response is not None)
        return drawn(
            entry,
            "attempt" if isinstance(node, Attempt) else "tool",
            expandable=logs or child is not None,
            started_at=node.started_at,
            ended_at=node.ended_at,
            cost=child.totals.cost if child is not None else known.cost if known is not None else None,
            tokens=used.total_tokens if used is not None and is_counted else None,
        )
