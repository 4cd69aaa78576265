"""Stream events add up to the message that they stand for."""

from __future__ import annotations

from typing import Any

from clew.instrument.assembly import MessageAssembly, usage_of
from clew.model.usage import Usage


def _start(**usage: int) -> dict[str, Any]:
    message: dict[str, Any] = {
        "id": "m",
        "type": "message",
        "role": "assistant",
        "model": "x",
        "content": [],
        "stop_reason": None,
    }
    return {"type": "message_start", "message": {**message, "usage": usage}}


def _block(index: int, block: dict[str, Any], *deltas: dict[str, Any]) -> list[dict[str, Any]]:
    start = {"type": "content_block_start", "index": index, "content_block": block}
    middle = [{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas]
    return [start, *middle, {"type": "content_block_stop", "index": index}]


def _add(events: list[dict[str, Any]]) -> MessageAssembly:
    assembly = MessageAssembly()
    for event in events:
        assembly.add(event)
    return assembly


def test_every_kind_of_block_grows() -> None:
    """Text, thinking, citations, tool input and blocks nobody knows yet end up as in an unstreamed answer."""
    message = _add(
        [
            _start(),
            *_block(
                0,
                {"type": "thinking", "thinking": ""},
                {"type": "thinking_delta", "thinking": "hm"},
                {"type": "thinking_delta", "thinking": "m"},
                {"type": "signature_delta", "signature": "s"},
            ),
            *_block(
                1,
                {"type": "text", "text": ""},
                {"type": "text_delta", "text": "Hel"},
                {"type": "text_delta", "text": "lo"},
                {"type": "citations_delta", "citation": {"cited_text": "x"}},
            ),
            *_block(
                2,
                {"type": "tool_use", "id": "t", "name": "memory", "input": {}},
                {"type": "input_json_delta", "partial_json": ""},
                {"type": "input_json_delta", "partial_json": '{"path": "/m'},
                {"type": "input_json_delta", "partial_json": 'emories"}'},
            ),
            *_block(3, {"type": "new"}, {"type": "new_delta", "field": 1}),
        ]
    ).whole()
    assert message is not None
    assert message["content"] == [
        {"type": "thinking", "thinking": "hmm", "signature": "s"},
        {"type": "text", "text": "Hello", "citations": [{"cited_text": "x"}]},
        {"type": "tool_use", "id": "t", "name": "memory", "input": {"path": "/memories"}},
        {"type": "new", "field": 1},
    ]


def test_the_last_usage_wins_and_nothing_is_summed() -> None:
    """Counts of `message_delta` are cumulative and replace; those it leaves out keep their value."""
    assembly = _add(
        [
            _start(input_tokens=9, cache_read_input_tokens=100, output_tokens=1),
            {"type": "message_delta", "delta": {"stop_reason": None}, "usage": {"output_tokens": 4}},
            {
                "type": "message_delta",
                "delta": {"stop_reason": "end_turn"},
                "usage": {"output_tokens": 7, "input_tokens": None, "output_tokens_details": {"thinking_tokens": 2}},
            },
        ]
    )
    assert usage_of(assembly.whole()) == Usage(
        input_tokens=9, cache_read_tokens=100, output_tokens=7, reasoning_tokens=2
    )
    assert assembly.whole() is not None
    assert (assembly.whole() or {})["stop_reason"] == "end_turn"


def test_half_a_tool_input_is_kept_as_it_arrived() -> None:
    """A stream that breaks inside a tool's input keeps the text so far: it is neither lost nor made up."""
    half = {"type": "input_json_delta", "partial_json": '{"a'}
    assembly = _add([_start(), *_block(0, {"type": "tool_use", "input": {}}, half)[:2]])
    assert assembly.whole() == {**_start()["message"], "content": [{"type": "tool_use", "input": '{"a'}]}
    assert not assembly.complete


def test_a_message_without_usage_has_none() -> None:
    """Unknown is unknown and never zero."""
    assert usage_of({"content": []}) is None
    assert usage_of("text") is None
    assert usage_of({"usage": {"input_tokens": None, "output_tokens": True}}) == Usage()
