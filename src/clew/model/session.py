"""The tree: a session and everything inside it.

These nouns share a file because they are mutually recursive: a tool call may hold a session. All of them are frozen;
the fold makes them, everybody else reads them. Times are milliseconds since the epoch with a fraction to the
microsecond. A node without ``ended_at`` is unfinished: ``running`` while its writer lives, else ``interrupted``.

The garbage collector does not track these values (``gc=False``): a tree of frozen values holds no cycle.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import msgspec

from clew.model.brief import Brief
from clew.model.log import LogEntry
from clew.model.message import reasoning_in, stop_reason_in, text_in
from clew.model.payload import Payload
from clew.model.slug import Origin
from clew.model.usage import Usage

Phase = Literal["init", "running", "fin", "error"]
SessionStatus = Literal["running", "ok", "failed", "interrupted", "abandoned"]
NodeStatus = Literal["ok", "failed", "timeout", "cancelled", "running", "interrupted"]
Verdict = Literal["accepted", "rejected"]
ToolKind = Literal["mcp", "rest", "agent", "command", "function", "workflow"]
StepKind = Literal["system", "compaction", "router", "handoff", "command"]
ActionType = Literal["message", "menu", "workflow", "tool", "command"]


class Action(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What the user did to open a turn."""

    type: ActionType
    """A message typed, a menu entry chosen, a workflow, tool or command asked for."""
    name: str | None = None
    """What was chosen."""
    content: Payload | None = None
    """What was typed."""
    outcome: str | None = None
    """What came of it, in the end."""


class Response(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What a model answered, and what it cost (seed 004, rule 8)."""

    payload: Payload | None = None
    """The message; for a stream the message it assembles to; ``None`` if only the usage is known."""
    partial: bool = False
    """Whether the answer broke off."""
    streamed_text: str | None = None
    """The text as it arrived, for a stream."""
    streamed_reasoning: str | None = None
    """The reasoning as it arrived, for a stream."""
    model: str | None = None
    """The model that answered; the attempt holds the one that was asked for."""
    declared_stop_reason: str | None = None
    """The stop reason as the recorder was told it."""
    usage: Usage | None = None
    """Tokens; ``None`` if unknown."""
    cost: Decimal | None = None
    """US dollars; ``None`` if unknown."""
    logs: tuple[LogEntry, ...] = ()

    @property
    def text(self) -> str:
        """The answer's text: as it arrived, else every text block of the payload."""
        return self.streamed_text if self.streamed_text is not None else text_in(self.payload)

    @property
    def reasoning(self) -> str:
        """The answer's reasoning: as it arrived, else every thinking block of the payload."""
        return self.streamed_reasoning if self.streamed_reasoning is not None else reasoning_in(self.payload)

    @property
    def stop_reason(self) -> str | None:
        """Why the model stopped, as told or as the payload says."""
        return self.declared_stop_reason or stop_reason_in(self.payload)


class Attempt(Brief, msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One request sent to a model, answered or not."""

    number: int
    """0-based within its turn or step."""
    provider: str | None = None
    """For instance ``anthropic``."""
    model: str | None = None
    """The model that was asked for."""
    request: Payload | None = None
    """What was sent."""
    response: Response | None = None
    """What came back, if anything did."""
    status: NodeStatus = "running"
    """How the transport went."""
    verdict: Verdict | None = None
    """What the agent thought of the answer; ``None`` while or where there is none."""
    slugs: tuple[str, ...] = ()
    """Why this attempt failed or was rejected."""
    error: str | None = None
    """The failure in words."""
    http_status: int | None = None
    """As the server answered."""
    backoff_ms: float | None = None
    """How long the agent waited after this attempt before the next one."""
    first_token_at: float | None = None
    """When the first piece of a stream arrived."""
    started_at: float = 0.0
    ended_at: float | None = None
    logs: tuple[LogEntry, ...] = ()
    attributes: Payload | None = None


class ToolCall(Brief, msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One call of a tool."""

    index: int
    """1-based among the tool calls of its turn or step."""
    name: str
    call_id: str | None = None
    """The id the model gave the call."""
    kind: ToolKind = "function"
    command: str | None = None
    """What the tool was told to do, for tools with several commands."""
    request: Payload | None = None
    """The parameters."""
    response: Payload | None = None
    """The result."""
    status: NodeStatus = "running"
    slugs: tuple[str, ...] = ()
    """Why this call failed."""
    error: str | None = None
    """The failure in words."""
    child_session: Session | None = None
    """The session this call started, whole."""
    accounting: Payload | None = None
    """What the call itself used, in the tool's own terms."""
    started_at: float = 0.0
    ended_at: float | None = None
    logs: tuple[LogEntry, ...] = ()
    attributes: Payload | None = None


class Turn(Brief, msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One pass of the agent loop: at most one model exchange, and the tool calls it asked for."""

    index: int
    """1-based."""
    action: Action | None = None
    """What the user did to open it; ``None`` if the agent went on by itself."""
    status: NodeStatus = "running"
    error: str | None = None
    attempts: tuple[Attempt, ...] = ()
    tools: tuple[ToolCall, ...] = ()
    logs: tuple[LogEntry, ...] = ()
    started_at: float = 0.0
    ended_at: float | None = None
    attributes: Payload | None = None

    @property
    def llm_request(self) -> Attempt | None:
        """The first attempt."""
        return self.attempts[0] if self.attempts else None

    @property
    def llm_retries(self) -> tuple[Attempt, ...]:
        """All attempts after the first."""
        return self.attempts[1:]

    @property
    def llm_response(self) -> Response | None:
        """The response of the accepted attempt."""
        return next((attempt.response for attempt in reversed(self.attempts) if attempt.verdict == "accepted"), None)


class Step(Brief, msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Work of the agent between turns. A model call made for a step is never a retry of a turn."""

    index: int
    """1-based."""
    kind: StepKind = "system"
    name: str | None = None
    action: Action | None = None
    """What the user did to ask for it, for instance a command."""
    status: NodeStatus = "running"
    error: str | None = None
    attempts: tuple[Attempt, ...] = ()
    tools: tuple[ToolCall, ...] = ()
    logs: tuple[LogEntry, ...] = ()
    started_at: float = 0.0
    ended_at: float | None = None
    attributes: Payload | None = None


class Config(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What the agent was set up with; always in the tree."""

    providers: Payload | None = None
    tools: Payload | None = None
    prompts: Payload | None = None


class Init(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The phase before the first turn."""

    started_at: float
    ended_at: float | None = None
    config: Config = Config()
    logs: tuple[LogEntry, ...] = ()


class Failure(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """What a failed session says of its own end."""

    origin: Origin | None = None
    slug: str | None = None
    path: str | None = None
    incident: str | None = None


class Totals(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Sums over leaves."""

    turns: int = 0
    attempts: int = 0
    retries: int = 0
    tools: int = 0
    tools_failed: int = 0
    child_sessions: int = 0
    usage: Usage = Usage()
    cost: Decimal | None = None
    """The sum of the known costs; ``None`` if none is known."""
    unpriced: int = 0
    """Responses with usage whose cost is unknown."""


class Fin(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The end."""

    started_at: float
    ended_at: float | None = None
    success: bool | None = None
    """``None`` while the end is under way."""
    error: str | None = None
    failure: Failure | None = None
    final_report: Payload | None = None
    """Its source and content. A session can end with a report and fail."""
    totals: Totals | None = None
    """The writer's own running totals of this session without its children; ``tree.check`` compares."""
    logs: tuple[LogEntry, ...] = ()


class Parent(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The node that started a child session."""

    session_id: str
    path: str
    """Its address in that session."""


class Note(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """Something a reader must know about the record itself: damage, a loss, a step of the clock."""

    kind: str
    """``damaged``, ``gap``, ``torn``, ``double``, ``disorder``, ``unknown``, ``unreadable``: what reading found;
    ``dropped``, ``clock``, ``redacted``: what the writer said; ``inversion``, ``missing_child``, ``extra_child``: what
    the tree lacks."""
    message: str
    at: float | None = None
    segment: int = 1
    offset: int | None = None
    """Byte offset in the segment."""
    size: int | None = None
    """Bytes concerned."""


class Session(Brief, msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One run of one agent."""

    session_id: str
    agent_id: str | None = None
    parent: Parent | None = None
    title: str | None = None
    latest_status: str | None = None
    """What the agent last said of itself."""
    model: str | None = None
    system_prompt: Payload | None = None
    tags: tuple[str, ...] = ()
    phase: Phase = "init"
    """As written."""
    status: SessionStatus = "running"
    """Derived from the phase and whether the writer lives."""
    started_at: float = 0.0
    ended_at: float | None = None
    init: Init
    turns: tuple[Turn, ...] = ()
    steps: tuple[Step, ...] = ()
    logs: tuple[LogEntry, ...] = ()
    fin: Fin | None = None
    totals: Totals = Totals()
    """Sums over all leaves, child sessions included."""
    attributes: Payload | None = None
    notes: tuple[Note, ...] = ()
    """What happened to the record itself; empty for a clean one."""


Node = Session | Init | Turn | Step | Attempt | ToolCall | Fin
"""Anything with a path and logs."""
