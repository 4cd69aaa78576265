"""The streamed form of OpenAI's Responses API: a finished response as server-sent events.

As with the other APIs a stream is made from the finished answer, so that the two cannot differ. The habits of the real
one: every event has a number, an item is announced empty, grows by deltas and is told whole when it is done, each of
its parts as well; the first event holds the response as it begins, the last one, named by how it ended, the whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from clew.protocol.anthropic_stream import cut_up, event

if TYPE_CHECKING:
    from collections.abc import Iterator

Json: TypeAlias = dict[str, Any]

ENDINGS = {"incomplete": "response.incomplete", "failed": "response.failed"}
"""The last event by the status of the response; of every other status it is ``response.completed``."""
_PARTS: dict[str, tuple[str, str]] = {
    "output_text": ("response.output_text", "text"),
    "refusal": ("response.refusal", "refusal"),
    "reasoning_text": ("response.reasoning_text", "text"),
}
"""Parts of an item's content: how their events begin, and which string grows."""
_STRINGS: dict[str, tuple[str, str]] = {
    "function_call": ("response.function_call_arguments", "arguments"),
    "mcp_call": ("response.mcp_call_arguments", "arguments"),
    "custom_tool_call": ("response.custom_tool_call_input", "input"),
}
"""Items that grow by one string of their own."""


def events(response: Json, *, whole: bool = True) -> Iterator[bytes]:
    """Stream a finished response, server-sent events, one per item; or, unless it is `whole`, the beginning of one."""
    for number, told in enumerate(_events(response, whole=whole)):
        yield event({"type": told["type"], "sequence_number": number, **told})


def error_event(body: Json) -> bytes:
    """Write the event of an error; its body is that of an HTTP error, or the event as it was sent."""
    if "type" in body:
        return event(body)
    told = {name: body["error"].get(name) for name in ("code", "message", "param")}
    return event({"type": "error", "sequence_number": 0, **told})


def _events(response: Json, *, whole: bool) -> Iterator[Json]:
    begun = {**response, "status": "in_progress", "incomplete_details": None, "output": [], "usage": None}
    opening = begun if whole else {**response, "output": []}
    yield {"type": "response.created", "response": opening}
    yield {"type": "response.in_progress", "response": opening}
    items = response.get("output") or []
    for place, item in enumerate(items):
        done = whole or place < len(items) - 1 or item.get("status") == "completed"
        told = [{**one, "output_index": place} for one in _item(item)]
        yield from told if done else _begun(told)
    if whole:
        yield {"type": ENDINGS.get(response.get("status") or "", "response.completed"), "response": response}


def _begun(told: list[Json]) -> list[Json]:
    """The events of an item that broke off: it was not told that anything is done after the last words."""
    while told[-1]["type"].endswith(".done"):
        told.pop()
    return told


def _item(item: Json) -> Iterator[Json]:
    """The events of an item."""
    held = {"item_id": item.get("id") or ""}
    prefix, name = _STRINGS.get(item["type"], ("", ""))
    yield {"type": "response.output_item.added", "item": _empty(item, name)}
    for place, part in enumerate(item.get("summary") or ()):
        yield from _summary(part, {**held, "summary_index": place})
    for place, part in enumerate(item.get("content") or ()):
        yield from _part(part, {**held, "content_index": place})
    if name:
        yield from _growth(prefix, name, item.get(name) or "", held)
    yield {"type": "response.output_item.done", "item": item}


def _empty(item: Json, name: str) -> Json:
    """An item as it begins; `name` is the string of its own that grows, if there is one."""
    lists: Json = {field: [] for field in ("content", "summary") if isinstance(item.get(field), list)}
    status: Json = {"status": "in_progress"} if "status" in item else {}
    return {**item, **lists, **status, **({name: ""} if name else {})}


def _part(part: Json, held: Json) -> Iterator[Json]:
    """The events of a part of an item's content."""
    prefix, name = _PARTS.get(part["type"], ("", ""))
    more: Json = {"logprobs": []} if part["type"] == "output_text" else {}
    yield {"type": "response.content_part.added", **held, "part": {**part, **({name: ""} if name else {})}}
    if name:
        yield from _growth(prefix, name, part[name], {**held, **more})
    yield {"type": "response.content_part.done", **held, "part": part}


def _summary(part: Json, held: Json) -> Iterator[Json]:
    """The events of a part of what the model thought."""
    yield {"type": "response.reasoning_summary_part.added", **held, "part": {**part, "text": ""}}
    yield from _growth("response.reasoning_summary_text", "text", part["text"], held)
    yield {"type": "response.reasoning_summary_part.done", **held, "part": part}


def _growth(prefix: str, name: str, text: str, held: Json) -> Iterator[Json]:
    """A string that arrives in pieces, and then whole."""
    yield from ({"type": f"{prefix}.delta", **held, "delta": piece} for piece in cut_up(text))
    yield {"type": f"{prefix}.done", **held, name: text}
