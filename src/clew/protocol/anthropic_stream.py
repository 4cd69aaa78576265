"""The streamed form of Anthropic's Messages API: a finished message as server-sent events.

A stream is made from the finished message, so that a streamed and a plain answer cannot differ. It has those habits of
the real one that trip up readers: the usage of `message_start` holds a placeholder for the output, the usage of
`message_delta` is cumulative, a tool's arguments arrive as pieces of JSON text (the first one empty), and a `ping` may
stand anywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

Json: TypeAlias = dict[str, Any]

SHORTEST_PIECE = 24
MOST_PIECES = 64
_GROWING: Json = {"text": "", "thinking": "", "signature": "", "citations": [], "input": {}}
"""What of a block arrives in deltas, and what stands there before; a block of another kind arrives whole."""
_KINDS = frozenset({"text", "thinking", "tool_use", "server_tool_use", "mcp_tool_use"})
"""The kinds of block that arrive in deltas."""


def events(message: Json, *, whole: bool = True) -> Iterator[bytes]:
    """Stream a finished message, server-sent events, one per item; or, unless it is `whole`, the beginning of one."""
    yield event({"type": "message_start", "message": _opening(message, whole=whole)})
    yield event({"type": "ping"})
    blocks = message.get("content") or []
    for index, block in enumerate(blocks, 1):
        told = list(_block_events(index - 1, block))
        yield from map(event, told if whole or index < len(blocks) else told[:-1])
    if whole:
        yield event(_closing(message))
        yield event({"type": "message_stop"})


def event(data: Json) -> bytes:
    """Write one server-sent event, named by its own type."""
    return b"event: %s\ndata: %s\n\n" % (data["type"].encode(), msgspec.json.encode(data))


def _opening(message: Json, *, whole: bool) -> Json:
    usage = {**(message.get("usage") or {})}
    if whole and "output_tokens" in usage:
        usage["output_tokens"] = min(1, usage["output_tokens"])
        usage.pop("output_tokens_details", None)
    return {**message, "content": [], "stop_reason": None, "stop_sequence": None, "usage": usage}


def _closing(message: Json) -> Json:
    told_before = ("cache_creation", "service_tier")
    return {
        "type": "message_delta",
        "delta": {name: message.get(name) for name in ("stop_reason", "stop_sequence", "stop_details")},
        "usage": {name: count for name, count in (message.get("usage") or {}).items() if name not in told_before},
    }


def _block_events(index: int, block: Json) -> Iterator[Json]:
    yield {"type": "content_block_start", "index": index, "content_block": _empty(block)}
    for delta in _deltas(block):
        yield {"type": "content_block_delta", "index": index, "delta": delta}
    yield {"type": "content_block_stop", "index": index}


def _empty(block: Json) -> Json:
    if block["type"] not in _KINDS:
        return block
    return {name: _GROWING.get(name, value) if value is not None else None for name, value in block.items()}


def _deltas(block: Json) -> Iterator[Json]:
    match block["type"]:
        case "text":
            yield from ({"type": "text_delta", "text": piece} for piece in cut_up(block["text"]))
            yield from ({"type": "citations_delta", "citation": one} for one in block.get("citations") or ())
        case "thinking":
            yield from ({"type": "thinking_delta", "thinking": piece} for piece in cut_up(block["thinking"]))
            if block.get("signature"):
                yield {"type": "signature_delta", "signature": block["signature"]}
        case "tool_use" | "server_tool_use" | "mcp_tool_use":
            given = block["input"]
            arguments = given if isinstance(given, str) else msgspec.json.encode(given).decode()
            pieces = ("", *cut_up(arguments))
            yield from ({"type": "input_json_delta", "partial_json": piece} for piece in pieces)


def cut_up(text: str) -> list[str]:
    """Cut a text into pieces of equal length: short ones, but not more than a stream bears."""
    size = max(SHORTEST_PIECE, -(-len(text) // MOST_PIECES))
    return [text[start : start + size] for start in range(0, len(text), size)]
