"""The rows of a session's tree, as far as it is opened: a pure function of the session, what is opened, and a query.

Of a session of any length only a number per turn is held. Rows are made when a slice asks for them: those of turns and
steps from the catalog, those below an opened one from the round, which is loaded for it. Opening or closing a row gives
another list that shares all of this with the one before.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from copy import copy
from typing import TYPE_CHECKING, NamedTuple, overload

import msgspec

from clew.errors import RecordError
from clew.explore.entry_branch import EntryBranch, drawn
from clew.explore.marks import Marks
from clew.explore.session_branch import SessionBranch
from clew.explore.tree_row import TreeRow, keys_above, parent_key
from clew.text import signs
from clew.text.block import session_label
from clew.text.entry import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clew.explore.entry_branch import Branch
    from clew.explore.query import Query
    from clew.explore.view import SessionView


__all__ = ["TreeRow", "TreeRows", "keys_above", "parent_key"]


class _Level(NamedTuple):
    """The branches under one row."""

    key: str
    branches: list[Branch]
    depth: int
    guide: str


class _Run(NamedTuple):
    """Rows side by side that nothing opened comes between."""

    level: _Level
    branch: Branch
    first: int
    stop: int


class TreeRows(Sequence[TreeRow]):
    """The rows of a session."""

    def __init__(
        self,
        view: SessionView,
        expanded: frozenset[str] = frozenset(),
        query: Query | None = None,
        *,
        only_matching: bool = False,
        every_entry: bool = False,
        now: float | None = None,
    ) -> None:
        """``expanded`` are the keys of the rows that are opened; a key that names none is no matter.

        ``query`` marks what it means, ``only_matching`` leaves out all else but what stands above it, ``every_entry``
        shows log entries of every severity, ``now`` (ms since the epoch) is what its times are held against.
        """
        self.view = view
        self.expanded = expanded
        self.query = query
        self._every_entry, self._now = every_entry, now
        marks = None if query is None else Marks(view, query, now)
        self.marks = None if marks is None or marks.is_empty else marks
        """What the query means; ``None`` if there is none, or if it says nothing about nodes."""
        self._is_sifted = only_matching and self.marks is not None
        self._top = EntryBranch([_root(view)])
        self._below: dict[str, list[Branch]] = {"": self._left([SessionBranch(view, every_entry=every_entry)])}
        self._lay_out()

    def __len__(self) -> int:
        """How many rows there are to be seen."""
        return self._starts[-1]

    @overload
    def __getitem__(self, place: int) -> TreeRow: ...
    @overload
    def __getitem__(self, place: slice) -> list[TreeRow]: ...
    def __getitem__(self, place: int | slice) -> TreeRow | list[TreeRow]:
        """A row, or the rows of a slice."""
        places = range(len(self))[place]
        if isinstance(places, int):
            return self._rows(places, places + 1)[0]
        if places.step != 1:
            return [self[one] for one in places]
        return self._rows(places.start, places.stop)

    def index_of(self, path: str) -> int | None:
        """Where the row of a path (or of a key) is; ``None`` if it is not to be seen as things are opened."""
        if not path:
            return 0
        for number, place in self._runs_with(path):
            run = self._runs[number]
            if run.first <= place < run.stop:
                return self._starts[number] + place - run.first
        return None

    def opened(self, *keys: str) -> TreeRows:
        """The rows with some more of them opened."""
        return self._with(self.expanded | frozenset(keys))

    def closed(self, *keys: str) -> TreeRows:
        """The rows with some of them closed."""
        return self._with(self.expanded - frozenset(keys))

    def asked(self, query: Query | None, *, only_matching: bool = False) -> TreeRows:
        """The rows with another query."""
        return TreeRows(
            self.view, self.expanded, query, only_matching=only_matching, every_entry=self._every_entry, now=self._now
        )

    def revealed(self, path: str) -> TreeRows:
        """The rows with everything opened that a path stands under."""
        return self._with(self.expanded | keys_above(path))

    def _with(self, expanded: frozenset[str]) -> TreeRows:
        """The same rows, opened otherwise."""
        if expanded == self.expanded:
            return self
        other = copy(self)
        other.expanded = expanded
        other._lay_out()  # noqa: SLF001 - of the same class
        return other

    def _lay_out(self) -> None:
        """Put the branches of what is opened one after the other. A session may nest deeper than the stack."""
        self._runs: list[_Run] = []
        self._starts = [0]
        self._at: dict[str, list[int]] = defaultdict(list)
        opened: dict[str, list[str]] = defaultdict(list)
        for key in self.expanded:
            opened[parent_key(key)].append(key)
        top = _Level("", [self._top], 0, "")
        first: list[_Run | _Level] = [_Run(top, self._top, 0, 1), _Level("", self._branches(""), 1, "")]
        stack = [iter(first)]
        while stack:
            part = next(stack[-1], None)
            if part is None:
                stack.pop()
            elif isinstance(part, _Level):
                stack.append(self._parts(part, opened.get(part.key, ())))
            else:
                self._at[part.level.key].append(len(self._runs))
                self._runs.append(part)
                self._starts.append(self._starts[-1] + part.stop - part.first)

    def _parts(self, level: _Level, opened: Sequence[str]) -> Iterator[_Run | _Level]:
        """The rows of a level from top to bottom, with the levels that are opened in it."""
        for branch in level.branches:
            first = 0
            places = ((branch.place(key), key) for key in opened)
            for place, key in sorted((place, key) for place, key in places if place is not None):
                below = self._branches(key)
                if not below:
                    continue
                yield _Run(level, branch, first, place + 1)
                is_last = branch is level.branches[-1] and place == len(branch) - 1
                yield _Level(key, below, level.depth + 1, level.guide + (signs.GAP if is_last else signs.TRUNK))
                first = place + 1
            if first < len(branch):
                yield _Run(level, branch, first, len(branch))

    def _branches(self, key: str) -> list[Branch]:
        """What stands under a row."""
        if key not in self._below:
            above = self._below.get(parent_key(key), [])
            found = [branch for holder in above if holder.place(key) is not None for branch in holder.below(key)]
            self._below[key] = self._left(found)
        return self._below[key]

    def _left(self, branches: list[Branch]) -> list[Branch]:
        """The branches without what the query leaves out."""
        if self.marks is not None and self._is_sifted:
            branches = [branch.sifted(self.marks) for branch in branches]
        return [branch for branch in branches if len(branch)]

    def _runs_with(self, key: str) -> Iterator[tuple[int, int]]:
        """The runs of the branch that a key is in, and its place in there."""
        numbers = self._at.get(parent_key(key), ())
        branch: Branch | None = None
        place = None
        for number in numbers:
            if self._runs[number].branch is not branch:
                branch = self._runs[number].branch
                place = branch.place(key)
            if place is not None:
                yield number, place

    def _rows(self, first: int, stop: int) -> list[TreeRow]:
        rows: list[TreeRow] = []
        number = bisect_right(self._starts, first) - 1
        while first < stop:
            run, start = self._runs[number], self._starts[number]
            end = min(stop, self._starts[number + 1])
            rows += self._placed(run, range(run.first + first - start, run.first + end - start))
            first, number = end, number + 1
        return rows

    def _placed(self, run: _Run, places: range) -> Iterator[TreeRow]:
        """Rows in their place in the tree."""
        level = run.level
        last = len(run.branch) - 1 if run.branch is level.branches[-1] else -1
        for place, row in zip(places, run.branch.pick(places), strict=True):
            branch = "" if not level.depth else signs.LAST_BRANCH if place == last else signs.BRANCH
            is_open = row.expandable and row.key in self.expanded
            marks = self.marks
            yield msgspec.structs.replace(
                row,
                depth=level.depth,
                guide=level.guide + branch,
                expanded=is_open or not level.depth,
                notes=() if is_open and row.block else row.notes,
                inside=() if is_open else row.inside,
                matched=marks is not None and bool(row.path) and row.path in marks.paths,
                found=marks.below[row.path] if marks is not None and row.path else 0,
            )


def _root(view: SessionView) -> TreeRow:
    """The session itself."""
    row = view.row
    try:
        session = view.head()
    except (RecordError, OSError):
        session = row.bare()
    entry = Entry(path="", label=session_label(session, row.turns), block=True)
    return drawn(
        entry,
        "session",
        started_at=row.started_at,
        ended_at=row.ended_at,
        cost=row.cost,
        tokens=row.usage.total_tokens or None,
    )
