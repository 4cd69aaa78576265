"""OpenAI's stream events, put together to the chat completion they stand for, and what a completion says.

The events are taken as plain JSON, so that a field this release has never heard of ends up in the answer like every
other: strings of a delta that come in pieces are joined, everything else is laid over what was there. Usage comes in
an event of its own, and only if it was asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clew.instrument.assembly import NOTHING, Piece
from clew.instrument.dialect import END
from clew.instrument.openai_usage import usage_in

if TYPE_CHECKING:
    from clew.model.usage import Usage

_GROWING = frozenset({"content", "refusal", "reasoning_content", "reasoning"})
"""Strings of a delta that add to what was said before."""


class CompletionAssembly:
    """A chat completion that grows event by event."""

    complete: bool
    """Whether the stream was read to its end and the model had stopped by then."""
    error: dict[str, Any] | None
    """The provider's error event, if it sent one in the middle of the stream."""

    def __init__(self) -> None:
        self.complete = False
        self.error = None
        self._completion: dict[str, Any] | None = None
        self._choices: dict[int, dict[str, Any]] = {}

    def add(self, event: dict[str, Any]) -> Piece:
        """Take one event, and say what it adds."""
        if event is END:
            self.complete = bool(self._choices) and all(c["finish_reason"] for c in self._choices.values())
            return NOTHING
        if isinstance(event.get("error"), dict):
            self.error = event
            return NOTHING
        head = {name: value for name, value in event.items() if name != "choices" and value is not None}
        self._completion = {**(self._completion or {}), **head, "object": "chat.completion"}
        pieces = [self._grow(choice) for choice in event.get("choices") or ()]
        return Piece("".join(piece.text for piece in pieces), "".join(piece.reasoning for piece in pieces))

    def whole(self) -> dict[str, Any] | None:
        """The completion so far."""
        if self._completion is None:
            return None
        usage = {"usage": self._completion["usage"]} if "usage" in self._completion else {}
        head = {name: value for name, value in self._completion.items() if name != "usage"}
        return {**head, "choices": [self._choices[index] for index in sorted(self._choices)], **usage}

    def _grow(self, choice: dict[str, Any]) -> Piece:
        index, delta = choice["index"], choice.get("delta") or {}
        kept = self._choices.setdefault(index, {"index": index, "message": {}, "finish_reason": None})
        kept.update({name: value for name, value in choice.items() if name != "delta" and value is not None})
        message = kept["message"]
        for name, value in delta.items():
            if name == "tool_calls":
                _call(message.setdefault("tool_calls", []), value or [])
            elif name in _GROWING and isinstance(value, str):
                message[name] = (message.get(name) or "") + value
            elif value is not None or name not in message:
                message[name] = value
        words = (delta.get("content") or "") + (delta.get("refusal") or "")
        return Piece(words, delta.get("reasoning_content") or delta.get("reasoning") or "")


def completion_usage(completion: object) -> Usage | None:
    """The tokens of a completion as four disjoint counts, or ``None`` if it does not say."""
    return usage_in(completion, "prompt_tokens", "completion_tokens")


def finish_reason(completion: object) -> str | None:
    """Why the model stopped: the reason of the first choice."""
    choices = completion.get("choices") if isinstance(completion, dict) else None
    reason = choices[0].get("finish_reason") if choices and isinstance(choices[0], dict) else None
    return reason if isinstance(reason, str) else None


def _call(calls: list[dict[str, Any]], deltas: list[dict[str, Any]]) -> None:
    """Lay pieces of tool calls over what arrived of them; each names its call by an index."""
    for delta in deltas:
        index = delta.get("index", len(calls))
        while len(calls) <= index:
            calls.append({})
        call = calls[index]
        function = {**(call.get("function") or {})}
        for name, value in (delta.get("function") or {}).items():
            function[name] = function.get(name, "") + value if name == "arguments" else value
        call.update({name: value for name, value in delta.items() if name not in {"index", "function"}})
        call["function"] = function
