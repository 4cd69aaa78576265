"""The stream events of OpenAI's Responses API, put together to the response they stand for, and what a response says.

The events are taken as plain JSON, so that a field this release has never heard of ends up in the answer like every
other. An item is announced, grows, and is told whole once it is done; the last event tells the whole response. What a
response says of itself counts: one that failed does so in a body of its own, whatever the status of HTTP.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clew.instrument.assembly import NOTHING, Piece
from clew.instrument.openai_usage import usage_in

if TYPE_CHECKING:
    from clew.model.usage import Usage

_ENDS = frozenset({"response.completed", "response.incomplete", "response.failed"})
"""Events after which nothing comes."""
_ITEMS = frozenset({"response.output_item.added", "response.output_item.done"})
"""Events that bring an item of the output."""
_PARTS = {
    "response.content_part.added": "content",
    "response.content_part.done": "content",
    "response.reasoning_summary_part.added": "summary",
    "response.reasoning_summary_part.done": "summary",
}
"""Events that bring a part of an item, and the list that it belongs to."""
_GROWING = {
    "response.output_text.delta": ("content", "text"),
    "response.refusal.delta": ("content", "refusal"),
    "response.reasoning_text.delta": ("content", "text"),
    "response.reasoning_summary_text.delta": ("summary", "text"),
    "response.function_call_arguments.delta": ("", "arguments"),
    "response.mcp_call_arguments.delta": ("", "arguments"),
    "response.custom_tool_call_input.delta": ("", "input"),
    "response.code_interpreter_call_code.delta": ("", "code"),
}
"""Events that add to a string: the list in which its part stands, if it is in one, and what the string is called."""
_SAID = frozenset({"response.output_text.delta", "response.refusal.delta"})
_THOUGHT = frozenset({"response.reasoning_text.delta", "response.reasoning_summary_text.delta"})


class ResponseAssembly:
    """A response that grows event by event."""

    complete: bool
    """Whether the provider said that this is all."""
    error: dict[str, Any] | None
    """The provider's error event, if it sent one in the middle of the stream."""

    def __init__(self) -> None:
        self.complete = False
        self.error = None
        self._response: dict[str, Any] | None = None

    def add(self, event: dict[str, Any]) -> Piece:
        """Take one event, and say what it adds."""
        kind, response = event.get("type"), event.get("response")
        if kind == "error" or isinstance(event.get("error"), dict):
            self.error = event
        elif isinstance(response, dict):
            output = response.get("output") or (self._response or {}).get("output") or []
            self._response = {**(self._response or {}), **response, "output": output}
            self.complete = kind in _ENDS
        elif self._response is not None:
            return self._grow(self._response["output"], str(kind), event)
        return NOTHING

    def whole(self) -> dict[str, Any] | None:
        """The response so far."""
        return self._response

    def _grow(self, output: list[dict[str, Any]], kind: str, event: dict[str, Any]) -> Piece:
        if kind in _ITEMS:
            _put(output, event["output_index"], event["item"])
        elif kind in _PARTS:
            field = _PARTS[kind]
            _put(_parts(output, field, event), event[f"{field}_index"], event["part"])
        elif kind in _GROWING:
            field, name = _GROWING[kind]
            parts = _parts(output, field, event) if field else output
            grown = _at(parts, event[f"{field}_index" if field else "output_index"])
            grown[name] = (grown.get(name) or "") + event["delta"]
            return Piece(event["delta"] if kind in _SAID else "", event["delta"] if kind in _THOUGHT else "")
        return NOTHING


def response_usage(response: object) -> Usage | None:
    """The tokens of a response as four disjoint counts, or ``None`` if it does not say."""
    return usage_in(response, "input_tokens", "output_tokens")


def response_end(response: object) -> str | None:
    """How a response ended: why it is incomplete if it is, else its status."""
    status = response.get("status") if isinstance(response, dict) else None
    details = response.get("incomplete_details") if isinstance(response, dict) else None
    reason = details.get("reason") if isinstance(details, dict) else None
    return reason if isinstance(reason, str) else status if isinstance(status, str) else None


def response_refused(response: object) -> dict[str, Any] | None:
    """The error of a response that says itself that it failed, as the body of an error."""
    failed = isinstance(response, dict) and response.get("status") == "failed"
    if not failed or not isinstance(response, dict):
        return None
    error = response.get("error")
    return {"error": error if isinstance(error, dict) else {"code": "server_error"}}


def _parts(output: list[dict[str, Any]], field: str, event: dict[str, Any]) -> list[dict[str, Any]]:
    """A list of the item that an event is about."""
    item = _at(output, event["output_index"])
    if not isinstance(item.get(field), list):
        item[field] = []
    parts: list[dict[str, Any]] = item[field]
    return parts


def _at(items: list[dict[str, Any]], place: int) -> dict[str, Any]:
    """What stands at a place, also if it was not announced."""
    while len(items) <= place:
        items.append({})
    return items[place]


def _put(items: list[dict[str, Any]], place: int, value: dict[str, Any]) -> None:
    _at(items, place)
    items[place] = value
