"""The shape of the snapshot document: its names, their order and their types.

The writer, the reader and the published JSON Schema all follow these structs and those of
:mod:`clew.wire.document_parts`. The names on disk are those of the specification: ``llmRetries``, ``childSession``,
``startedAt``.

Two things stand elsewhere than in the tree. The response of the attempt that was accepted last is the turn's
``llmResponse``; every other attempt holds its own. And a child session stands in its tool call as JSON not yet read.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Raw

from clew.model.session import NodeStatus, Phase, SessionStatus, StepKind, ToolKind, Verdict
from clew.wire.document_parts import (
    ABSENT,
    Action,
    Config,
    Failure,
    Json,
    LLMResponse,
    LogEntry,
    Note,
    Parent,
    Part,
    Request,
    Sized,
    Time,
    Totals,
)

VERSION = 1
"""Version of the document. A reader refuses higher ones."""

NodeName = Literal["session", "init", "turn", "step", "attempt", "toolCall", "fin"]
"""What the root of a document is."""

ChildSession = Annotated[
    Raw, Meta(description="The session this call started.", extra_json_schema={"$ref": "#/$defs/Session"})
]


class Node(Part, kw_only=True):
    """An object with a path, which can be the root of a document."""

    version: Annotated[int, Meta(ge=1)] | None = None
    """Of the document; on the root only."""
    node: NodeName | None = None
    """What the root is; on the root only."""


class Attempt(Node, kw_only=True):
    """One request to a model."""

    number: int = msgspec.field(name="attempt")
    """0-based."""
    provider: str | None = None
    model: str | None = None
    request: Request | None = None
    status: NodeStatus
    verdict: Verdict | None = None
    slugs: tuple[str, ...]
    error: str | None = None
    http_status: int | None = None
    backoff_ms: float | None = None
    first_token_at: Time | None = None
    started_at: Time
    ended_at: Time | None = None
    attributes: Json = ABSENT
    logs: tuple[LogEntry, ...]
    response: LLMResponse | None = msgspec.field(name="llmResponse", default=None)


class ToolCall(Node, kw_only=True):
    """One call of a tool."""

    index: int
    """1-based within the turn or step."""
    kind: ToolKind
    name: str
    call_id: str | None = None
    command: str | None = None
    request: Request | None = None
    response: Sized | None = None
    started_at: Time
    ended_at: Time | None = None
    status: NodeStatus
    slugs: tuple[str, ...]
    error: str | None = None
    attributes: Json = ABSENT
    logs: tuple[LogEntry, ...]
    accounting: Json = ABSENT
    child_session: ChildSession = ABSENT


class Turn(Node, kw_only=True):
    """One pass of the agent loop."""

    index: int
    """1-based."""
    action: Action | None = None
    status: NodeStatus
    error: str | None = None
    started_at: Time
    ended_at: Time | None = None
    attributes: Json = ABSENT
    llm_request: Attempt | None = None
    """The first attempt."""
    llm_retries: tuple[Attempt, ...]
    """All later attempts."""
    tools: tuple[ToolCall, ...]
    llm_response: LLMResponse | None = None
    """The response of the accepted attempt."""
    logs: tuple[LogEntry, ...]


class Step(Node, kw_only=True):
    """Work of the agent between turns."""

    index: int
    """1-based."""
    kind: StepKind
    name: str | None = None
    action: Action | None = None
    status: NodeStatus
    error: str | None = None
    started_at: Time
    ended_at: Time | None = None
    attributes: Json = ABSENT
    attempts: tuple[Attempt, ...]
    tools: tuple[ToolCall, ...]
    logs: tuple[LogEntry, ...]


class Init(Node, kw_only=True):
    """The phase before the first turn."""

    started_at: Time
    ended_at: Time | None = None
    config: Config
    logs: tuple[LogEntry, ...]


class Fin(Node, kw_only=True):
    """The end."""

    started_at: Time
    ended_at: Time | None = None
    success: bool | None = None
    error: str | None = None
    failure: Failure | None = None
    final_report: Json = ABSENT
    totals: Totals | None = None
    logs: tuple[LogEntry, ...]


class Session(Node, kw_only=True):
    """One run of one agent."""

    session_id: str
    agent_id: str | None = None
    parent: Parent | None = None
    title: str | None = None
    latest_status: str | None = None
    model: str | None = None
    system_prompt: Json = ABSENT
    tags: tuple[str, ...]
    attributes: Json = ABSENT
    phase: Phase
    status: SessionStatus
    started_at: Time
    ended_at: Time | None = None
    init: Init
    turns: tuple[Turn, ...]
    steps: tuple[Step, ...]
    logs: tuple[LogEntry, ...]
    fin: Fin | None = None
    totals: Totals
    notes: tuple[Note, ...]
