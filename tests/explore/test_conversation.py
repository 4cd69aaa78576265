"""Conversations as conversations: who said what, called what, got what, in the words of either provider."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.explore.conversation import Conversation
from clew.explore.part import Part
from clew.model.payload import Payload

ANTHROPIC = {
    "model": "m",
    "system": [{"type": "text", "text": "Be kind."}],
    "messages": [
        {"role": "user", "content": "look"},
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "Where?", "signature": "s"},
                {"type": "tool_use", "id": "t1", "name": "search", "input": {"q": 1}},
            ],
        },
        {
            "role": "user",
            "content": [
                {
                    "type": "tool_result",
                    "tool_use_id": "t1",
                    "is_error": True,
                    "content": [{"type": "text", "text": "no"}],
                },
                {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}},
                {"type": "new_thing", "x": 1},
            ],
        },
    ],
}
CHAT = {
    "messages": [
        {"role": "developer", "content": "Be kind."},
        {
            "role": "user",
            "content": [{"type": "text", "text": "look"}, {"type": "image_url", "image_url": {"url": "u"}}],
        },
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "t1", "type": "function", "function": {"name": "search", "arguments": '{"q":1}'}}],
        },
        {"role": "tool", "tool_call_id": "t1", "content": "no"},
    ]
}
RESPONSES = {
    "instructions": "Be kind.",
    "input": [
        {"role": "user", "content": [{"type": "input_text", "text": "look"}]},
        {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Where?"}]},
        {"type": "function_call", "call_id": "t1", "name": "search", "arguments": '{"q":1}'},
        {"type": "function_call_output", "call_id": "t1", "output": "no"},
    ],
}


def told(value: object) -> list[tuple[str, str, str]]:
    """Role, kind and text of every block."""
    messages = Conversation(Payload(value)).messages()
    return [(message.role, block.kind, block.text) for message in messages for block in message.blocks]


def test_an_anthropic_request_is_understood() -> None:
    """System prompt, text, thinking, tool use, tool result, image; what is not known is kept."""
    assert told(ANTHROPIC) == [
        ("system", "text", "Be kind."),
        ("user", "text", "look"),
        ("assistant", "thinking", "Where?"),
        ("assistant", "tool_use", '{\n  "q": 1\n}'),
        ("user", "tool_result", "no"),
        ("user", "image", ""),
        ("user", "other", '{\n  "type": "new_thing",\n  "x": 1\n}'),
    ]
    blocks = Conversation(Payload(ANTHROPIC)).messages()[3].blocks
    assert (blocks[0].call_id, blocks[0].is_error, blocks[1].media_type) == ("t1", True, "image/png")


def test_a_chat_completion_is_understood() -> None:
    """Developer words, parts, calls beside the content, answers of tools, and what a model chose."""
    assert told(CHAT) == [
        ("developer", "text", "Be kind."),
        ("user", "text", "look"),
        ("user", "image", ""),
        ("assistant", "tool_use", '{"q":1}'),
        ("tool", "tool_result", "no"),
    ]
    answer = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "yes", "refusal": None}}]}
    assert told(answer) == [("assistant", "text", "yes")]


def test_an_openai_response_is_understood() -> None:
    """Instructions, items with a type in the place of a role, and the output of the model."""
    assert told(RESPONSES) == [
        ("system", "text", "Be kind."),
        ("user", "text", "look"),
        ("assistant", "thinking", "Where?"),
        ("assistant", "tool_use", '{"q":1}'),
        ("tool", "tool_result", "no"),
    ]
    output = [{"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "yes"}]}]
    assert told({"object": "response", "output": output}) == [("assistant", "text", "yes")]
    assert told({"object": "response", "instructions": "Be kind.", "output": output}) == [("assistant", "text", "yes")]
    assert told({"input": "look"}) == [("user", "text", "look")]
    assert told({"type": "message", "content": [{"type": "text", "text": "yes"}]}) == [("assistant", "text", "yes")]


def test_items_of_every_kind_have_a_speaker() -> None:
    """What a model asks of any tool is the model's, what comes back is the tool's; a refusal is said."""
    items = [
        {"type": "custom_tool_call", "call_id": "c1", "name": "sql", "input": "SELECT 1"},
        {"type": "custom_tool_call_output", "call_id": "c1", "output": "1"},
        {"type": "mcp_call", "id": "m1", "name": "find", "arguments": "{}"},
        {"type": "web_search_call", "id": "w1"},
        {"type": "reasoning", "summary": [], "content": [{"type": "reasoning_text", "text": "Where?"}]},
        {"type": "message", "role": "assistant", "content": [{"type": "refusal", "refusal": "no"}]},
    ]
    assert [(role, kind) for role, kind, _ in told({"input": items})] == [
        ("assistant", "tool_use"),
        ("tool", "tool_result"),
        ("assistant", "tool_use"),
        ("assistant", "other"),
        ("assistant", "thinking"),
        ("assistant", "text"),
    ]
    assert [text for _, _, text in told({"input": items})][-2:] == ["Where?", "no"]


@pytest.mark.parametrize("value", [ANTHROPIC, CHAT, RESPONSES])
def test_every_block_leads_to_its_place(value: dict[str, Any]) -> None:
    """The address of a block opens what it shows, whole."""
    part = Part("request", Payload(value))
    for message in part.messages():
        for block in message.blocks:
            there = part.at(block.at)
            assert there is not None
            if block.kind == "text":
                assert "\n".join(there.text_lines(0, 9)) == block.text


def test_a_range_of_messages_is_a_slice_of_all() -> None:
    """Pages of a conversation fit together."""
    conversation = Conversation(Payload(ANTHROPIC))
    whole = conversation.messages()
    assert [message.number for message in whole] == [0, 1, 2, 3]
    assert conversation.messages(1, 3) == whole[1:3]
    assert conversation.messages(0, 1) + conversation.messages(1, 4) == whole


junk: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.integers(0, 3) | st.sampled_from(["text", "tool_use", "message", "user", "x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["messages", "role", "content", "type", "text", "choices", "message", "tool_calls", "summary"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(value=junk)
def test_nonsense_is_shown_and_not_refused(value: object) -> None:
    """Whatever an agent sent as a request, looking at it as a conversation raises nothing."""
    conversation = Conversation(Payload(value))
    assert len(conversation.messages()) == len(conversation)
    conversation.new_since(Conversation(Payload(ANTHROPIC)))
