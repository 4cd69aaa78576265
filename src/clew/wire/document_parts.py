"""The smaller objects of the snapshot document: those without a path.

Attributes have the names of :mod:`clew.model`; on disk they are camelCase. What is unknown is left out, so a payload
that is ``null`` differs from no payload. Lists are always there. Times are milliseconds since the epoch.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Raw

from clew.model.session import ActionType
from clew.model.slug import Origin, Severity

ABSENT: Any = None
"""No value. Typed loosely because msgspec decodes ``Raw`` but not ``Raw | None``."""

Time = Annotated[float, Meta(description="Milliseconds since the epoch, with a fraction to the microsecond.")]
Json = Annotated[Raw, Meta(description="Any JSON value, whole.")]
Dollars = Annotated[Decimal, Meta(description="US dollars, a number with all its decimals.")]


class Part(msgspec.Struct, omit_defaults=True, rename="camel"):
    """Any object of the document."""


class Sized(Part, kw_only=True):
    """A payload and the bytes of its compact JSON."""

    payload: Json
    size: int


class Request(Part, kw_only=True):
    """What was sent to a model or a tool."""

    kind: Literal["llm", "tool"]
    payload: Json
    size: int


class Source(Part, kw_only=True):
    """The place in the code that logged."""

    file: str
    line: int
    function: str | None = None


class Context(Part, kw_only=True):
    """The payloads in force when a warning or an error was logged."""

    llm_request: Sized | None = None
    llm_response: Sized | None = None
    tool_request: Sized | None = None
    tool_response: Sized | None = None


class LogEntry(Part, kw_only=True):
    """A log entry."""

    timestamp: Time
    severity: Severity
    slug: str
    message: str
    source: Source | None = None
    details: Json = ABSENT
    context: Context | None = None
    registered: bool = True
    """Whether the slug was declared; only ``false`` is written."""


class Action(Part, kw_only=True):
    """What the user did to open a turn."""

    type: ActionType
    name: str | None = None
    content: Json = ABSENT
    outcome: str | None = None


class TokenUsage(Part, kw_only=True):
    """Tokens. Input is fresh, uncached input; reasoning is a part of the output."""

    input_tokens: int
    output_tokens: int
    cache_read_tokens: int = msgspec.field(name="cacheReadInputTokens")
    cache_write_tokens: int = msgspec.field(name="cacheWriteInputTokens")
    reasoning_tokens: int
    total_tokens: int
    """Input, output, cache reads and cache writes."""


class LLMAccounting(Part, kw_only=True):
    """What a response cost."""

    cost_usd: Dollars


class LLMResponse(Part, kw_only=True):
    """What a model answered."""

    response: Sized | None = None
    """The message; none where only the usage is known."""
    partial: bool = False
    streamed_text: str | None = None
    streamed_reasoning: str | None = None
    model: str | None = None
    stop_reason: str | None = None
    """As told, else as the message says."""
    declared_stop_reason: str | None = None
    """As told."""
    tokens: TokenUsage | None = None
    accounting: LLMAccounting | None = None
    logs: tuple[LogEntry, ...]


class Config(Part, kw_only=True):
    """What the agent was set up with."""

    providers: Json = ABSENT
    tools: Json = ABSENT
    prompts: Json = ABSENT


class Failure(Part, kw_only=True):
    """What a failed session says of its own end."""

    origin: Origin | None = None
    slug: str | None = None
    path: str | None = None
    incident: str | None = None


class Totals(Part, kw_only=True):
    """Sums over leaves."""

    tokens_in: int
    tokens_out: int
    tokens_cache_read: int
    tokens_cache_write: int
    tokens_reasoning: int
    cost_usd: Dollars | None = None
    turns_run: int
    attempts_run: int
    retries_run: int
    tools_run: int
    tools_failed: int
    agents_run: int
    """This session and its child sessions."""
    responses_unpriced: int


class Parent(Part, kw_only=True):
    """The node that started a child session."""

    session_id: str
    path: str


class Note(Part, kw_only=True):
    """Something a reader must know about the record itself."""

    kind: str
    message: str
    at: Time | None = None
    segment: int
    offset: int | None = None
    size: int | None = None
