"""What a conversation says, whatever the provider: who spoke, which tools were asked for, and what they answered.

Everything here reads JSON that others made, so whatever is not as expected is passed over.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator


class Ask(NamedTuple):
    """A tool call that a model asks for."""

    call_id: str
    """The id the model gave it."""
    name: str
    """The tool's name, as it was offered to the model."""
    arguments: object
    """As JSON; text, where what the model gave is none."""


class Reply(NamedTuple):
    """What a model is told of a call it asked for."""

    call_id: str
    content: object
    """As it stands in the conversation."""
    failed: bool
    """Whether the model is told that it went wrong."""


def messages_of(request: object) -> list[Any]:
    """The conversation that a request carries: its messages, or its items."""
    if not isinstance(request, dict):
        return []
    messages = request.get("messages", request.get("input"))
    if isinstance(messages, str):
        return [{"role": "user", "content": messages}]
    return messages if isinstance(messages, list) else []


def answer_before(request: object) -> str | None:
    """The id of the answer that a request goes on from without saying again what was said, if it names one."""
    if not isinstance(request, dict):
        return None
    thread = request.get("thread")
    found = request.get("previous_response_id") or (
        thread.get("previous_message_id") if isinstance(thread, dict) else None
    )
    return found if isinstance(found, str) else None


def kept_conversation(request: object) -> str | None:
    """The id of the conversation that the provider keeps, if a request is part of one."""
    found = request.get("conversation") if isinstance(request, dict) else None
    found = found.get("id") if isinstance(found, dict) else found
    return found if isinstance(found, str) else None


def mark_of(message: object) -> int:
    """A number that is the same for a message said again; hints for a provider's cache are no part of it."""
    return hash(msgspec.json.encode(_plain(message), enc_hook=repr))


def user_words(message: object) -> object:
    """What a user says in a message; ``None`` if it is not a user's, or only carries results of tools."""
    if not isinstance(message, dict) or message.get("role") != "user":
        return None
    blocks = list(_blocks(message))
    if any(block.get("type") == "tool_result" for block in blocks):
        return None
    content = message.get("content")
    if len(blocks) == 1 and blocks[0].get("type") in ("text", "input_text"):
        return blocks[0].get("text")
    return content


def message_asks(message: object) -> list[Ask]:
    """The tool calls in an answer of Anthropic's API."""
    return [
        Ask(str(block.get("id")), str(block.get("name")), block.get("input"))
        for block in _blocks(message)
        if block.get("type") == "tool_use"
    ]


def completion_asks(completion: object) -> list[Ask]:
    """The tool calls in a completion of OpenAI's API: those of the first choice."""
    choices = completion.get("choices") if isinstance(completion, dict) else None
    message = choices[0].get("message") if choices and isinstance(choices[0], dict) else None
    calls = message.get("tool_calls") if isinstance(message, dict) else None
    return [_ask(call) for call in calls or () if isinstance(call, dict)]


def response_asks(response: object) -> list[Ask]:
    """The tool calls in a response of OpenAI's API; what has no call id is done by the provider itself."""
    output = response.get("output") if isinstance(response, dict) else None
    items = [item for item in output if isinstance(item, dict)] if isinstance(output, list) else []
    return [
        Ask(item["call_id"], str(item.get("name") or str(item["type"]).removesuffix("_call")), _wanted(item))
        for item in items
        if isinstance(item.get("call_id"), str) and str(item.get("type")).endswith("_call")
    ]


def replies_in(message: object) -> Iterator[Reply]:
    """The results of tools in a message or an item, whatever the provider."""
    if isinstance(message, dict) and message.get("role") == "tool":
        yield Reply(str(message.get("tool_call_id")), message.get("content"), failed=False)
    if isinstance(message, dict) and str(message.get("type")).endswith("_call_output"):
        yield Reply(str(message.get("call_id")), message.get("output"), failed=False)
    for block in _blocks(message):
        if block.get("type") == "tool_result":
            yield Reply(str(block.get("tool_use_id")), block.get("content"), failed=bool(block.get("is_error")))


def _ask(call: dict[str, Any]) -> Ask:
    function = call.get("function")
    function = function if isinstance(function, dict) else {}
    return Ask(str(call.get("id")), str(function.get("name")), _json_or_text(function.get("arguments")))


def _wanted(item: dict[str, Any]) -> object:
    """The arguments of a call in a response; those of a tool of the provider's are an action."""
    named = next((name for name in ("arguments", "input", "action", "actions", "operation") if name in item), "")
    return _json_or_text(item.get(named)) if named == "arguments" else item.get(named)


def _blocks(message: object) -> Iterator[dict[str, Any]]:
    content = message.get("content") if isinstance(message, dict) else None
    if isinstance(content, str):
        yield {"type": "text", "text": content}
    elif isinstance(content, list):
        yield from (block for block in content if isinstance(block, dict))


def _plain(message: object) -> object:
    """A message without what may differ when it is said again."""
    if not isinstance(message, dict):
        return message
    blocks = [{name: value for name, value in block.items() if name != "cache_control"} for block in _blocks(message)]
    return {**message, "content": blocks or message.get("content")}


def _json_or_text(text: object) -> object:
    try:
        return json.loads(text) if isinstance(text, str) else text
    except ValueError:
        return text
