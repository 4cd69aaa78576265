"""The endpoints of a replay: those of the providers, and those at which tools ask and sessions are told of.

A request that the record does not know is refused in the provider's own form, with what differs in words; so is every
one after it, unless the replay goes on. What is neither is not there: a replay is offline. It can be given to a program
as its proxy as well; what goes to a provider's path by plain HTTP is then answered, and everything else refused.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from clew.instrument.spoken import messages_of, replies_in
from clew.model.session import Attempt, ToolCall
from clew.protocol.loopback import Loopback
from clew.protocol.received import json_or_none
from clew.protocol.reply import Reply
from clew.record.replayed import OWN_ADDRESS, SESSION, TOOL, TOOLS
from clew.record.standin import Found
from clew.replay.answer import reply_to
from clew.replay.dialect import dialect_at
from clew.replay.divergence import Divergence
from clew.replay.upstream import forward

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from clew.replay.dialect import Dialect
    from clew.replay.matcher import Matcher
    from clew.replay.recording import Operation, Recording

_JSON = (("content-type", "application/json"),)


class Begun(NamedTuple):
    """A session that was recorded while another one was replayed."""

    session_id: str
    """Its id."""
    folder: str
    """Where it is."""


class ReplayServer(Loopback):
    """A recorded session in the place of models and tools."""

    def __init__(
        self,
        recording: Recording,
        matcher: Matcher,
        *,
        timed: bool = False,
        providers: Mapping[str, str] | None = None,
        sleep: Callable[[float], object] | None = None,
    ) -> None:
        """``timed`` lets answers take as long as they took; ``providers`` are asked where the record is over."""
        super().__init__(sleep=sleep)
        self.begun: list[Begun] = []
        """The sessions that the run recorded, in the order in which they began."""
        self.live = 0
        """How many requests a real provider answered."""
        self._recording = recording
        self._matcher = matcher
        self._timed = timed
        self._providers = providers or {}
        self._lock = Lock()

    def reply(self, method: str, target: str, headers: dict[str, str], data: bytes) -> Reply:
        """Answer from the record."""
        if target.startswith("http://"):
            target = "/" + target.partition("://")[2].partition("/")[2]
        path = target.partition("?")[0]
        body = json_or_none(data)
        own = {TOOL: self._tool, TOOLS: self._tools, SESSION: self._session}.get(path)
        if own is not None and method == "POST" and isinstance(body, dict):
            return Reply(status=200, headers=_JSON, pieces=(msgspec.json.encode(own(body)),))
        dialect = dialect_at(path) if method == "POST" else None
        if dialect is None:
            words = f"clew replay: {method} {target} is not recorded, and a replay is offline"
            status = 403 if method == "CONNECT" else 404
            return Reply(status=status, headers=_JSON, pieces=(msgspec.json.encode({"error": {"message": words}}),))
        if not isinstance(body, dict):
            return dialect.refusal("clew replay: the request is no JSON object")
        return self._model(dialect, body, target, headers, data)

    def _model(
        self, dialect: Dialect, body: dict[str, Any], target: str, headers: dict[str, str], data: bytes
    ) -> Reply:
        outcome = self._matcher.model(body)
        if outcome == "live":
            with self._lock:
                self.live += 1
            return forward(headers.get(OWN_ADDRESS) or self._providers[dialect.name], target, headers, data)
        if isinstance(outcome, Divergence):
            return dialect.refusal(f"clew replay: {outcome.words}")
        stopped = self._matcher.unneeded(outcome)
        if stopped is not None:
            return dialect.refusal(f"clew replay: {stopped}")
        assert isinstance(outcome.node, Attempt)  # noqa: S101 - the matcher finds attempts for models
        return reply_to(outcome.node, body, dialect, timed=self._timed)

    def _tool(self, body: dict[str, Any]) -> dict[str, Any]:
        """What a tool call came to."""
        outcome = self._matcher.tool(str(body["name"]), body.get("command"), body.get("request"), body.get("call_id"))
        if isinstance(outcome, Divergence):
            return {"stopped": f"clew replay: {outcome.words}"}
        if outcome == "live":
            return {"found": None}
        if self._timed and outcome.node.ended_at is not None:
            self.wait((outcome.node.ended_at - outcome.node.started_at) / 1000)
        return {"found": _found(outcome, self._recording)}

    def _tools(self, body: dict[str, Any]) -> dict[str, Any]:
        """Tools ask before they are called."""
        self._matcher.instrumented.update(map(str, body["names"]))
        return {}

    def _session(self, body: dict[str, Any]) -> dict[str, Any]:
        """A session began; the first one is the replay."""
        with self._lock:
            first = not self.begun
            self.begun.append(Begun(str(body["session_id"]), str(body["folder"])))
        return {"replay_of": self._recording.session_id if first else None}


def _found(call: Operation, recording: Recording) -> Found:
    """The recorded result of a tool call."""
    tool = call.node
    assert isinstance(tool, ToolCall)  # noqa: S101 - the matcher finds tool calls for tools
    return Found(
        response=tool.response.value if tool.response is not None else None,
        status=tool.status,
        error=tool.error,
        slug=tool.slugs[0] if tool.slugs else None,
        told=told_of(recording, tool) if tool.call_id is not None else None,
        exception=_exception_of(tool),
    )


def _exception_of(tool: ToolCall) -> str | None:
    """The full name of the type of what a tool raised, as the log entry of its failure has it."""
    for entry in tool.logs:
        details = entry.details.value if entry.slug in tool.slugs and entry.details is not None else None
        if isinstance(details, dict) and isinstance(details.get("exception"), str):
            return str(details["exception"])
    return None


def told_of(recording: Recording, tool: ToolCall) -> str | None:
    """What a model was told of a tool call, as a later request says it in plain text; ``None`` if none does."""
    for call in recording.calls:
        later = isinstance(call.node, Attempt) and call.node.started_at >= tool.started_at
        request = call.request if later else None
        for reply in (reply for message in messages_of(request) for reply in replies_in(message)):
            if reply.call_id == tool.call_id and isinstance(reply.content, str):
                return reply.content
    return None
