"""OpenAI's chat completions as pure functions: request to what conditions look at, answer to JSON body.

The answers are the same as for Anthropic's API; what differs is their shape. The input counts of a usage are not
disjoint here: what was read from the cache and written to it is part of `prompt_tokens`. What this endpoint has in
common with OpenAI's other one stands in `openai_http`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec
from msgspec import Struct

from clew.protocol.openai_http import error_body, reply_of, text_of
from clew.protocol.openai_stream import event, events
from clew.protocol.scenario import Text, Thinking, ToolUse
from clew.protocol.script import Asked

if TYPE_CHECKING:
    from clew.protocol.reply import Reply
    from clew.protocol.scenario import Answer, Cut, Message, Usage

Json: TypeAlias = dict[str, Any]

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


def reply(answer: Answer, request: CompletionRequest, *, created: int, label: str) -> Reply:
    """Turn an answer into HTTP. `label` is the part of all ids that makes them unique."""

    def pieces(message: Message) -> tuple[bytes, ...]:
        body = completion_body(message, model=request.model, created=created, label=label)
        return tuple(events(body, usage=request.streams_usage)) if request.stream else (msgspec.json.encode(body),)

    return reply_of(answer, pieces, _error_event, label=label)


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


def _error_event(cut: Cut) -> bytes:
    return event(error_body(500, cut.error_message, cut.error_type))


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
