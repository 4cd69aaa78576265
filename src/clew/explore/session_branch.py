"""The rows below a session: damage of its record, INIT, every turn and step with its own entries in between, the end.

Of a turn or a step only a number is held; its row is read from the catalog when it is picked.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from clew.errors import RecordError
from clew.explore.entry_branch import EntryBranch, drawn, hole, log_rows, reason
from clew.explore.round_branch import RoundBranch
from clew.explore.sifted_branch import SiftedBranch
from clew.model.session import Fin, Init
from clew.text import signs
from clew.text.block import node_entry, session_entries
from clew.text.clean import one_line
from clew.text.row import Row, Span, join

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from clew.explore.entry_branch import Branch
    from clew.explore.marks import Marks
    from clew.explore.rounds import Round
    from clew.explore.tree_row import RowKind, TreeRow
    from clew.explore.view import SessionView
    from clew.model.session import Session
    from clew.text.entry import Entry

_NAMED = 6
"""Tools that are named in the row of a round."""


class SessionBranch:
    """The rows below one session."""

    def __init__(self, view: SessionView, prefix: str = "", *, every_entry: bool = False) -> None:
        """``prefix`` stands before every path: ``2-3.`` for the session that the call ``2-3`` started."""
        self.view = view
        self._prefix = prefix
        self._every_entry = every_entry
        self._numbers = view.round_numbers()
        self._frame: Session | None = None
        fixed = self._fixed()
        self._fixed_rows = [row for _, row in fixed]
        self._fixed_places = [place for place, _ in fixed]

    def __len__(self) -> int:
        """How many."""
        return len(self._numbers) + len(self._fixed_rows)

    def pick(self, places: Sequence[int]) -> list[TreeRow]:
        """The rows at some places."""
        wanted = {place: self._order(place) for place in places}
        numbers = [self._numbers[order] for order in wanted.values() if order is not None]
        found, calls = self.view.rounds_at(numbers), self.view.calls_at(numbers)

        def round_at(order: int) -> TreeRow:
            number = self._numbers[order]
            return self._round_row(found.get(number) or self.view.round_in(order), calls.get(number, []))

        return [
            self._fixed_rows[bisect_left(self._fixed_places, place)] if order is None else round_at(order)
            for place, order in wanted.items()
        ]

    def place(self, key: str) -> int | None:
        """Where the row of a key is."""
        local = key.removeprefix(self._prefix)
        if "#" not in key and (local[:1].isdigit() or local[:1] == "s"):
            order = self.view.place(local)
            return None if order is None else self._place(order)
        return next((place for place, row in self._fixed_pairs() if row.key == key), None)

    def below(self, key: str) -> list[Branch]:
        """What is under the row of a key."""
        local = key.removeprefix(self._prefix)
        if "#" in key:  # an entry, a note, an ending: nothing is below it
            return []
        if local not in {"init", "fin"}:
            return [RoundBranch(self.view, self._prefix, local, every_entry=self._every_entry)]
        node = None if self._frame is None else self._frame.init if local == "init" else self._frame.fin
        return [] if node is None else [EntryBranch(log_rows(key, node, every_entry=self._every_entry))]

    def sifted(self, marks: Marks) -> SiftedBranch:
        """Only what a query means or what has such things below it."""
        fixed = {place for place, row in self._fixed_pairs() if row.path and row.path in marks.paths}
        paths = self.view.round_paths()
        rounds = {self._place(order) for order, path in enumerate(paths) if marks.keeps(f"{self._prefix}{path}")}
        return SiftedBranch(self, sorted(fixed | rounds))

    def _order(self, place: int) -> int | None:
        """Which of the rounds is at a place; ``None`` if it is something else."""
        before = bisect_left(self._fixed_places, place)
        is_fixed = before < len(self._fixed_places) and self._fixed_places[before] == place
        return None if is_fixed else place - before

    def _fixed_pairs(self) -> Iterator[tuple[int, TreeRow]]:
        return zip(self._fixed_places, self._fixed_rows, strict=True)

    def _place(self, order: int) -> int:
        """The place of one of the rounds."""
        for place in self._fixed_places:
            if place > order:
                break
            order += 1
        return order

    def _fixed(self) -> list[tuple[int, TreeRow]]:
        """Every row that is no round, with its place."""
        try:
            session = self._frame = self.view.head()
        except (RecordError, OSError) as problem:
            why = hole("unreadable", self.view.row.error or reason(problem))
            return [(len(self._numbers), self._drawn(why, "ending"))]
        entries = session_entries(session, prefix=self._prefix)
        begun = [entry.path for entry in entries].index(f"{self._prefix}init")
        head = [self._drawn(entry, "note", number) for number, entry in enumerate(entries[:begun])]
        rows = [*enumerate([*head, self._end(entries[begun], session.init)])]
        logs = [*log_rows(self._holder, session, every_entry=self._every_entry)]
        starts, rounds = self.view.round_starts() if logs else (), 0
        for row in logs:
            rounds = max(rounds, bisect_right(starts, row.started_at or 0.0))
            rows.append((len(rows) + rounds, row))
        return [
            *rows,
            (len(rows) + len(self._numbers), self._end(entries[-1], session.fin if entries[-1].path else None)),
        ]

    def _end(self, entry: Entry, node: Init | Fin | None) -> TreeRow:
        """INIT or FIN, or the word that stands where a session just ends."""
        if node is None:
            return self._drawn(entry, "ending")
        below = any(True for _ in log_rows(entry.path, node, every_entry=self._every_entry))
        return drawn(
            entry,
            "init" if isinstance(node, Init) else "fin",
            expandable=below,
            started_at=node.started_at,
            ended_at=node.ended_at,
        )

    def _drawn(self, entry: Entry, kind: RowKind, number: int = 0) -> TreeRow:
        """A row for something that has no path."""
        return drawn(entry, kind, key=f"{self._prefix}{kind}#{number}", path="", holder=self._holder)

    @property
    def _holder(self) -> str:
        """The path of the session: of the call that started it."""
        return self._prefix.removesuffix(".")

    def _round_row(self, known: Round, calls: Sequence[tuple[str, int]]) -> TreeRow:
        """A turn or a step by what the catalog knows of it, and the tools that it called."""
        entry = node_entry(f"{self._prefix}{known.path}", known.bare())
        inside = known.attempts + known.tools + known.warnings + known.errors
        return drawn(
            entry,
            "turn" if known.kind == "turn" else "step",
            expandable=bool(inside or self._every_entry),
            started_at=known.started_at,
            ended_at=known.ended_at,
            cost=known.cost,
            tokens=known.usage.total_tokens if known.attempts else None,
            notes=trouble(known),
            inside=called(calls),
        )


def called(calls: Sequence[tuple[str, int]]) -> Row:
    """The tools that a round called, and how often, for one that is not opened."""
    names = [f"{one_line(name)} ×{count}" if count > 1 else one_line(name) for name, count in calls[:_NAMED]]
    more = [f"{len(calls) - _NAMED} more"] if len(calls) > _NAMED else []
    return (Span(f"  {signs.TOOL} {', '.join([*names, *more])}", "dim"),) if names else ()


def trouble(known: Round) -> Row:
    """What went wrong in a round, for one that is not opened."""
    words: list[Row] = []
    for count, name, style in (
        (known.retries, "retry", "retry"),
        (known.tools_failed, "failed call", "failed"),
        (0 if known.tools_failed or known.status == "failed" else known.errors, "error", "failed"),
        (0 if known.retries or known.errors else known.warnings, "warning", "retry"),
    ):
        if count:
            plural = name if count == 1 else "retries" if name == "retry" else f"{name}s"
            words.append((Span(f"{count} {plural}", style),))
    return join(words, signs.BETWEEN)
