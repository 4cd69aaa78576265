"""The Messages API as pure functions: bodies, errors, and where a message is cut."""

from __future__ import annotations

import msgspec
import pytest

from clew.protocol import anthropic
from clew.protocol.scenario import Cut, Drop, Error, Message, Text, ToolUse, Usage
from clew.protocol.script import Asked

TALK = Message(content=(Text(text="Hello."),), usage=Usage(input_tokens=3, cache_read_input_tokens=7, output_tokens=2))


def test_a_message_has_the_body_of_the_api() -> None:
    """The JSON body of a message is, field for field, what the API sends."""
    assert anthropic.message_body(TALK, model="m", label="a1") == {
        "id": "msg_a1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [{"type": "text", "text": "Hello."}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "stop_details": None,
        "usage": {
            "input_tokens": 3,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 7,
            "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
            "output_tokens": 2,
            "service_tier": "standard",
        },
    }


def test_tool_calls_have_ids_of_their_own_and_set_the_stop_reason() -> None:
    """Two tool calls without ids get different ones, and the message stops for tools unless it says otherwise."""
    calls = Message(content=(ToolUse(name="a"), ToolUse(name="b"), ToolUse(name="c", id="toolu_mine")))
    body = anthropic.message_body(calls, model="m", label="a1")
    assert [block["id"] for block in body["content"]] == ["toolu_a1_0", "toolu_a1_1", "toolu_mine"]
    assert body["stop_reason"] == "tool_use"


def test_conditions_see_text_wherever_the_api_allows_it() -> None:
    """The system prompt and the last user message are read as strings, as blocks and inside results of tools."""
    results = [{"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": "21 °C"}]}]
    request = anthropic.read(
        {
            "model": "m",
            "max_tokens": 1,
            "system": [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}],
            "messages": [
                {"role": "user", "content": "weather?"},
                {"role": "assistant", "content": "…"},
                {"role": "user", "content": [*results, {"type": "text", "text": "and now?"}]},
            ],
        }
    )
    assert anthropic.asked(request) == Asked(model="m", system="Be brief.", last_user="21 °C\nand now?")
    assert anthropic.asked(request, "of the thread").system == "of the thread"


@pytest.mark.parametrize(
    ("status", "kind"), [(400, "invalid_request_error"), (429, "rate_limit_error"), (529, "overloaded_error")]
)
def test_an_error_is_named_after_its_status(status: int, kind: str) -> None:
    """An error without a type has the one that the API gives with its status, and says which request it answers."""
    reply = anthropic.reply(Error(status=status, message="No."), model="m", stream=True, label="a1")
    assert (reply.status, reply.streamed) == (status, False)
    assert msgspec.json.decode(reply.pieces[0]) == {
        "type": "error",
        "error": {"type": kind, "message": "No."},
        "request_id": "req_a1",
    }


def test_a_raw_error_is_sent_as_it_is() -> None:
    """A proxy's page keeps its bytes and its content type."""
    reply = anthropic.reply(Error(status=502, raw="<h1>Bad</h1>"), model="m", stream=False, label="a1")
    assert reply.pieces == (b"<h1>Bad</h1>",)
    assert ("content-type", "text/html") in reply.headers


def test_a_stream_is_cut_where_the_scenario_says() -> None:
    """`after_events` events arrive whole, `mid_event` adds half of the next, `error` ends in the API's own event."""

    def pieces(cut: Cut | None) -> tuple[bytes, ...]:
        answer = Message(content=TALK.content, cut=cut)
        return anthropic.reply(answer, model="m", stream=True, label="a1").pieces

    whole = pieces(None)
    assert pieces(Cut(after_events=3)) == whole[:3]
    half = pieces(Cut(after_events=3, mid_event=True))
    assert half[:3] == whole[:3]
    assert whole[3].startswith(half[3])
    assert len(half[3]) == len(whole[3]) // 2
    assert pieces(Cut(after_events=99, mid_event=True)) == whole
    assert b"event: error" in pieces(Cut(after_events=3, how="error"))[3]


def test_a_plain_body_is_cut_in_half() -> None:
    """A request that asked for no stream gets half a JSON body on a connection that then ends."""
    broken = anthropic.reply(Message(content=TALK.content, cut=Cut()), model="m", stream=False, label="a1")
    whole = anthropic.reply(TALK, model="m", stream=False, label="a1")
    assert whole.pieces[0].startswith(broken.pieces[0][:40])
    assert (broken.streamed, broken.ending) == (True, "close")


def test_a_dropped_connection_has_no_answer() -> None:
    """A drop is no HTTP at all."""
    reply = anthropic.reply(Drop(how="reset"), model="m", stream=False, label="a1")
    assert (reply.status, reply.pieces, reply.ending) == (None, (), "reset")
