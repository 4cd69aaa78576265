"""What becomes of exchanges that go wrong, and of a recorder that does."""

from __future__ import annotations

import gzip
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any, Literal

import anthropic
import pytest

import clew
from clew.instrument.anthropic import record
from clew.protocol.scenario import Cut, Drop, Error, Message, Text
from clew.record.attempt import AttemptRecorder
from tests.instrument.provider import (
    BUSY,
    HELLO,
    KEY,
    REQUEST,
    RICH,
    USAGE,
    attempts_of,
    client_of,
    serve,
    stream,
    value_of,
)

if TYPE_CHECKING:
    from clew.record.session import SessionRecorder


def _ask(client: anthropic.Anthropic) -> object:
    return client.messages.create(**REQUEST)


@pytest.mark.parametrize(
    ("answer", "raised", "slug"),
    [
        (Error(status=401), anthropic.AuthenticationError, "llm.auth_error"),
        (Error(status=403), anthropic.PermissionDeniedError, "llm.auth_error"),
        (Error(status=400, message="bad"), anthropic.BadRequestError, "llm.invalid_request"),
        (Error(status=400, message="prompt is too long: 9 > 8"), anthropic.BadRequestError, "context.exceeded"),
        (Error(status=529), anthropic.InternalServerError, "llm.overloaded"),
        (Error(status=502, raw="<html>Bad Gateway</html>"), anthropic.InternalServerError, "llm.overloaded"),
    ],
)
@pytest.mark.parametrize("streaming", [False, True])
def test_a_refusal_is_kept_whole(
    session: SessionRecorder,
    answer: Error,
    raised: type[Exception],
    slug: str,
    *,
    streaming: bool,
) -> None:
    """The SDK raises what it always raised; the attempt holds status, slug and the body, as JSON or as text."""
    with serve(answer) as server, session.turn():
        client = client_of(server, retries=0)
        ask = stream if streaming else _ask
        with pytest.raises(raised):
            ask(client)
    (attempt,) = attempts_of(session)
    assert (attempt.status, attempt.slugs, attempt.http_status) == ("failed", (slug,), answer.status)
    assert attempt.verdict is None
    assert attempt.response is not None
    body = value_of(attempt.response.payload)
    assert body == answer.raw if answer.raw else body["error"]["message"] == answer.message


def test_the_body_of_a_refused_stream_survives_its_retry(session: SessionRecorder) -> None:
    """The SDK throws the body of an error away before it tries again; the record has it all the same."""
    with serve(BUSY, HELLO) as server, session.turn():
        stream(client_of(server))
    first, second = attempts_of(session)
    assert first.slugs == ("llm.rate_limited",)
    assert first.response is not None
    assert value_of(first.response.payload)["error"]["type"] == "rate_limit_error"
    assert (first.backoff_ms or 0) >= 10
    assert second.verdict == "accepted"


@pytest.mark.parametrize("how", ["close", "reset"])
def test_a_broken_stream_keeps_what_arrived(session: SessionRecorder, how: Literal["close", "reset"]) -> None:
    """The text that arrived, the partial message and its input tokens stay; the attempt says that the stream broke."""
    cut = Cut(after_events=4, mid_event=True, how=how)
    broken = Message(content=(Text("one two three"),), usage=USAGE, cut=cut)
    with serve(broken) as server, session.turn(), pytest.raises(Exception):  # noqa: B017, PT011 - whichever the SDK raises
        stream(client_of(server))
    (attempt,) = attempts_of(session)
    assert (attempt.status, attempt.slugs, attempt.verdict) == ("failed", ("llm.stream_broken",), None)
    assert attempt.response is not None
    assert attempt.response.partial
    assert "one two three".startswith(attempt.response.text)
    assert attempt.response.text == attempt.response.streamed_text != ""
    assert attempt.response.usage is not None
    assert attempt.response.usage.cache_read_tokens == USAGE.cache_read_input_tokens


def test_an_error_event_says_more_than_that_the_stream_broke(session: SessionRecorder) -> None:
    """A provider that gives up in the middle and says why is quoted with why."""
    broken = Message(content=(Text("one two three"),), cut=Cut(after_events=4, how="error"))
    with serve(broken) as server, session.turn(), pytest.raises(anthropic.APIStatusError):
        stream(client_of(server))
    (attempt,) = attempts_of(session)
    assert (attempt.status, attempt.slugs) == ("failed", ("llm.overloaded",))
    assert attempt.response is not None
    assert attempt.response.partial


def test_a_host_that_stops_reading_is_not_a_failure_of_the_provider(
    session: SessionRecorder,
) -> None:
    """An answer that is left early is marked cancelled, with what had arrived."""
    with serve(Message(content=(Text("one two three four five"),))) as server, session.turn():
        answer = client_of(server).messages.create(**REQUEST, stream=True)
        assert {next(answer).type for _ in range(3)} >= {"message_start", "content_block_delta"}
        answer.close()
    (attempt,) = attempts_of(session)
    assert (attempt.status, attempt.slugs) == ("cancelled", ("llm.cancelled",))
    assert attempt.response is not None
    assert attempt.response.partial


def test_a_slow_server_and_one_that_hangs_up_are_told_apart(session: SessionRecorder) -> None:
    """A timeout is a timeout, a lost connection is an unreachable provider, and both were really tried."""
    with serve(Message(delay=60), Drop(), Drop(how="reset")) as server, session.turn():
        client = client_of(server, retries=0)
        with pytest.raises(anthropic.APITimeoutError):
            client.messages.create(**REQUEST, timeout=0.05)
        for _ in range(2):
            with pytest.raises(anthropic.APIConnectionError):
                client.messages.create(**REQUEST)
    attempts = attempts_of(session)
    assert [attempt.status for attempt in attempts] == ["timeout", "failed", "failed"]
    assert [attempt.slugs for attempt in attempts] == [("llm.timeout",), ("llm.unreachable",), ("llm.unreachable",)]
    assert all(attempt.response is None for attempt in attempts)


def test_an_unread_answer_is_said_to_be_unread(session: SessionRecorder) -> None:
    """A host that opens an answer and never reads it gets an attempt that ends, and says so."""
    with (
        serve(HELLO) as server,
        session.turn(),
        client_of(server).messages.with_streaming_response.create(**REQUEST),
    ):
        pass
    (attempt,) = attempts_of(session)
    assert (attempt.status, attempt.slugs) == ("cancelled", ("llm.cancelled",))


def test_a_recorder_that_fails_costs_the_host_nothing(
    session: SessionRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Should the recorder raise at every turn, answers, streams and errors reach the host as without it."""

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    for name in ("chunk", "respond", "fail", "end", "backoff"):
        monkeypatch.setattr(AttemptRecorder, name, fail)
    with serve(BUSY, HELLO, RICH, Error(status=400)) as server, session.turn():
        client = client_of(server)
        assert client.messages.create(**REQUEST).content[0].type == "text"
        assert stream(client).stop_reason == "tool_use"
        monkeypatch.setattr(AttemptRecorder, "start", fail)
        with pytest.raises(anthropic.BadRequestError):
            client.messages.create(**REQUEST)


class _Zipping(BaseHTTPRequestHandler):
    """Answers every request with the same compressed stream, a few bytes at a time."""

    events: bytes

    def do_POST(self) -> None:
        """Answer."""
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-type", "text/event-stream; charset=utf-8")
        self.send_header("content-encoding", "gzip")
        self.end_headers()
        packed = gzip.compress(self.events)
        for place in range(0, len(packed), 7):
            self.wfile.write(packed[place : place + 7])

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def test_a_compressed_stream_is_recorded_like_any_other(session: SessionRecorder) -> None:
    """The SDK asks for compression, and proxies grant it: the record reads what the SDK reads."""
    start = {"id": "m", "type": "message", "role": "assistant", "model": "m-1", "content": [], "usage": {}}
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": start},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "zipped"}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 5}},
        {"type": "message_stop"},
    ]
    _Zipping.events = b"".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in events)
    with HTTPServer(("127.0.0.1", 0), _Zipping) as server, session.turn():
        threading.Thread(target=server.handle_request, daemon=True).start()
        with record(anthropic.Anthropic(base_url=f"http://127.0.0.1:{server.server_port}", api_key=KEY)) as client:
            assert stream(client).stop_reason == "end_turn"
    (attempt,) = attempts_of(session)
    assert attempt.response is not None
    assert (attempt.response.streamed_text, attempt.response.text) == ("zipped", "zipped")
    assert attempt.response.usage == clew.Usage(output_tokens=5)
