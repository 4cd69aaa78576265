"""Anthropic's stream events, put together to the message they stand for.

The events are taken as plain JSON, so that a field this release has never heard of ends up in the message like every
other. Usage: the counts of ``message_delta`` are cumulative, so the last one wins over ``message_start``, whose
``output_tokens`` is a placeholder; counts that it leaves out keep their value.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from clew.model.usage import Usage

_GROWING = {"text_delta": "text", "thinking_delta": "thinking"}
"""Deltas that add to a string of their block."""


class Piece(NamedTuple):
    """What an event adds to what a reader sees."""

    text: str = ""
    """Words of the answer."""
    reasoning: str = ""
    """Words of the thinking before it."""


NOTHING = Piece()
"""What most events add."""


class MessageAssembly:
    """A message that grows event by event; at any moment it is the honest beginning of the whole."""

    message: dict[str, Any] | None
    """The message so far, in the shape of an answer that comes in one piece; ``None`` before it has begun."""
    complete: bool
    """Whether the provider said that this is all."""
    error: dict[str, Any] | None
    """The provider's error event, if it sent one in the middle of the stream."""

    def __init__(self) -> None:
        self.message = None
        self.complete = False
        self.error = None
        self._inputs: dict[int, str] = {}

    def add(self, event: dict[str, Any]) -> Piece:
        """Take one event, and say what it adds."""
        kind = event.get("type")
        if kind == "message_start":
            self.message = {**event["message"], "content": list(event["message"].get("content") or [])}
        elif kind == "message_stop":
            self.complete = True
        elif kind == "error":
            self.error = event
        elif self.message is not None:
            return self._grow(self.message, kind, event)
        return NOTHING

    def whole(self) -> dict[str, Any] | None:
        """The message so far, with the tool inputs that are still arriving as far as they can be read."""
        for index in list(self._inputs):
            self._close_input(index)
        return self.message

    def _grow(self, message: dict[str, Any], kind: object, event: dict[str, Any]) -> Piece:
        if kind == "content_block_start":
            message["content"].append(dict(event["content_block"]))
            block = event["content_block"]
            return Piece(text=block.get("text") or "", reasoning=block.get("thinking") or "")
        if kind == "content_block_delta":
            return self._change(message["content"][event["index"]], event["index"], event["delta"])
        if kind == "content_block_stop":
            self._close_input(event["index"])
        elif kind == "message_delta":
            message.update({name: value for name, value in event["delta"].items() if value is not None})
            message["usage"] = {**(message.get("usage") or {}), **_known(event.get("usage"))}
        return NOTHING

    def _change(self, block: dict[str, Any], index: int, delta: dict[str, Any]) -> Piece:
        """Apply a delta to its block."""
        kind = delta.get("type")
        if kind in _GROWING:
            name = _GROWING[kind]
            block[name] = (block.get(name) or "") + delta[name]
            return Piece(text=delta[name]) if name == "text" else Piece(reasoning=delta[name])
        if kind == "input_json_delta":
            self._inputs[index] = self._inputs.get(index, "") + delta["partial_json"]
        elif kind == "citations_delta":
            block["citations"] = [*(block.get("citations") or []), delta["citation"]]
        else:
            block.update({name: value for name, value in delta.items() if name != "type"})
        return NOTHING

    def _close_input(self, index: int) -> None:
        """Put a tool's input into its block: as JSON, or as the text that arrived if it is none yet."""
        text = self._inputs.pop(index, "")
        if text and self.message is not None:
            self.message["content"][index]["input"] = _json_or_text(text)


def usage_of(message: object) -> Usage | None:
    """The tokens of an Anthropic message as four disjoint counts, or ``None`` if it does not say."""
    counts = message.get("usage") if isinstance(message, dict) else None
    if not isinstance(counts, dict):
        return None
    details = counts.get("output_tokens_details")
    return Usage(
        input_tokens=_count(counts, "input_tokens"),
        cache_read_tokens=_count(counts, "cache_read_input_tokens"),
        cache_write_tokens=_count(counts, "cache_creation_input_tokens"),
        output_tokens=_count(counts, "output_tokens"),
        reasoning_tokens=_count(details, "thinking_tokens") if isinstance(details, dict) else 0,
    )


def stop_reason_of(message: object) -> str | None:
    """Why the model stopped."""
    reason = message.get("stop_reason") if isinstance(message, dict) else None
    return reason if isinstance(reason, str) else None


def _count(counts: dict[str, Any], name: str) -> int:
    value = counts.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _known(usage: dict[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (usage or {}).items() if value is not None}


def _json_or_text(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text
