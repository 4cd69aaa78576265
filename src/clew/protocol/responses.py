"""OpenAI's Responses API as pure functions: request to what conditions look at, answer to JSON body.

A response is a list of items: what the model thought, what it said and each call that it asks for. What it has in
common with chat completions stands in `openai_http`, how it is streamed in `responses_stream`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, assert_never

import msgspec
from msgspec import Struct

from clew.protocol.openai_http import error_body, reply_of, text_of
from clew.protocol.responses_stream import error_event, events
from clew.protocol.scenario import Text, Thinking, ToolUse
from clew.protocol.script import Asked

if TYPE_CHECKING:
    from clew.protocol.reply import Reply
    from clew.protocol.scenario import Answer, Block, Cut, Message, Usage

Json: TypeAlias = dict[str, Any]

INCOMPLETE = {"max_tokens": "max_output_tokens", "model_context_window_exceeded": "max_output_tokens"}
"""A scenario's stop reasons that leave a response incomplete, in OpenAI's words."""
_MODELS = frozenset({"function_call", "reasoning"})
"""Items that a model made; so is a message of the assistant."""


class ResponseRequest(Struct, frozen=True):
    """The part of a request that decides about the reply; everything else is none of the server's business."""

    model: str
    """The model asked for."""
    input: str | tuple[dict[str, Any], ...]
    """What the user says, or the items of the conversation."""
    instructions: str | None = None
    """The system prompt, for this request alone."""
    stream: bool = False
    """Whether the reply is to be streamed."""
    previous_response_id: str | None = None
    """The response that the conversation goes on from; the input has only what is new."""


def read(body: object) -> ResponseRequest:
    """Read a request, or raise `msgspec.ValidationError` if it is not one."""
    return msgspec.convert(body, ResponseRequest)


def asked(request: ResponseRequest, earlier: str = "") -> Asked:
    """Find what conditions look at; `earlier` is what the input of earlier requests told the system.

    What the user said last is all since the model spoke, results of tools included.
    """
    last: list[str] = []
    for item in items_of(request):
        if item.get("role") == "assistant" or item.get("type") in _MODELS:
            last = []
        elif item.get("role") == "user" or "output" in item:
            last.append(text_of(item.get("content", item.get("output"))))
    system = "\n".join(filter(None, (request.instructions, earlier, system_of(request))))
    return Asked(model=request.model, system=system, last_user="\n".join(last))


def items_of(request: ResponseRequest) -> tuple[Json, ...]:
    """The input as items."""
    if isinstance(request.input, str):
        return ({"role": "user", "content": request.input},)
    return request.input


def system_of(request: ResponseRequest) -> str:
    """What the input tells the system; unlike instructions it holds for the conversation."""
    told = (text_of(item.get("content")) for item in items_of(request) if item.get("role") in {"system", "developer"})
    return "\n".join(told)


def reply(answer: Answer, request: ResponseRequest, *, created: int, label: str) -> Reply:
    """Turn an answer into HTTP. `label` is the part of all ids that makes them unique."""

    def pieces(message: Message) -> tuple[bytes, ...]:
        body = response_body(message, request, created=created, label=label)
        return tuple(events(body)) if request.stream else (msgspec.json.encode(body),)

    return reply_of(answer, pieces, _error_event, label=label)


def response_id(answer: Message, label: str) -> str:
    """Name the response: as the scenario says, or by the label."""
    return answer.id or f"resp_{label}"


def response_body(answer: Message, request: ResponseRequest, *, created: int, label: str) -> Json:
    """Build the JSON body of a response."""
    reason = INCOMPLETE.get(answer.stop_reason or "")
    refused = answer.stop_reason == "refusal"
    return {
        "id": response_id(answer, label),
        "object": "response",
        "created_at": created,
        "status": "completed" if reason is None else "incomplete",
        "error": None,
        "incomplete_details": None if reason is None else {"reason": reason},
        "instructions": request.instructions,
        "model": answer.model or request.model,
        "output": [_item(block, f"{label}_{index}", refused=refused) for index, block in enumerate(answer.content)],
        "parallel_tool_calls": True,
        "previous_response_id": request.previous_response_id,
        "tool_choice": "auto",
        "tools": [],
        "usage": usage_body(answer.usage),
    }


def usage_body(usage: Usage) -> Json:
    """Build the JSON of a usage: the cached tokens are a part of the input's."""
    read_, written = usage.cache_read_input_tokens, usage.cache_creation_input_tokens
    taken = usage.input_tokens + read_ + written
    return {
        "input_tokens": taken,
        "input_tokens_details": {"cached_tokens": read_, "cache_write_tokens": written},
        "output_tokens": usage.output_tokens,
        "output_tokens_details": {"reasoning_tokens": usage.thinking_tokens},
        "total_tokens": taken + usage.output_tokens,
    }


def _error_event(cut: Cut) -> bytes:
    return error_event(error_body(500, cut.error_message, cut.error_type))


def _item(block: Block, label: str, *, refused: bool) -> Json:
    match block:
        case Text():
            part = {"type": "output_text", "text": block.text, "annotations": [], "logprobs": []}
            content = [{"type": "refusal", "refusal": block.text} if refused else part]
            named = {"id": f"msg_{label}", "type": "message", "role": "assistant"}
            return {**named, "status": "completed", "content": content}
        case Thinking():
            summary = [{"type": "summary_text", "text": block.thinking}]
            return {"id": f"rs_{label}", "type": "reasoning", "status": "completed", "summary": summary}
        case ToolUse():
            arguments = msgspec.json.encode(block.input).decode() if block.raw_input is None else block.raw_input
            named = {"id": f"fc_{label}", "type": "function_call", "call_id": block.id or f"call_{label}"}
            return {**named, "status": "completed", "name": block.name, "arguments": arguments}
        case _:
            assert_never(block)
