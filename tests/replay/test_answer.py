"""Promises of a replayed answer: what the record has of it, as the provider would say it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from clew.instrument.assembly import MessageAssembly
from clew.instrument.completion import CompletionAssembly
from clew.model.payload import Payload
from clew.model.session import Attempt, Response
from clew.record.replayed import HURRIED
from clew.replay.answer import reply_to
from clew.replay.dialect import ANTHROPIC, OPENAI

STREAM = {"stream": True, "stream_options": {"include_usage": True}}
MESSAGE: dict[str, Any] = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "m-1",
    "content": [
        {"type": "thinking", "thinking": "hmm", "signature": "c2ln"},
        {"type": "redacted_thinking", "data": "opaque"},
        {"type": "text", "text": "Look: — 好的", "citations": [{"type": "char_location", "cited_text": "x"}]},
        {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {"query": "tea"}},
        {"type": "web_search_tool_result", "tool_use_id": "s1", "content": []},
        {"type": "tool_use", "id": "t1", "name": "add", "input": {"left": 2}},
    ],
    "stop_reason": "tool_use",
    "stop_sequence": None,
    "usage": {"input_tokens": 3, "output_tokens": 20},
}
COMPLETION: dict[str, Any] = {
    "id": "c1",
    "object": "chat.completion",
    "created": 1,
    "model": "m-1",
    "service_tier": "default",
    "choices": [
        {"index": 0, "message": {"role": "assistant", "content": "one", "refusal": None}, "finish_reason": "stop"},
        {
            "index": 1,
            "message": {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"id": "t", "type": "function", "function": {"name": "add", "arguments": '{"a": 1}'}}],
            },
            "finish_reason": "tool_calls",
        },
    ],
    "usage": {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7},
}


def _attempt(body: object, *, partial: bool = False, **facts: Any) -> Attempt:  # noqa: ANN401 - fields of an attempt
    return Attempt(number=0, response=Response(payload=Payload(body), partial=partial), **{"status": "ok", **facts})


def _assembled(pieces: tuple[bytes, ...], assembly: MessageAssembly | CompletionAssembly) -> object:
    for piece in pieces:
        data = piece.partition(b"data: ")[2].strip()
        if data != b"[DONE]":
            assembly.add(msgspec.json.decode(data))
    return assembly.whole()


def test_a_stream_says_what_was_recorded() -> None:
    """Every kind of block, of either provider: put together again, it is the message of the record."""
    message = reply_to(_attempt(MESSAGE), STREAM, ANTHROPIC)
    assert _assembled(message.pieces, MessageAssembly()) == MESSAGE
    completion = reply_to(_attempt(COMPLETION), STREAM, OPENAI)
    assert _assembled(completion.pieces, CompletionAssembly()) == COMPLETION
    assert (message.ending, completion.ending) == ("whole", "whole")


@pytest.mark.parametrize(("error", "ending"), [("peer closed", "close"), ("ReadError: [Errno 104] reset", "reset")])
def test_a_stream_breaks_off_after_the_same_words(error: str, ending: str) -> None:
    """What had arrived arrives, arguments of a tool in the middle included, and the connection ends as it did."""
    begun = {**MESSAGE, "stop_reason": None, "content": [{**MESSAGE["content"][5], "input": '{"left": '}]}
    reply = reply_to(_attempt(begun, partial=True, status="failed", error=error), STREAM, ANTHROPIC)
    assert _assembled(reply.pieces, MessageAssembly()) == begun
    assert reply.ending == ending


def test_an_error_in_a_stream_comes_again() -> None:
    """As the event that the record has, or as its slug says."""
    event = {"type": "error", "error": {"type": "overloaded_error", "message": "busy"}}
    known = _attempt(None, partial=True, status="failed", attributes=Payload({"stream_error": event}))
    guessed = _attempt(None, partial=True, status="failed", slugs=("llm.overloaded",), error="overloaded_error: busy")
    for attempt in (known, guessed):
        reply = reply_to(attempt, STREAM, ANTHROPIC)
        assert _json(reply.pieces[-1]) == event
        assert reply.ending == "whole"


def test_a_refusal_has_its_headers() -> None:
    """An HTTP error with its body; SDKs need not wait, unless the time is replayed too."""
    headers = Payload({"headers": {"retry-after": "7"}})
    attempt = _attempt({"error": "slow down"}, status="failed", http_status=429, attributes=headers)
    quick, timed = reply_to(attempt, {}, OPENAI), reply_to(attempt, {}, OPENAI, timed=True)
    assert quick.status == timed.status == 429
    assert dict(quick.headers)["retry-after-ms"] == "1"
    assert msgspec.json.decode(dict(quick.headers)[HURRIED]) == {"retry-after": "7"}
    assert dict(timed.headers) == {"content-type": "application/json", "retry-after": "7"}


def test_silence_and_a_lost_connection_come_again() -> None:
    """A server that said nothing in time says nothing; one that was away hangs up."""
    assert reply_to(Attempt(number=0, status="timeout"), {}, ANTHROPIC).ending == "hold"
    assert reply_to(Attempt(number=0, status="failed", error="Connection error."), {}, ANTHROPIC).status is None


def test_time_can_be_replayed() -> None:
    """Until the first piece, and from there to the end."""
    facts: dict[str, Any] = {"started_at": 1000.0, "first_token_at": 1500.0, "ended_at": 2500.0}
    reply = reply_to(_attempt(MESSAGE, **facts), STREAM, ANTHROPIC, timed=True)
    assert reply.delay == 0.5
    assert reply.pace * (len(reply.pieces) - 1) == pytest.approx(1.0)


def _json(piece: bytes) -> Any:  # noqa: ANN401 - a JSON value
    return msgspec.json.decode(piece.partition(b"data: ")[2])
