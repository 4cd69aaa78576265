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
    """The conversation that a request carries."""
    messages = request.get("messages") if isinstance(request, dict) else None
    return messages if isinstance(messages, list) else []


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
    if len(blocks) == 1 and blocks[0].get("type") == "text":
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
    """The tool calls in an answer of OpenAI's API: those of the first choice."""
    choices = completion.get("choices") if isinstance(completion, dict) else None
    message = choices[0].get("message") if choices and isinstance(choices[0], dict) else None
    calls = message.get("tool_calls") if isinstance(message, dict) else None
    return [_ask(call) for call in calls or () if isinstance(call, dict)]


def replies_in(message: object) -> Iterator[Reply]:
    """The results of tools in a message, of either provider."""
    if isinstance(message, dict) and message.get("role") == "tool":
        yield Reply(str(message.get("tool_call_id")), message.get("content"), failed=False)
    for block in _blocks(message):
        if block.get("type") == "tool_result":
            yield Reply(str(block.get("tool_use_id")), block.get("content"), failed=bool(block.get("is_error")))


def _ask(call: dict[str, Any]) -> Ask:
    function = call.get("function")
    function = function if isinstance(function, dict) else {}
    return Ask(str(call.get("id")), str(function.get("name")), _json_or_text(function.get("arguments")))


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
