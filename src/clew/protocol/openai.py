"""OpenAI's chat completions as pure functions: request to what conditions look at, answer to JSON body, and the errors.

The answers are the same as for Anthropic's API; what differs is their shape. The input counts of a usage are not
disjoint here: what was read from the cache and written to it is part of `prompt_tokens`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, assert_never

import msgspec
from msgspec import Struct

from clew.protocol.breakage import ending_of, pieces_until
from clew.protocol.openai_stream import event, events
from clew.protocol.reply import Reply
from clew.protocol.scenario import Drop, Error, Message, Text, Thinking, ToolUse
from clew.protocol.script import Asked

if TYPE_CHECKING:
    from clew.protocol.scenario import Answer, Cut, Usage

Json: TypeAlias = dict[str, Any]

ERROR_CODES = {
    400: ("invalid_request_error", None),
    401: ("invalid_request_error", "invalid_api_key"),
    403: ("invalid_request_error", "forbidden"),
    404: ("invalid_request_error", "model_not_found"),
    429: ("requests", "rate_limit_exceeded"),
}
"""Type and code by status; every other status is the server's own fault."""
FINISH_REASONS = {
    "end_turn": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "pause_turn": "stop",
    "refusal": "content_filter",
    "stop_sequence": "stop",
    "tool_use": "tool_calls",
}
"""A scenario's stop reasons in OpenAI's words."""


class Turn(Struct, frozen=True):
    """One message of the conversation so far."""

    role: str
    """Who speaks."""
    content: Any = ""
    """A string, a list of parts, or nothing."""


class StreamOptions(Struct, frozen=True):
    """How a reply is to be streamed."""

    include_usage: bool = False
    """Whether the last event tells the usage."""


class CompletionRequest(Struct, frozen=True):
    """The part of a request that decides about the reply; everything else is none of the server's business."""

    model: str
    """The model asked for."""
    messages: tuple[Turn, ...]
    """The conversation."""
    stream: bool = False
    """Whether the reply is to be streamed."""
    stream_options: StreamOptions | None = None
    """How."""

    @property
    def streams_usage(self) -> bool:
        """Whether a stream is to end with its usage."""
        return self.stream_options is not None and self.stream_options.include_usage


def read(body: object) -> CompletionRequest:
    """Read a request, or raise `msgspec.ValidationError` if it is not one."""
    return msgspec.convert(body, CompletionRequest)


def asked(request: CompletionRequest) -> Asked:
    """Find what conditions look at. What the user said last is all since the model spoke, results of tools included."""
    last: list[str] = []
    for turn in request.messages:
        if turn.role == "assistant":
            last = []
        elif turn.role in {"user", "tool"}:
            last.append(text_of(turn.content))
    system = [text_of(turn.content) for turn in request.messages if turn.role in {"system", "developer"}]
    return Asked(model=request.model, system="\n".join(system), last_user="\n".join(last))


def text_of(content: object) -> str:
    """Join the text in a string or a list of parts."""
    if isinstance(content, list):
        return "\n".join(str(part["text"]) for part in content if isinstance(part, dict) and "text" in part)
    return content if isinstance(content, str) else ""


def reply(answer: Answer, request: CompletionRequest, *, created: int, label: str) -> Reply:
    """Turn an answer into HTTP. `label` is the part of all ids that makes them unique."""
    match answer:
        case Message():
            body = completion_body(answer, model=request.model, created=created, label=label)
            return _message_reply(answer, body, request, label)
        case Error():
            return _error_reply(answer, label)
        case Drop():
            return Reply(status=None, ending=answer.how, delay=answer.delay)
        case _:
            assert_never(answer)


def refusal(status: int, message: str, *, label: str) -> Reply:
    """Make the reply with which the API itself turns a request down."""
    body = msgspec.json.encode(error_body(status, message))
    return Reply(status=status, headers=_headers("application/json", label), pieces=(body,))


def completion_body(answer: Message, *, model: str, created: int, label: str) -> Json:
    """Build the JSON body of a completion with one choice."""
    asks_for_tool = any(isinstance(block, ToolUse) for block in answer.content)
    reason = answer.stop_reason or ("tool_use" if asks_for_tool else "end_turn")
    choice = {
        "index": 0,
        "message": _message(answer, label, refused=reason == "refusal"),
        "logprobs": None,
        "finish_reason": FINISH_REASONS[reason],
    }
    return {
        "id": answer.id or f"chatcmpl-{label}",
        "object": "chat.completion",
        "created": created,
        "model": answer.model or model,
        "choices": [choice],
        "usage": usage_body(answer.usage),
    }


def usage_body(usage: Usage) -> Json:
    """Build the JSON of a usage: the cached tokens are a part of the prompt's."""
    read, written = usage.cache_read_input_tokens, usage.cache_creation_input_tokens
    prompt = usage.input_tokens + read + written
    return {
        "prompt_tokens": prompt,
        "completion_tokens": usage.output_tokens,
        "total_tokens": prompt + usage.output_tokens,
        "prompt_tokens_details": {"cached_tokens": read, "cache_write_tokens": written},
        "completion_tokens_details": {"reasoning_tokens": usage.thinking_tokens},
    }


def error_body(status: int, message: str, kind: str = "") -> Json:
    """Build the JSON body of an error; `kind` replaces the type and the code that go with the status."""
    usual, code = ERROR_CODES.get(status, ("server_error", None))
    return {"error": {"message": message, "type": kind or usual, "param": None, "code": kind or code}}


def _message_reply(answer: Message, body: Json, request: CompletionRequest, label: str) -> Reply:
    stream, cut = request.stream, answer.cut
    pieces = tuple(events(body, usage=request.streams_usage)) if stream else (msgspec.json.encode(body),)
    return Reply(
        status=200,
        headers=_headers("text/event-stream; charset=utf-8" if stream else "application/json", label),
        pieces=pieces if cut is None else pieces_until(cut, pieces, stream=stream, error=_error_event),
        streamed=stream or cut is not None,
        ending="whole" if cut is None else ending_of(cut, stream=stream),
        delay=answer.delay,
        pace=answer.pace,
    )


def _error_event(cut: Cut) -> bytes:
    return event(error_body(500, cut.error_message, cut.error_type))


def _error_reply(answer: Error, label: str) -> Reply:
    content_type = "application/json" if answer.raw is None else answer.content_type
    body = msgspec.json.encode(error_body(answer.status, answer.message, answer.type))
    return Reply(
        status=answer.status,
        headers=(*_headers(content_type, label), *answer.headers.items()),
        pieces=(body if answer.raw is None else answer.raw.encode(),),
        delay=answer.delay,
    )


def _headers(content_type: str, label: str) -> tuple[tuple[str, str], ...]:
    return (("content-type", content_type), ("x-request-id", f"req_{label}"))


def _message(answer: Message, label: str, *, refused: bool) -> Json:
    words = "\n".join(block.text for block in answer.content if isinstance(block, Text)) or None
    thoughts = "\n".join(block.thinking for block in answer.content if isinstance(block, Thinking))
    calls = [
        _call(block, f"call_{label}_{index}")
        for index, block in enumerate(answer.content)
        if isinstance(block, ToolUse)
    ]
    message: Json = {"role": "assistant", "content": None if refused else words, "refusal": words if refused else None}
    if thoughts:
        message["reasoning_content"] = thoughts
    if calls:
        message["tool_calls"] = calls
    return message


def _call(block: ToolUse, call_id: str) -> Json:
    arguments = msgspec.json.encode(block.input).decode() if block.raw_input is None else block.raw_input
    function = {"name": block.name, "arguments": arguments}
    return {"id": block.id or call_id, "type": "function", "function": function}
