"""Anthropic's Messages API as pure functions: request to what conditions look at, answer to JSON body, and the errors.

How a message is streamed stands in `anthropic_stream`; here it is only cut where the scenario says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias, assert_never

import msgspec
from msgspec import Struct

from clew.protocol.anthropic_stream import event, events
from clew.protocol.breakage import ending_of, pieces_until
from clew.protocol.reply import Reply
from clew.protocol.scenario import Drop, Error, Message, Text, Thinking, ToolUse
from clew.protocol.script import Asked

if TYPE_CHECKING:
    from clew.protocol.scenario import Answer, Block, Cut, Usage

Json: TypeAlias = dict[str, Any]

ERROR_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    409: "conflict_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}


class Turn(Struct, frozen=True):
    """One message of the conversation so far."""

    role: str
    """Who speaks."""
    content: Any = ""
    """A string or a list of blocks."""


class Thread(Struct, frozen=True):
    """The server-side conversation that a request begins or continues."""

    type: Literal["create", "continue"]
    """Whether the conversation is new."""
    previous_message_id: str = ""
    """The reply it continues from."""


class MessagesRequest(Struct, frozen=True):
    """The part of a request that decides about the reply; everything else is none of the server's business."""

    model: str
    """The model asked for."""
    max_tokens: int
    """Required by the API, and otherwise unused."""
    messages: tuple[Turn, ...]
    """The conversation, or what is new in it."""
    system: Any = ""
    """The system prompt: a string or a list of blocks."""
    stream: bool = False
    """Whether the reply is to be streamed."""
    thread: Thread | None = None
    """The server-side conversation, if there is one."""


def read(body: object) -> MessagesRequest:
    """Read a request, or raise `msgspec.ValidationError` if it is not one."""
    return msgspec.convert(body, MessagesRequest)


def asked(request: MessagesRequest, system: str | None = None) -> Asked:
    """Find what conditions look at; `system` stands in where a thread holds the system prompt."""
    users = [turn.content for turn in request.messages if turn.role == "user"]
    return Asked(
        model=request.model,
        system=text_of(request.system) if system is None else system,
        last_user=text_of(users[-1]) if users else "",
    )


def text_of(content: object) -> str:
    """Join the text in a string, a block, or a list of blocks, results of tools included."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "\n".join(filter(None, map(text_of, content)))
    if isinstance(content, dict):
        return text_of(content.get("text") or content.get("content"))
    return ""


def reply(answer: Answer, *, model: str, stream: bool, label: str) -> Reply:
    """Turn an answer into HTTP. `label` is the part of all ids that makes them unique."""
    match answer:
        case Message():
            return _message_reply(answer, message_body(answer, model=model, label=label), stream=stream, label=label)
        case Error():
            return _error_reply(answer, label)
        case Drop():
            return Reply(status=None, ending=answer.how, delay=answer.delay)
        case _:
            assert_never(answer)


def refusal(status: int, message: str, *, label: str, **details: str) -> Reply:
    """Make the reply with which the API itself turns a request down."""
    body = error_body(ERROR_TYPES[status], message, request_id=request_id(label))
    if details:
        body["error"]["details"] = details
    return Reply(status=status, headers=_headers("application/json", label), pieces=(msgspec.json.encode(body),))


def request_id(label: str) -> str:
    """Name the request for the `request-id` header."""
    return f"req_{label}"


def message_id(answer: Message, label: str) -> str:
    """Name the message: as the scenario says, or by the label."""
    return answer.id or f"msg_{label}"


def message_body(answer: Message, *, model: str, label: str) -> Json:
    """Build the JSON body of a message."""
    content = [_block(block, f"toolu_{label}_{index}") for index, block in enumerate(answer.content)]
    asks_for_tool = any(isinstance(block, ToolUse) for block in answer.content)
    return {
        "id": message_id(answer, label),
        "type": "message",
        "role": "assistant",
        "model": answer.model or model,
        "content": content,
        "stop_reason": answer.stop_reason or ("tool_use" if asks_for_tool else "end_turn"),
        "stop_sequence": answer.stop_sequence,
        "stop_details": None,
        "usage": usage_body(answer.usage),
    }


def usage_body(usage: Usage) -> Json:
    """Build the JSON of a usage; all that was written to the cache counts as written for five minutes."""
    written = usage.cache_creation_input_tokens
    body: Json = {
        "input_tokens": usage.input_tokens,
        "cache_creation_input_tokens": written,
        "cache_read_input_tokens": usage.cache_read_input_tokens,
        "cache_creation": {"ephemeral_5m_input_tokens": written, "ephemeral_1h_input_tokens": 0},
        "output_tokens": usage.output_tokens,
        "service_tier": "standard",
    }
    if usage.thinking_tokens:
        body["output_tokens_details"] = {"thinking_tokens": usage.thinking_tokens}
    return body


def error_body(kind: str, message: str, *, request_id: str | None = None) -> Json:
    """Build the JSON body of an error."""
    body: Json = {"type": "error", "error": {"type": kind, "message": message}}
    return body if request_id is None else {**body, "request_id": request_id}


def _message_reply(answer: Message, body: Json, *, stream: bool, label: str) -> Reply:
    pieces = tuple(events(body)) if stream else (msgspec.json.encode(body),)
    cut = answer.cut
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
    return event(error_body(cut.error_type, cut.error_message))


def _error_reply(answer: Error, label: str) -> Reply:
    kind = answer.type or ERROR_TYPES.get(answer.status, "api_error")
    content_type = "application/json" if answer.raw is None else answer.content_type
    body = msgspec.json.encode(error_body(kind, answer.message, request_id=request_id(label)))
    return Reply(
        status=answer.status,
        headers=(*_headers(content_type, label), *answer.headers.items()),
        pieces=(body if answer.raw is None else answer.raw.encode(),),
        delay=answer.delay,
    )


def _headers(content_type: str, label: str) -> tuple[tuple[str, str], ...]:
    return (("content-type", content_type), ("request-id", request_id(label)))


def _block(block: Block, call_id: str) -> Json:
    match block:
        case Text():
            return {"type": "text", "text": block.text}
        case Thinking():
            return {"type": "thinking", "thinking": block.thinking, "signature": block.signature}
        case ToolUse():
            return {"type": "tool_use", "id": block.id or call_id, "name": block.name, "input": block.input}
        case _:
            assert_never(block)
