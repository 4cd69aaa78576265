"""The dialogue: what the model had been told when it was asked, as far as a Claude Code transcript tells.

A transcript does not hold requests. But each record names the one it follows, which makes a tree (a rewind is a branch,
a compaction a new root), and the way from the root to an answer is the conversation that led to it. Results of parallel
calls lie beside that way, and are gathered from the answer that asked for them.

The way to the next request is nearly always the way to the last one and a little more, so the last way is kept and only
its end replaced.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from clew.importers.answer import Answer, is_answer, message_id
from clew.importers.transcript import Record


@dataclass(frozen=True, slots=True)
class _Stop:
    """A record on the way, and how things stood before it."""

    uuid: str
    messages: int
    gaps: int
    answer: Answer | None
    answer_at: int


class Dialogue:
    """The conversations of one thread."""

    def __init__(self, records: list[Record], answers: dict[str, Answer]) -> None:
        """``records`` are those of the thread in order; ``answers`` their answers by message id."""
        known = [record for record in records if record.uuid is not None]
        self._records = {record.uuid: record for record in known}
        self._before = {record.uuid: previous for previous, record in pairwise(known)}
        self._answers = answers
        self._way: list[_Stop] = []
        self._index: dict[str, int] = {}
        self._messages: list[Any] = []
        self._given: list[str | None] = []
        """Which record each message is."""
        self._answer: Answer | None = None
        """The answer passed last."""
        self._answer_at = 0
        """Where among the messages it stands."""
        self._gaps: list[str] = []
        """Ids of records that are missing on the way."""

    def before(self, record: Record) -> tuple[list[Any], list[str]]:
        """The messages that led to a record, and the ids of the records that are missing among them."""
        parent, gap = self._parent(record)
        self._go(record, parent)
        tail = [result.message for result in self._results(record)]
        return [*self._messages, *tail], [*self._gaps, *([gap] if gap else [])]

    def _go(self, record: Record, parent: Record | None) -> None:
        """Make the way end with a record's parent."""
        ahead: list[tuple[Record, str | None]] = []
        passed = {record.uuid}
        while parent is not None and parent.uuid not in self._index and parent.uuid not in passed:
            passed.add(parent.uuid)
            following, gap = self._parent(parent)
            ahead.append((parent, gap))
            parent = following
        known = parent.uuid if parent is not None else None
        self._cut(self._index[known] + 1 if known is not None and known in self._index else 0)
        for stop, gap in reversed(ahead):
            self._take(stop, gap)

    def _parent(self, record: Record) -> tuple[Record | None, str | None]:
        """The record one follows; where that is lost, the one before it in the source, and the id of the lost one."""
        if record.parent is None:
            return None, None
        found = self._records.get(record.parent)
        return (found, None) if found is not None else (self._before.get(record.uuid), record.parent)

    def _cut(self, length: int) -> None:
        if length == len(self._way):
            return
        stop = self._way[length]
        del self._messages[stop.messages :], self._given[stop.messages :], self._gaps[stop.gaps :]
        self._answer, self._answer_at = stop.answer, stop.answer_at
        for gone in self._way[length:]:
            del self._index[gone.uuid]
        del self._way[length:]

    def _take(self, record: Record, gap: str | None) -> None:
        uuid = record.uuid or ""
        self._index[uuid] = len(self._way)
        self._way.append(_Stop(uuid, len(self._messages), len(self._gaps), self._answer, self._answer_at))
        if gap:
            self._gaps.append(gap)
        if is_answer(record):
            self._hear(self._answers[message_id(record)], record)
        elif record.type == "user" and uuid not in self._given[self._answer_at :]:
            for result in self._results(record):
                self._say(result)
            self._say(record)

    def _hear(self, answer: Answer, record: Record) -> None:
        if answer is self._answer:
            return
        for result in self._results(record):
            self._say(result)
        self._answer, self._answer_at = answer, len(self._messages)
        self._messages.append(answer.as_sent)
        self._given.append(None)

    def _say(self, record: Record) -> None:
        self._messages.append(record.message)
        self._given.append(record.uuid)

    def _results(self, until: Record) -> list[Record]:
        """Results of the answer passed last that came before a record and are not among the messages."""
        if self._answer is None or not self._answer.results:
            return []
        given = set(self._given[self._answer_at :])
        return [result for result in self._answer.results if result.place < until.place and result.uuid not in given]
