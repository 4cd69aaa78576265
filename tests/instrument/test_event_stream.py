"""Streams in Amazon's framing."""

from __future__ import annotations

import json

import pytest

from clew.instrument.event_stream import AmazonDecoder
from tests.instrument.clouds import chunk, frame


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_events_are_found_however_the_network_cut_them(size: int) -> None:
    """Pieces of any size give the same events; a message that is not there yet is waited for."""
    data = chunk(b'{"type": "ping"}') + chunk(b'{"type": "message_stop"}') + chunk(b"never")[:-3]
    decoder = AmazonDecoder()
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    events = [json.loads(event.data)["type"] for piece in pieces for event in decoder.feed(piece)]
    assert events == ["ping", "message_stop"]


def test_an_exception_becomes_the_error_event_of_the_provider() -> None:
    """A message that tells of an exception or an error says what kind it is and why."""
    told = frame(b'{"message": "Too many tokens"}', message_type="exception", exception_type="throttlingException")
    lost = frame(b"", message_type="error", error_code="InternalError", error_message="lost")
    events = [json.loads(event.data) for event in AmazonDecoder().feed(told + lost)]
    assert [event["error"] for event in events] == [
        {"type": "throttlingException", "message": "Too many tokens"},
        {"type": "InternalError", "message": "lost"},
    ]


def test_messages_of_other_kinds_are_passed_over() -> None:
    """One without an event in it says nothing; one that cannot be says nothing and is not waited for."""
    numbered = b"\x03:at\x08" + bytes(8) + b"\x02:n\x04" + bytes(4)
    message = (16 + len(numbered) + 2).to_bytes(4) + len(numbered).to_bytes(4) + bytes(4) + numbered + b"{}" + bytes(4)
    assert list(AmazonDecoder().feed(message)) == []
    assert list(AmazonDecoder().feed(bytes(40))) == []
