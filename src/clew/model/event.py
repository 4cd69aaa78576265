"""Acts: what a journal is made of, one per line.

Start and end of every node are two acts, so that a crash leaves honest unfinished nodes. ``n`` numbers the nodes of one
segment; ``of`` is the ``n`` of the node an act belongs to (0: the session itself), or ``[segment, n]`` for a node of
another segment. Names here are the names on disk. ``ABSENT`` stands for "no payload".
"""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar, Generic

import msgspec

from clew.model.act import ABSENT, Act, NodeRef, P
from clew.model.log import Source
from clew.model.session import (
    ActionType,
    Failure,
    NodeStatus,
    Parent,
    StepKind,
    ToolKind,
    Totals,
)
from clew.model.slug import Slug
from clew.model.usage import Usage


class Writer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who wrote a segment."""

    pid: int = 0
    boot: str = ""
    """The kernel's boot id: with the pid and its start it tells a live writer where ``flock`` cannot."""
    started: int = 0
    """The process's start in clock ticks after boot."""
    clew: str = ""
    """Version of the recorder."""
    imported_from: str | None = None
    """The foreign format, for an import."""


class Header(Act, kw_only=True, tag="journal"):
    """The first line of a segment."""

    format: int
    """Version of the format."""
    session_id: str
    segment: int = 1
    parent: Parent | None = None
    """The node that started this session, if another session did."""
    writer: Writer = Writer()


class SessionStart(Act, Generic[P], kw_only=True, tag="session.start"):
    """INIT begins."""

    PAYLOADS: ClassVar[tuple[str, ...]] = ("system_prompt", "attributes")

    agent_id: str | None = None
    title: str | None = None
    model: str | None = None
    system_prompt: P = ABSENT
    tags: list[str] = msgspec.field(default_factory=list)
    attributes: P = ABSENT


class SessionSet(Act, Generic[P], kw_only=True, tag="session.set"):
    """Something about the session became known or changed."""

    PAYLOADS: ClassVar[tuple[str, ...]] = ("system_prompt", "attributes")

    title: str | None = None
    latest_status: str | None = None
    model: str | None = None
    system_prompt: P = ABSENT
    tags: list[str] = msgspec.field(default_factory=list)
    attributes: P = ABSENT


class ConfigSet(Act, Generic[P], kw_only=True, tag="config"):
    """What the agent is set up with; later ones add to or replace earlier ones, part by part."""

    PAYLOADS: ClassVar[tuple[str, ...]] = ("providers", "tools", "prompts")

    providers: P = ABSENT
    tools: P = ABSENT
    prompts: P = ABSENT


class InitEnd(Act, kw_only=True, tag="init.end"):
    """INIT is over."""


class TurnStart(Act, Generic[P], kw_only=True, tag="turn.start"):
    """A turn begins."""

    PAYLOADS: ClassVar[tuple[str, ...]] = ("content", "attributes")

    n: int
    index: int
    action: ActionType | None = None
    name: str | None = None
    """Of the action."""
    content: P = ABSENT
    """Of the action."""
    attributes: P = ABSENT


class StepStart(Act, Generic[P], kw_only=True, tag="step.start"):
    """A step begins."""

    PAYLOADS: ClassVar[tuple[str, ...]] = ("content", "attributes")

    n: int
    index: int
    kind: StepKind = "system"
    name: str | None = None
    action: ActionType | None = None
    action_name: str | None = None
    content: P = ABSENT
    """Of the action."""
    attributes: P = ABSENT


class NodeEnd(Act, Generic[P], kw_only=True, tag="end"):
    """A turn or a step ends."""

    PAYLOADS: ClassVar[tuple[str, ...]] = ("attributes",)

    n: NodeRef
    status: NodeStatus = "ok"
    error: str | None = None
    outcome: str | None = None
    """Of the action."""
    attributes: P = ABSENT


class AttemptStart(Act, Generic[P], kw_only=True, tag="attempt.start"):
    """A request is sent to a model."""

    PAYLOADS: ClassVar[tuple[str, ...]] = ("request", "attributes")

    n: int
    of: NodeRef
    number: int
    provider: str | None = None
    model: str | None = None
    request: P = ABSENT
    attributes: P = ABSENT


class AttemptRequest(Act, Generic[P], kw_only=True, tag="attempt.request"):
    """What is sent, where that becomes known after the attempt began."""

    PAYLOADS: ClassVar[tuple[str, ...]] = ("request",)

    n: NodeRef
    request: P = ABSENT


class AttemptChunk(Act, Generic[P], kw_only=True, tag="attempt.chunk"):
    """Pieces of a streamed answer, as they arrive."""

    PAYLOADS: ClassVar[tuple[str, ...]] = ("text", "reasoning")

    n: NodeRef
    text: P = ABSENT
    """A string."""
    reasoning: P = ABSENT
    """A string."""


class AttemptResponse(Act, Generic[P], kw_only=True, tag="attempt.response"):
    """A model answered, wholly or in part; a later one adds to or replaces an earlier one, part by part."""

    PAYLOADS: ClassVar[tuple[str, ...]] = ("response", "text", "reasoning")

    n: NodeRef
    response: P = ABSENT
    text: P = ABSENT
    """The final text of a stream, where it differs from its pieces."""
    reasoning: P = ABSENT
    """The final reasoning of a stream, where it differs from its pieces."""
    partial: bool = False
    model: str | None = None
    stop_reason: str | None = None
    usage: Usage | None = None
    cost: Decimal | None = None


class AttemptEnd(AttemptResponse[P], Generic[P], kw_only=True, tag="attempt.end"):
    """The exchange is over, with its answer if that came in one piece."""

    PAYLOADS: ClassVar[tuple[str, ...]] = ("response", "text", "reasoning", "attributes")

    status: NodeStatus = "ok"
    error: str | None = None
    http_status: int | None = None
    first_token_at: float | None = None
    attributes: P = ABSENT


class AttemptVerdict(Act, kw_only=True, tag="attempt.verdict"):
    """What the agent thinks of an answer, and what it does before the next attempt."""

    n: NodeRef
    rejected: bool = False
    slugs: list[str] = msgspec.field(default_factory=list)
    """Added to those there are."""
    backoff_ms: float | None = None


class ToolStart(Act, Generic[P], kw_only=True, tag="tool.start"):
    """A tool is called."""

    PAYLOADS: ClassVar[tuple[str, ...]] = ("request", "attributes")

    n: int
    of: NodeRef
    name: str
    call_id: str | None = None
    kind: ToolKind = "function"
    command: str | None = None
    request: P = ABSENT
    attributes: P = ABSENT


class ToolEnd(Act, Generic[P], kw_only=True, tag="tool.end"):
    """A tool returned or failed."""

    PAYLOADS: ClassVar[tuple[str, ...]] = ("response", "accounting", "attributes")

    n: NodeRef
    status: NodeStatus = "ok"
    slugs: list[str] = msgspec.field(default_factory=list)
    error: str | None = None
    response: P = ABSENT
    accounting: P = ABSENT
    attributes: P = ABSENT


class ChildStart(Act, kw_only=True, tag="child"):
    """A tool call starts a session of its own, in this process or in another one."""

    of: NodeRef
    session_id: str
    process: bool = False
    """Whether another process was told to record it: it may never have begun."""
    path: str | None = None
    """Path of the tool call, if other processes may hang further sessions on it."""


class SlugDeclared(Act, kw_only=True, tag="slug"):
    """An application's own slug, at its first use."""

    slug: Slug


class Logged(Act, Generic[P], kw_only=True, tag="log"):
    """A log entry on a node."""

    PAYLOADS: ClassVar[tuple[str, ...]] = ("details",)

    of: NodeRef = 0
    slug: str
    severity: str
    message: str
    source: Source | None = None
    details: P = ABSENT
    llm_request: NodeRef | None = None
    """The attempt whose request was in force."""
    llm_response: NodeRef | None = None
    """The attempt whose response was in force."""
    tool_request: NodeRef | None = None
    tool_response: NodeRef | None = None
    registered: bool = True


class FinStart(Act, kw_only=True, tag="fin.start"):
    """The end begins."""


class FinalReport(Act, Generic[P], kw_only=True, tag="report"):
    """The agent's final report."""

    PAYLOADS: ClassVar[tuple[str, ...]] = ("report",)

    report: P = ABSENT


class FinEnd(Act, kw_only=True, tag="fin.end"):
    """The session is over."""

    success: bool
    error: str | None = None
    failure: Failure | None = None
    totals: Totals | None = None


class ClockStep(Act, kw_only=True, tag="clock.step"):
    """The wall clock was set while the session ran."""

    delta_ms: float


class Dropped(Act, kw_only=True, tag="journal.dropped"):
    """Recording was suspended, and this is what it cost."""

    acts: int
    bytes: int
    reason: str


ACTS: tuple[type[Act], ...] = (
    Header,
    SessionStart,
    SessionSet,
    ConfigSet,
    InitEnd,
    TurnStart,
    StepStart,
    NodeEnd,
    AttemptStart,
    AttemptRequest,
    AttemptChunk,
    AttemptResponse,
    AttemptEnd,
    AttemptVerdict,
    ToolStart,
    ToolEnd,
    ChildStart,
    SlugDeclared,
    Logged,
    FinStart,
    FinalReport,
    FinEnd,
    ClockStep,
    Dropped,
)
"""Every act there is."""
