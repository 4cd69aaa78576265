"""The providers whose protocols a replay speaks: which endpoint is whose, and how each says yes and no."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from msgspec import Struct

from clew.protocol import anthropic, anthropic_stream, openai_http, openai_stream, responses_stream
from clew.protocol.reply import Reply

Streamed: TypeAlias = Callable[[dict[str, Any], dict[str, Any], bool], tuple[bytes, ...]]
"""How an answer to a request is streamed: whole, or only its beginning."""


class Dialect(Struct, frozen=True, kw_only=True):
    """One provider's protocol."""

    name: str
    """The provider, as the record calls it."""
    endpoint: str
    """How the path of a model's endpoint ends."""
    streamed: Streamed
    """An answer to a request as server-sent events; whole, or only the beginning."""
    event: Callable[[dict[str, Any]], bytes]
    """One server-sent event."""
    refusal: Callable[[str], Reply]
    """A refusal in words, which no SDK takes for a reason to try again."""
    error_types: tuple[tuple[str, str], ...]
    """The provider's names of errors by slugs, for errors in the middle of a stream."""
    error_body: Callable[[str, str], dict[str, Any]]
    """The body of an error, from its type and its words."""
    failed: Callable[[dict[str, Any]], bool] = lambda _: False
    """Whether an answer is whole although its attempt failed: it says itself that it failed."""


def _messages(message: dict[str, Any], _request: dict[str, Any], whole: bool) -> tuple[bytes, ...]:  # noqa: FBT001 - as `Streamed` says
    return tuple(anthropic_stream.events(message, whole=whole))


def _completions(completion: dict[str, Any], request: dict[str, Any], whole: bool) -> tuple[bytes, ...]:  # noqa: FBT001 - as `Streamed` says
    options = request.get("stream_options")
    usage = isinstance(options, dict) and bool(options.get("include_usage"))
    return tuple(openai_stream.events(completion, usage=usage, whole=whole))


def _responses(response: dict[str, Any], _request: dict[str, Any], whole: bool) -> tuple[bytes, ...]:  # noqa: FBT001 - as `Streamed` says
    return tuple(responses_stream.events(response, whole=whole))


_STREAM_ERRORS = (("llm.overloaded", "overloaded_error"), ("llm.rate_limited", "rate_limit_error"))

ANTHROPIC = Dialect(
    name="anthropic",
    endpoint="/messages",
    streamed=_messages,
    event=anthropic_stream.event,
    refusal=lambda words: anthropic.refusal(400, words, label="replay"),
    error_types=_STREAM_ERRORS,
    error_body=lambda kind, words: anthropic.error_body(kind or "api_error", words),
)
"""Anthropic's Messages API."""
OPENAI = Dialect(
    name="openai",
    endpoint="/chat/completions",
    streamed=_completions,
    event=openai_stream.event,
    refusal=lambda words: openai_http.refusal(400, words, label="replay"),
    error_types=_STREAM_ERRORS,
    error_body=lambda kind, words: openai_http.error_body(500, words, kind),
)
"""OpenAI's chat completions."""

RESPONSES = Dialect(
    name="openai",
    endpoint="/responses",
    streamed=_responses,
    event=responses_stream.error_event,
    refusal=OPENAI.refusal,
    error_types=(("llm.overloaded", "server_error"), ("llm.rate_limited", "rate_limit_exceeded")),
    error_body=OPENAI.error_body,
    failed=lambda response: response.get("status") == "failed",
)
"""OpenAI's responses."""


def dialect_at(path: str) -> Dialect | None:
    """The provider whose endpoint a path is; ``None`` if no model answers there."""
    return next((dialect for dialect in (ANTHROPIC, OPENAI, RESPONSES) if path.endswith(dialect.endpoint)), None)
