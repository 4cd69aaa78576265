"""Events out of bytes, however the bytes were cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from clew.instrument.sse import EventDecoder, ServerSentEvent

CRLF = b'event: a\r\ndata: {"x": 1}\r\n\r\n: a comment\n\n'
STREAM = CRLF + "data: eins\ndata: zwö\n\rid: 7\revent: ping\rdata\r\rdata: lost".encode()
EVENTS = [ServerSentEvent("a", '{"x": 1}'), ServerSentEvent("message", "eins\nzwö"), ServerSentEvent("ping", "")]


def _decode(pieces: list[bytes]) -> list[ServerSentEvent]:
    decoder = EventDecoder()
    return [event for piece in pieces for event in decoder.feed(piece)]


def test_events_come_out_whole() -> None:
    """All line ends, comments, several data lines and empty data are read; what no blank line ended is no event."""
    assert _decode([STREAM]) == EVENTS


def test_no_border_between_pieces_matters() -> None:
    """Cut at any one place, or at every place, a stream gives the same events."""
    for cut in range(len(STREAM)):
        assert _decode([STREAM[:cut], STREAM[cut:]]) == EVENTS
    assert _decode([bytes([byte]) for byte in STREAM]) == EVENTS


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_bytes_that_are_no_events_hurt_nobody(pieces: list[bytes]) -> None:
    """Whatever a server sends, the decoder goes on, and cutting it otherwise changes nothing."""
    assert _decode(pieces) == _decode([b"".join(pieces)])
