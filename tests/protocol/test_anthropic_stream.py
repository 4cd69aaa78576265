"""The stream: a finished message as events that a reader can put together again."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from clew.protocol.anthropic import message_body
from clew.protocol.anthropic_stream import MOST_PIECES, events
from clew.protocol.scenario import Block, Message, Text, Thinking, ToolUse, Usage

WORDS = st.text(st.characters(codec="utf-8"), max_size=200)
BLOCKS: st.SearchStrategy[Block] = st.one_of(
    st.builds(Text, text=WORDS),
    st.builds(Thinking, thinking=WORDS, signature=WORDS),
    st.builds(ToolUse, name=st.just("tool"), input=st.dictionaries(WORDS, WORDS | st.integers(-9, 9) | st.none())),
)


def _parsed(message: dict[str, Any]) -> list[dict[str, Any]]:
    return [msgspec.json.decode(event.split(b"\ndata: ", 1)[1]) for event in events(message)]


def _assembled(message: dict[str, Any]) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = []
    for event in _parsed(message):
        if event["type"] == "content_block_start":
            blocks.append({**event["content_block"], "json": ""})
        if event["type"] == "content_block_delta":
            _add(blocks[event["index"]], event["delta"])
    for block in blocks:
        arguments = block.pop("json")
        if block["type"] == "tool_use":
            block["input"] = msgspec.json.decode(arguments)
    return blocks


def _add(block: dict[str, Any], delta: dict[str, Any]) -> None:
    match delta:
        case {"type": "input_json_delta", "partial_json": piece}:
            block["json"] += piece
        case {"text": piece}:
            block["text"] += piece
        case {"thinking": piece}:
            block["thinking"] += piece
        case {"signature": signature}:
            block["signature"] = signature


@given(st.lists(BLOCKS, max_size=4))
def test_a_stream_adds_up_to_the_message(blocks: list[Block]) -> None:
    """Whatever the blocks hold, the pieces of a stream put together are the content of the plain answer."""
    message = message_body(Message(content=tuple(blocks)), model="m", label="a1")
    assert _assembled(message) == message["content"]


def test_the_order_of_events_is_that_of_the_api() -> None:
    """A stream opens with the message and a ping, brackets every block, and closes with the stop reason."""
    message = message_body(Message(content=(Text(text="Hi."), ToolUse(name="t"))), model="m", label="a1")
    block = ["content_block_start", "content_block_delta", "content_block_stop"]
    tool = ["content_block_start", "content_block_delta", "content_block_delta", "content_block_stop"]
    kinds = [event["type"] for event in _parsed(message)]
    assert kinds == ["message_start", "ping", *block, *tool, "message_delta", "message_stop"]
    assert all(event.startswith(b"event: ") and event.endswith(b"\n\n") for event in events(message))


def test_usage_is_a_placeholder_first_and_cumulative_last() -> None:
    """The output of `message_start` is a placeholder, and `message_delta` repeats all counts with the true one."""
    usage = Usage(input_tokens=3, cache_creation_input_tokens=5, cache_read_input_tokens=7, output_tokens=11)
    opening, *_, closing, _ = _parsed(message_body(Message(usage=usage), model="m", label="a1"))
    assert opening["message"]["usage"]["output_tokens"] == 1
    assert opening["message"]["stop_reason"] is None
    assert closing["usage"] == {
        "input_tokens": 3,
        "cache_creation_input_tokens": 5,
        "cache_read_input_tokens": 7,
        "output_tokens": 11,
    }


def test_a_long_text_does_not_make_an_endless_stream() -> None:
    """A text of 200 kB arrives in a bounded number of pieces."""
    message = message_body(Message(content=(Text(text="x" * 200_000),)), model="m", label="a1")
    deltas = [event for event in _parsed(message) if event["type"] == "content_block_delta"]
    assert len(deltas) <= MOST_PIECES
