"""The streamed form of OpenAI's chat completions: a finished completion as server-sent events.

As with the other provider a stream is made from the finished answer, so that the two cannot differ. The habits of the
real one: the first piece brings the role, a tool call is named once and its arguments arrive as pieces of JSON text
under its index, the reason for the end comes in an empty delta of its own, the usage (only if asked for) in an event
without choices, and the last line is no JSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from clew.protocol.anthropic_stream import cut_up

if TYPE_CHECKING:
    from collections.abc import Iterator

Json: TypeAlias = dict[str, Any]

DONE = b"data: [DONE]\n\n"
"""The end of every stream."""
_PIECEMEAL = frozenset({"content", "refusal", "reasoning_content", "tool_calls"})
"""What of a message arrives in pieces; whatever else there is stands in the first delta."""


def events(completion: Json, *, usage: bool, whole: bool = True) -> Iterator[bytes]:
    """Stream a finished completion, server-sent events, one per item; or, unless it is `whole`, the beginning of one.

    `usage` says whether its usage was asked for.
    """
    frame = {
        **{name: value for name, value in completion.items() if name not in {"choices", "object", "usage"}},
        "object": "chat.completion.chunk",
        **({"usage": None} if usage else {}),
    }
    for choice in completion.get("choices") or ():
        place = choice.get("index", 0)
        for delta in _deltas(choice["message"]):
            yield event({**frame, "choices": [_choice(delta, index=place)]})
        if choice.get("finish_reason") is not None:
            yield event({**frame, "choices": [_choice({}, choice["finish_reason"], index=place)]})
    if usage and completion.get("usage") is not None:
        yield event({**frame, "choices": [], "usage": completion["usage"]})
    if whole:
        yield DONE


def event(data: Json) -> bytes:
    """Write one server-sent event."""
    return b"data: %s\n\n" % msgspec.json.encode(data)


def _choice(delta: Json, finish_reason: str | None = None, *, index: int) -> Json:
    return {"index": index, "delta": delta, "logprobs": None, "finish_reason": finish_reason}


def _opening(message: Json) -> Json:
    """The first delta; words that are still to come begin as nothing."""
    said: Json = {
        name: "" if message.get(name) else message.get(name) for name in ("content", "refusal") if name in message
    }
    rest = {name: value for name, value in message.items() if name not in _PIECEMEAL}
    return {"role": "assistant", **said, **rest}


def _deltas(message: Json) -> Iterator[Json]:
    yield _opening(message)
    for name in ("reasoning_content", "content", "refusal"):
        yield from ({name: piece} for piece in cut_up(message.get(name) or ""))
    for index, call in enumerate(message.get("tool_calls") or ()):
        named = {**call, "function": {**call["function"], "arguments": ""}}
        yield {"tool_calls": [{"index": index, **named}]}
        for piece in cut_up(call["function"]["arguments"]):
            yield {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}
