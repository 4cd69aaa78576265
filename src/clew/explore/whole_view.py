"""A session of which everything is going to be asked: read once, and looked up in memory from then on.

It answers as the view that reads its parts one by one does, in a small part of the time and with all of the session in
memory, the sessions below it that were looked at included. For one that is too large for that there is the other view.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from clew.explore.view import SessionView
from clew.store.index.parts import SessionParts

if TYPE_CHECKING:
    from clew.explore.rounds import Operation, Round
    from clew.store.index.index import Index


class WholeView(SessionView):
    """One session of a library in memory."""

    def __init__(self, index: Index, session_id: str) -> None:
        """Look the session up; it is read when it is asked for. Raises ``SessionNotFound``."""
        super().__init__(index, session_id)
        self._parts = SessionParts(index, session_id, whole=True)
        self._round = lru_cache(None)(self._parts.round)
        self._frame = lru_cache(1)(self._parts.frame)
        self._below: dict[str, SessionView] = {}

    def place(self, path: str) -> int | None:
        """How many turns and steps come before the one at a path; ``None`` if there is none."""
        return self._places.get(path)

    def beside(self, path: str, *, back: bool) -> str | None:
        """The path of the turn or step after one, or before it."""
        here = self._places.get(path)
        order = -1 if here is None else here - 1 if back else here + 1
        return self._all_rounds[order].path if 0 <= order < len(self._all_rounds) else None

    def operations(self, path: str | None = None) -> list[Operation]:
        """The attempts and tool calls of a round, or of all of them, in order."""
        return super().operations() if path is None else self._operations.get(path, [])

    def request_before(self, path: str) -> str | None:
        """The attempt before one: of its round, else the last of the turns (of a step: the steps) before."""
        return self._requests.get(path)

    def opened(self, session_id: str) -> SessionView:
        """A session below it, opened once. Raises ``SessionNotFound``."""
        if session_id not in self._below:
            self._below[session_id] = WholeView(self._index, session_id)
        return self._below[session_id]

    @cached_property
    def _all_rounds(self) -> list[Round]:
        return self.rounds()

    @cached_property
    def _places(self) -> dict[str, int]:
        return {known.path: order for order, known in enumerate(self._all_rounds)}

    @cached_property
    def _operations(self) -> dict[str, list[Operation]]:
        found: dict[str, list[Operation]] = defaultdict(list)
        for operation in super().operations():
            found[operation.path.rpartition("-")[0]].append(operation)
        return dict(found)

    @cached_property
    def _requests(self) -> dict[str, str]:
        """For every attempt the one before it."""
        before: dict[str, str] = {}
        last: dict[bool, str] = {}
        for known in self._all_rounds:
            is_turn = known.kind == "turn"
            for attempt in (one for one in self.operations(known.path) if one.kind == "attempt"):
                if is_turn in last:
                    before[attempt.path] = last[is_turn]
                last[is_turn] = attempt.path
        return before
