"""The shape of the trace document: the events that the specification names, and their fields.

The published JSON Schema follows these structs, and so does every trace: a test holds the two together. ``null`` stands
for what is unknown, or for the command of a tool that has no commands.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

Time = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$", description="Local time, naive.")]


class Event(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, tag_field="event_type"):
    """Anything that happened."""

    timestamp: Time


class UserInput(Event, kw_only=True, tag="user_input"):
    """A message of the user, or what the user chose."""

    content: str


class LLMRequest(Event, kw_only=True, tag="llm_request"):
    """A request was sent to a model."""

    messages_count: int | None
    tools: list[str]


class ToolCall(Event, kw_only=True, tag="tool_call"):
    """A tool was called."""

    tool_name: str
    command: str | None
    parameters: Any


class ToolResult(Event, kw_only=True, tag="tool_result"):
    """A tool returned or failed."""

    tool_name: str
    command: str | None
    result: Annotated[str, Meta(description="Whole; what was no string is compact JSON.")]
    success: bool
    error: str | msgspec.UnsetType = msgspec.UNSET
    result_length: Annotated[int, Meta(description="Characters of the result.")]


class LLMResponse(Event, kw_only=True, tag="llm_response"):
    """A model answered with text."""

    content: str


class LastRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Tokens of one model call; input is fresh, uncached input."""

    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int


class Cumulative(msgspec.Struct, forbid_unknown_fields=True):
    """Tokens of all model calls so far."""

    total_input_tokens: int
    total_output_tokens: int
    total_cache_read_tokens: int
    total_cache_write_tokens: int


class TokenUsage(Event, kw_only=True, tag="token_usage"):
    """What a model call used."""

    last_request: LastRequest
    cumulative: Cumulative


class Error(Event, kw_only=True, tag="error"):
    """Something failed."""

    error_type: Annotated[str, Meta(description="The class of the error, or its slug.")]
    message: str


class Trace(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One session."""

    session_id: str
    start_time: Time
    end_time: Time | msgspec.UnsetType = msgspec.UNSET
    model: str | None
    system_prompt: str | None
    events: list[UserInput | LLMRequest | ToolCall | ToolResult | LLMResponse | TokenUsage | Error]
