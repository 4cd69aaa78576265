"""A family: the sessions that come of one Claude Code session.

Its sub-agents are children of the calls that started them. Of some sub-agents only the result is known: they become
children without turns. The last call of most others has no record either; what their result says of it stays with the
tool call, because a sum must not count a call that is not there. An agent that no call explains hangs on a step of the
main conversation.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from clew.importers.calls import accounting_of
from clew.importers.foreign import Foreign
from clew.importers.narrative import Narrative
from clew.importers.script import END
from clew.importers.summons import Summons, link, summonses_in
from clew.importers.thread import Thread, Threads
from clew.importers.transcript import Record, text_or
from clew.model.act import Act
from clew.model.event import ChildStart, ToolEnd, ToolStart
from clew.model.session import Parent
from clew.model.session_id import derived_session_id

FORMAT = "claude-code"
_ABOUT = ("cwd", "gitBranch", "version", "userType", "entrypoint")


class Family:
    """The sessions of one foreign session."""

    def __init__(self, key: str, threads: Threads) -> None:
        """``key`` is the foreign session's id."""
        self._key = key
        self._main = threads.main
        calls = summonses_in(threads)
        self._links = link(threads, calls)
        self._agents = {
            **{agent: Thread(agent, begun=call.at) for agent, call in self._links.items()},
            **threads.agents,
        }
        self._ids = {
            agent: derived_session_id(thread.started_at, f"{FORMAT}:{key}:{agent}")
            for agent, thread in self._agents.items()
        }
        self._parents: dict[str, Parent] = {}
        """Where each sub-agent was called, once its caller is told."""

    def sessions(self) -> Iterator[Foreign]:
        """The session itself, then every sub-agent's, callers first."""
        yield self._root()
        waiting = dict(self._agents)
        while ready := [agent for agent in waiting if agent in self._parents]:
            for agent in ready:
                yield self._child(agent, waiting.pop(agent))

    def _root(self) -> Foreign:
        thread = self._main
        key = f"{FORMAT}:{self._key}" if thread.agent is None else f"{FORMAT}:alone:{self._key}:{thread.agent}"
        session_id = derived_session_id(thread.started_at, key)
        narrative = self._narrate(thread, session_id)
        for agent, orphan in self._agents.items():
            if agent not in self._links:
                self._adopt(agent, orphan, narrative, session_id)
        narrative.close(*(narrative.end(narrative.last_at, success=True) if narrative.is_finished else []))
        return self._foreign(session_id, thread, narrative, agent_id=thread.agent or "claude-code")

    def _child(self, agent: str, thread: Thread) -> Foreign:
        call = self._links.get(agent)
        narrative = self._narrate(thread, self._ids[agent])
        self._flag(narrative, thread, call)
        narrative.close(*_end_of(narrative, call))
        request = call.request if call is not None else {}
        agent_id = text_or(request.get("subagent_type"), text_or(thread.about.get("agentType"), agent))
        title = text_or(request.get("description"), text_or(thread.about.get("description"), ""))
        return self._foreign(
            self._ids[agent], thread, narrative, agent_id=agent_id, title=title, parent=self._parents[agent]
        )

    def _narrate(self, thread: Thread, session_id: str) -> Narrative:
        """Tell a thread, and note where its sub-agents were called."""
        mine = {call.call_id: agent for agent, call in self._links.items() if call.owner == thread.agent}
        narrative = Narrative(thread, {call_id: self._ids[agent] for call_id, agent in mine.items()})
        narrative.tell()
        for call_id, agent in mine.items():
            if (path := narrative.calls.path(call_id)) is not None:
                self._parents[agent] = Parent(session_id=session_id, path=path)
        return narrative

    def _adopt(self, agent: str, orphan: Thread, narrative: Narrative, session_id: str) -> None:
        """Hang a sub-agent that no call explains on a step."""
        stage = narrative.stage
        record = Record(orphan.place, {}, orphan.started_at)
        step = stage.step(record, "system", "subagent", attributes={"agentId": agent})
        n = stage.script.number()
        request = {"prompt": orphan.prompt} if orphan.prompt is not None else None
        stage.script.add(
            record.place, ToolStart(at=record.at, n=n, of=step.n, name="agent", kind="agent", request=request)
        )
        stage.script.add(record.place, ChildStart(at=record.at, of=n, session_id=self._ids[agent]))
        step.call(n, record.at)
        told = Narrative(orphan, {})
        if told.is_finished:
            stage.script.add(record.place, ToolEnd(at=told.last_at, n=n), END)
            step.unanswered_calls -= 1
            step.touch(record.place, told.last_at)
        self._parents[agent] = Parent(session_id=session_id, path=step.path(n))

    def _flag(self, narrative: Narrative, thread: Thread, call: Summons | None) -> None:
        """Say what of a sub-agent is known from its result alone."""
        if call is None or not call.is_over or narrative.has_last_word:
            return
        known = "its last call has" if thread.records else "its calls have"
        message = f"This sub-agent's answer is known from its result alone; {known} no record and no part in the sums."
        details = {"records": len(thread.records), **(accounting_of(call.result) or {})}
        at = call.answer.at if call.answer is not None else call.at
        narrative.stage.script.log(thread.place, at, "import.warning", "WRN", message, details)

    def _foreign(
        self,
        session_id: str,
        thread: Thread,
        narrative: Narrative,
        *,
        agent_id: str,
        title: str = "",
        parent: Parent | None = None,
    ) -> Foreign:
        name = title or narrative.title
        narrative.open(agent_id=agent_id, title=name, attributes=self._attributes(thread))
        foreign_id = self._key if thread.agent is None else f"{self._key}:{thread.agent}"
        return Foreign(
            session_id=session_id,
            format=FORMAT,
            foreign_id=foreign_id,
            agent_id=agent_id,
            title=name,
            parent=parent,
            acts=narrative.stage.script,
        )

    def _attributes(self, thread: Thread) -> dict[str, Any]:
        first = next((record.data for record in thread.records if "cwd" in record.data), {})
        attributes: dict[str, Any] = {
            "format": FORMAT,
            "foreign_id": self._key,
            **{name: first[name] for name in _ABOUT if name in first},
        }
        if thread.agent is not None:
            attributes["agentId"] = thread.agent
        if thread.about:
            attributes["about"] = thread.about
        return attributes


def _end_of(narrative: Narrative, call: Summons | None) -> list[Act]:
    """FIN of a sub-agent: as its result proves, or, if it runs on in the background, its own last word."""
    if call is not None and call.is_over and call.answer is not None:
        at = max(call.answer.at, narrative.last_at)
        report = {"source": "result", "content": call.block.get("content")}
        return narrative.end(
            at, success=call.error is None, error=call.error, report=report if call.error is None else None
        )
    return narrative.end(narrative.last_at, success=True) if narrative.is_finished else []
