"""Summonses: the tool calls of a Claude Code session, and which sub-agent each of them started.

The evidence differs by version and is taken in the order of its strength: the call that the sub-agent's records name,
the agent that the call's result names, the call that a file beside the records names, and at last the same prompt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from clew.importers.answer import is_answer, result_ids
from clew.importers.calls import AGENT_TOOLS, text_in
from clew.importers.thread import Thread, Threads
from clew.importers.transcript import Record, object_or_empty, text_or


@dataclass(slots=True, eq=False)
class Summons:
    """A tool call, and its result."""

    call_id: str
    owner: str | None
    """The agent that made it; ``None`` for the main conversation."""
    name: str
    request: dict[str, Any]
    at: float
    answer: Record | None = None
    """The record of its result."""

    @property
    def result(self) -> dict[str, Any]:
        """The structured result; empty if there is none."""
        return object_or_empty(self.answer.data.get("toolUseResult")) if self.answer is not None else {}

    @property
    def agent(self) -> str | None:
        """The sub-agent that the result names."""
        return text_or(self.result.get("agentId"), "") or None

    @property
    def block(self) -> dict[str, Any]:
        """The result as the model saw it; empty if there is none."""
        blocks = self.answer.blocks if self.answer is not None else []
        return next((block for block in blocks if block.get("tool_use_id") == self.call_id), {})

    @property
    def is_over(self) -> bool:
        """Whether its result says that the sub-agent is done, and not only that it was started."""
        return (
            bool(self.block)
            and self.result.get("status") != "async_launched"
            and self.result.get("isAsync") is not True
        )

    @property
    def error(self) -> str | None:
        """The failure in words, if it failed."""
        return (text_in(self.block) or "The call failed.") if self.block.get("is_error") is True else None


def summonses_in(threads: Threads) -> dict[str, Summons]:
    """Every tool call of every thread, by its id."""
    calls: dict[str, Summons] = {}
    for thread in (threads.main, *threads.agents.values()):
        for record in thread.records:
            for block in _requests(record):
                request = object_or_empty(block.get("input"))
                calls.setdefault(
                    block["id"], Summons(block["id"], thread.agent, text_or(block.get("name"), "?"), request, record.at)
                )
            for call_id in result_ids(record):
                if call_id in calls and calls[call_id].answer is None:
                    calls[call_id].answer = record
    return calls


def link(threads: Threads, calls: dict[str, Summons]) -> dict[str, Summons]:
    """Which call started which sub-agent, by the agent's id; agents of which only a result is known are among them."""
    links: dict[str, Summons] = {}
    for agent, thread in threads.agents.items():
        call = _call_of(agent, thread, [call for call in calls.values() if call not in links.values()])
        if call is not None and not _is_above(agent, call, links):
            links[agent] = call
    for call in calls.values():
        if call.agent is not None and call.agent not in threads.agents:
            links.setdefault(call.agent, call)
    return links


_NOTHING = object()
"""Equal to no prompt."""


def _requests(record: Record) -> Iterator[dict[str, Any]]:
    if is_answer(record):
        yield from (
            block for block in record.blocks if block.get("type") == "tool_use" and isinstance(block.get("id"), str)
        )


def _call_of(agent: str, thread: Thread, free: list[Summons]) -> Summons | None:
    first = next((record.text for record in thread.records if record.type == "user"), None)
    prompt = thread.prompt or first
    candidates = [call for call in free if call.owner != agent]
    tests: tuple[Callable[[Summons], bool], ...] = (
        lambda call: call.call_id == thread.caller,
        lambda call: call.agent == agent,
        lambda call: call.call_id == thread.about.get("toolUseId"),
        lambda call: call.name in AGENT_TOOLS and call.request.get("prompt") == (prompt or _NOTHING),
    )
    return next((call for test in tests for call in candidates if test(call)), None)


def _is_above(agent: str, call: Summons, links: dict[str, Summons]) -> bool:
    """Whether an agent would become its own ancestor."""
    owner = call.owner
    while owner is not None and owner != agent:
        owner = links[owner].owner if owner in links else None
    return owner is not None
