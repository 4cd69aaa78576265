"""A session read in parts: its frame (all that is said outside rounds), or one of its rounds, as the ordinary tree.

Of a session with a map only the lines of that part are read. Any other one is small, or damaged, and is read once as a
whole. Child sessions stand in a part as what the catalog knows of them, without what is inside.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec

from clew.errors import SessionNotFound
from clew.model.event import Logged
from clew.model.session import Init, Session, Totals
from clew.model.usage import Usage
from clew.store.folder import Reading
from clew.store.index.lines import SegmentLines, unpacked
from clew.store.index.schema import to_dollars
from clew.store.index.shelf import SegmentShelf
from clew.store.names import journal_name
from clew.store.segment import SegmentReader
from clew.tree.fold import Fold
from clew.tree.numbering import path_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from clew.model.act import Act
    from clew.model.session import Step, Turn
    from clew.store.index.index import Index

_IN_FORCE = ("llm_request", "llm_response", "tool_request", "tool_response")
_CHILD = (
    "SELECT c.session_id, c.agent_id, c.title, c.model, c.status, c.started_at, c.ended_at, c.turns, c.all_attempts,"
    " c.all_retries, c.all_tools, c.all_tools_failed, c.children, c.all_input_tokens, c.all_cache_read_tokens,"
    " c.all_cache_write_tokens, c.all_output_tokens, c.all_reasoning_tokens, c.all_cost, c.all_unpriced FROM session c"
)


class SessionParts:
    """One session of an index. What it gives is as the index was when this was made."""

    def __init__(self, index: Index, session_id: str, *, whole: bool = False) -> None:
        """Look the session up; ``whole`` reads it once as a whole, map or not. Raises ``SessionNotFound``."""
        row = index.rows("SELECT id, frame, status FROM session WHERE session_id = ?", (session_id,))
        if not row:
            message = f"No session '{session_id}' in {index.folder}."
            raise SessionNotFound(message)
        self._index = index
        self._session_id = session_id
        self._key, lines, status = row[0]
        self._frame_lines = None if whole else lines
        self._alive = frozenset({1}) if status == "running" else frozenset()
        self._whole: Session | None = None
        self._reading: Reading | None = None

    @cached_property
    def _segment(self) -> int:
        (found,) = self._index.rows("SELECT id FROM segment WHERE session = ?", (self._key,))
        return int(found[0])

    @property
    def is_mapped(self) -> bool:
        """Whether its parts can be read alone."""
        return self._frame_lines is not None

    def frame(self) -> Session:
        """The session without its turns and steps; its totals are those of the whole."""
        (known,) = self._children([self._session_id]).values()
        return msgspec.structs.replace(self._outside(), totals=known.totals)

    def _outside(self) -> Session:
        if not self.is_mapped:
            return msgspec.structs.replace(self._all(), turns=(), steps=())
        logs = self._index.rows(
            "SELECT offset FROM log WHERE session = ? AND offset IS NOT NULL ORDER BY offset", (self._key,)
        )
        lines = (*unpacked(self._frame_lines), *(offset for (offset,) in logs))
        return self._fold(self._lines(lines))[1]

    def round(self, path: str) -> Turn | Step:
        """A turn or a step. Raises ``KeyError`` if there is none at the path."""
        if not self.is_mapped:
            return self._rounds[path]
        row = self._index.rows("SELECT n, lines, position FROM round WHERE session = ? AND path = ?", (self._key, path))
        if not row:
            raise KeyError(path)
        n, lines, position = row[0]
        acts = self._lines(unpacked(lines))
        fold, part = self._fold((*self._in_force(acts), *acts))
        nodes: list[Turn | Step] = [*part.turns, *part.steps]
        found = nodes[[*fold.keys("turn"), *fold.keys("step")].index((1, n))]
        return found if found.index == position else msgspec.structs.replace(found, index=position)

    def path_of(self, segment: int, n: int) -> str:
        """The path of the node of a segment and number; empty if there is none."""
        if not self.is_mapped:
            self._all()
            return (path_of(self._reading.fold.drafts, (segment, n)) if self._reading is not None else None) or ""
        rounds = self._index.rows(
            "SELECT path, n, lines FROM round WHERE session = ? AND n = coalesce("
            "(SELECT round FROM node WHERE segment = ? AND n = ?), ?)",
            (self._key, self._segment, n, n),
        )
        for path, number, lines in rounds:
            place = "" if number == n else path_of(self._fold(self._lines(unpacked(lines)))[0].drafts, (1, n)) or ""
            return str(path) + "".join(place.partition("-")[1:])
        return ""

    @cached_property
    def _rounds(self) -> dict[str, Turn | Step]:
        whole = self._all()
        turns: dict[str, Turn | Step] = {str(turn.index): turn for turn in whole.turns}
        return turns | {f"s{step.index}": step for step in whole.steps}

    def _all(self) -> Session:
        if self._whole is None:
            reading = self._reading = Reading(self._session_id, verbose_in_tree=False)
            numbers = self._index.rows("SELECT number FROM segment WHERE session = ? ORDER BY number", (self._key,))
            for (number,) in numbers:
                reader = SegmentReader(self._index.folder / journal_name(self._session_id, number), number)
                reader.read()
                reading.take(reader.segment)
            self._whole = reading.fold.session(reading.alive, self._children(reading.fold.child_ids))
        return self._whole

    def _in_force(self, acts: Sequence[Act]) -> list[Act]:
        """The acts of other rounds whose payloads were in force when an entry of this one was logged."""
        refs = {getattr(act, name) for act in acts if isinstance(act, Logged) for name in _IN_FORCE}
        numbers = {ref for ref in refs if isinstance(ref, int)} - {getattr(act, "n", None) for act in acts}
        rounds = {
            lines
            for n in numbers
            for (lines,) in self._index.rows(
                "SELECT r.lines FROM node o JOIN round r ON r.session = ? AND r.segment = 1 AND r.n = o.round"
                " WHERE o.segment = ? AND o.n = ?",
                (self._key, self._segment, n),
            )
        }
        return [act for lines in rounds for act in self._lines(unpacked(lines))]

    def _lines(self, offsets: Iterable[int]) -> list[Act]:
        path = self._index.folder / journal_name(self._session_id)
        return [*SegmentLines(path, SegmentShelf(self._index.rows, self._segment, path)).acts(offsets)]

    def _fold(self, acts: Iterable[Act]) -> tuple[Fold, Session]:
        fold = Fold(self._session_id)
        for act in acts:
            fold.add(act, 1)
        return fold, fold.session(self._alive, self._children(fold.child_ids))

    def _children(self, ids: Iterable[str]) -> Mapping[str, Session]:
        """What the catalog knows of child sessions."""
        found = {}
        for child in ids:
            for row in self._index.rows(f"{_CHILD} WHERE c.session_id = ?", (child,)):
                found[child] = _bare(row)
        return found


def _bare(row: Any) -> Session:  # noqa: ANN401 - a row of `_CHILD`
    session_id, agent_id, title, model, status, started_at, ended_at, turns, *sums = row
    attempts, retries, tools, tools_failed, children, *used, cost, unpriced = sums
    counts = dict(zip(Usage.__struct_fields__, used, strict=True))
    return Session(
        session_id=session_id,
        agent_id=agent_id,
        title=title,
        model=model,
        status="interrupted" if status == "unreadable" else status,
        started_at=started_at,
        ended_at=ended_at,
        init=Init(started_at=started_at),
        totals=Totals(
            turns=turns,
            attempts=attempts,
            retries=retries,
            tools=tools,
            tools_failed=tools_failed,
            child_sessions=children,
            usage=Usage(**counts),
            cost=to_dollars(cost),
            unpriced=unpriced,
        ),
    )
