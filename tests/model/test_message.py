"""What a model said, whichever provider shaped it."""

from __future__ import annotations

from typing import Any

import pytest

from clew.model.message import reasoning_in, stop_reason_in, text_in
from clew.model.payload import Payload

ANTHROPIC = {
    "content": [
        {"type": "thinking", "thinking": "hm"},
        {"type": "text", "text": "a"},
        {"type": "tool_use"},
        {"type": "text", "text": "b"},
    ],
    "stop_reason": "tool_use",
}
CHAT = {"choices": [{"message": {"content": "a"}, "finish_reason": "stop"}]}
RESPONSES = {"output": [{"type": "message", "content": [{"type": "output_text", "text": "a"}]}, {"type": "reasoning"}]}
THOUGHT = {
    "object": "response",
    "status": "incomplete",
    "incomplete_details": {"reason": "max_output_tokens"},
    "output": [
        {"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}]},
        {"type": "reasoning", "summary": [], "content": [{"type": "reasoning_text", "text": "so"}]},
        {"type": "message", "content": [{"type": "output_text", "text": "a"}]},
    ],
}


@pytest.mark.parametrize(
    ("value", "text", "reasoning", "stop"),
    [
        (ANTHROPIC, "a\nb", "hm", "tool_use"),
        (CHAT, "a", "", "stop"),
        (RESPONSES, "a", "", None),
        (THOUGHT, "a", "so\nhm", "max_output_tokens"),
        ({"object": "response", "status": "completed"}, "", "", "completed"),
        ("plain", "plain", "", None),
        ({"content": "plain"}, "plain", "", None),
    ],
)
def test_the_answer_is_found(value: object, text: str, reasoning: str, stop: str | None) -> None:
    """Text, reasoning and stop reason of every known shape."""
    payload = Payload.of(value)
    assert (text_in(payload), reasoning_in(payload), stop_reason_in(payload)) == (text, reasoning, stop)


@pytest.mark.parametrize(
    "value",
    [None, 1, [], {}, {"content": None}, {"content": [1, None, {"type": "text", "text": 5}]}, {"choices": 3},
     {"choices": [None]}, {"choices": [{"message": []}]}, {"output": [None, {"content": 1}]}, {"$": "hole", "size": 3}],
)  # fmt: skip
def test_what_has_no_known_shape_says_nothing(value: Any) -> None:  # noqa: ANN401 - any JSON value
    """Odd values, and holes of a damaged record, are no error."""
    payload = Payload.of(value)
    assert (text_in(payload), reasoning_in(payload), stop_reason_in(payload)) == ("", "", None)
    assert (text_in(None), reasoning_in(None), stop_reason_in(None)) == ("", "", None)
