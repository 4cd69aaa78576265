"""Threads: the records of a Claude Code session, sorted by who speaks.

One session has a main conversation and any number of sub-agents. A sub-agent's records lie in a file of their own, in
line as ``agent_progress`` of the main conversation, or (old versions) in line as side chains; often in two of these
places at once. Each record counts once, by its uuid.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from clew.importers.transcript import Fragment, Record, object_or_empty, text_or, time_of


@dataclass(slots=True)
class Thread:
    """The records of one agent."""

    agent: str | None = None
    """The sub-agent's id; ``None`` for the main conversation."""
    records: list[Record] = field(default_factory=list)
    """In the order of the source."""
    fragments: list[tuple[int, float, Fragment]] = field(default_factory=list)
    """What could not be read, with the place and the time of the record before it."""
    caller: str | None = None
    """The tool call that started it, if the records say so."""
    prompt: str | None = None
    """What it was told to do, if the records say so."""
    about: dict[str, Any] = field(default_factory=dict)
    """What a file beside the records says of the agent."""
    begun: float = 0.0
    """When it began, for one without records."""
    seen: dict[str, Record] = field(default_factory=dict)
    """Its records by uuid."""
    repeats: list[Record] = field(default_factory=list)
    """Records with a uuid that it had, and another message."""

    @property
    def started_at(self) -> float:
        """The time of its first record."""
        firsts = [self.records[0].at] if self.records else [at for _, at, _ in self.fragments[:1]]
        return firsts[0] if firsts else self.begun

    @property
    def place(self) -> int:
        """The place of its first record."""
        return self.records[0].place if self.records else 0

    def take(self, record: Record) -> None:
        """Add a record unless it is there already."""
        before = self.seen.get(record.uuid) if record.uuid is not None else None
        if before is None:
            self.records.append(record)
        elif before.data.get("message") != record.data.get("message"):
            self.repeats.append(record)
        if record.uuid is not None:
            self.seen.setdefault(record.uuid, record)


class Threads:
    """The threads of one session, filled file by file."""

    def __init__(self) -> None:
        self.main = Thread()
        """The main conversation."""
        self.agents: dict[str, Thread] = {}
        """The sub-agents by id."""
        self._place = 0
        self._chains: dict[str, str] = {}
        """Side-chain record -> the agent it belongs to."""

    def add_file(self, items: Iterable[dict[str, Any] | Fragment], agent: str | None = None) -> None:
        """Take the contents of a file; ``agent`` is whose file it is, if it is a sub-agent's."""
        found = list(items)
        at = next((time for item in found if isinstance(item, dict) and (time := time_of(item)) is not None), 0.0)
        for item in found:
            self._place += 1
            if isinstance(item, Fragment):
                self._home(agent).fragments.append((self._place, at, item))
                continue
            time = time_of(item)
            at = at if time is None else time
            self._sort(Record(self._place, item, at, _string(item.get("uuid")), _string(item.get("parentUuid"))), agent)

    def add_progress(self) -> None:
        """Give sub-agents the records that the main conversation holds of them and their files do not."""
        for record in [record for record in self.main.records if is_agent_progress(record)]:
            data = record.data["data"]
            thread = self._home(data["agentId"])
            thread.caller = thread.caller or _string(record.data.get("parentToolUseID"))
            thread.prompt = thread.prompt or _string(data.get("prompt"))
            inner = object_or_empty(data.get("message"))
            time = time_of(inner)
            before = thread.records[-1].uuid if thread.records else None
            thread.take(
                Record(record.place, inner, record.at if time is None else time, _string(inner.get("uuid")), before)
            )

    def promote(self) -> None:
        """Make the only sub-agent the main conversation, if there is no other: a sub-agent's file may come alone."""
        if not self.main.records and not self.main.fragments and len(self.agents) == 1:
            self.main = self.agents.popitem()[1]

    def _sort(self, record: Record, agent: str | None) -> None:
        owner = agent or (self._side_chain(record) if record.flag("isSidechain") else None)
        self._home(owner).take(record)

    def _side_chain(self, record: Record) -> str:
        """Which agent an in-line side-chain record belongs to: the one it names, or that of the record it follows."""
        named = _string(record.data.get("agentId")) or self._chains.get(record.parent or "")
        owner = named or f"sidechain-{text_or(record.uuid, str(record.place))}"
        if record.uuid is not None:
            self._chains[record.uuid] = owner
        return owner

    def _home(self, agent: str | None) -> Thread:
        return self.main if agent is None else self.agents.setdefault(agent, Thread(agent))


def is_agent_progress(record: Record) -> bool:
    """Whether a record of the main conversation holds a sub-agent's record."""
    data = object_or_empty(record.data.get("data"))
    return (
        record.type == "progress"
        and data.get("type") == "agent_progress"
        and bool(_string(data.get("agentId")))
        and isinstance(data.get("message"), dict)
    )


def _string(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
