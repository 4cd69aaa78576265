"""What follows from the nodes themselves: first attempt, retries, and the answer that counts."""

from __future__ import annotations

import pytest

from clew.model.payload import Payload
from clew.model.session import Attempt, Response, Turn


def test_the_first_attempt_is_the_request_and_the_others_are_retries() -> None:
    """`llm_request`, `llm_retries` and `llm_response` of seed 004."""
    attempts = (
        Attempt(number=0, status="failed"),
        Attempt(number=1, status="ok", verdict="rejected", response=Response(payload=Payload.of("no"))),
        Attempt(number=2, status="ok", verdict="accepted", response=Response(payload=Payload.of("yes"))),
    )
    turn = Turn(index=1, attempts=attempts)
    assert turn.llm_request is attempts[0]
    assert turn.llm_retries == attempts[1:]
    assert turn.llm_response is attempts[2].response


def test_a_turn_without_an_accepted_answer_has_no_response() -> None:
    """A rejected or failed answer is not taken for one."""
    assert Turn(index=1).llm_request is None
    assert Turn(index=1).llm_response is None
    assert Turn(index=1, attempts=(Attempt(number=0, response=Response(), verdict="rejected"),)).llm_response is None


def test_what_was_streamed_or_declared_goes_before_the_payload() -> None:
    """Text as it arrived, and the stop reason as it was told."""
    payload = Payload.of({"content": [{"type": "text", "text": "whole"}], "stop_reason": "end_turn"})
    assert (Response(payload=payload).text, Response(payload=payload).stop_reason) == ("whole", "end_turn")
    told = Response(payload=payload, streamed_text="pieces", declared_stop_reason="length")
    assert (told.text, told.stop_reason, told.reasoning) == ("pieces", "length", "")


def test_nodes_are_frozen() -> None:
    """What was recorded cannot be changed by who reads it."""
    with pytest.raises(AttributeError):
        Turn(index=1).index = 2  # type: ignore[misc]  # that is the point
