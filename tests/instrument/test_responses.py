"""OpenAI's responses against a real server on loopback: what the record says of every exchange.

What has nothing to do with the endpoint (retries, clients, keys) is said in `test_openai.py`; only the tree is asked.
"""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import msgspec
import openai
import pydantic
import pytest

import clew
from clew.instrument.openai import record
from clew.instrument.responses import ResponseAssembly, response_end, response_refused, response_usage
from clew.protocol.loopback import Loopback
from clew.protocol.reply import Reply
from clew.protocol.responses_stream import events
from clew.protocol.scenario import Cut, Drop, Error, Message, Text
from tests.instrument.provider import BUSY, COUNTS, HELLO, KEY, RICH, attempts_of, serve, value_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clew.record.session import SessionRecorder

REQUEST: dict[str, Any] = {"model": "m-1", "instructions": "be kind", "input": "hëllo"}
STREAM: dict[str, Any] = {**REQUEST, "stream": True}
Connect = Any
"""Makes a recorded client of a server."""


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Recorded clients, closed when the test ends."""
    with ExitStack() as stack:

        def client(server: Loopback, *, retries: int = 0, **options: Any) -> openai.OpenAI:  # noqa: ANN401 - the SDK's
            made = openai.OpenAI(base_url=server.openai_url, api_key=KEY, max_retries=retries, **options)
            return record(stack.enter_context(made))

        yield client


def test_an_answer_is_recorded_as_it_was_sent_and_received(session: SessionRecorder, connect: Connect) -> None:
    """The request is the JSON the server got, the response the JSON it sent, the usage four disjoint counts."""
    with serve(RICH) as server, session.turn():
        response = connect(server).responses.create(**REQUEST)
        body = server.requests[0].body
    (attempt,) = attempts_of(session)
    assert (attempt.provider, attempt.model, attempt.status, attempt.verdict) == ("openai", "m-1", "ok", "accepted")
    assert value_of(attempt.request) == body
    assert attempt.response is not None
    assert value_of(attempt.response.payload)["output"] == response.to_dict()["output"]
    assert attempt.response.usage == COUNTS
    assert (attempt.response.stop_reason, attempt.response.model, attempt.http_status) == ("completed", "m-1", 200)


def test_a_stream_is_recorded_as_the_response_it_stands_for(session: SessionRecorder, connect: Connect) -> None:
    """Text and reasoning as they arrived, and a response that is the plain one but for its own names."""
    with serve(RICH, RICH, RICH) as server, session.turn():
        client = connect(server)
        client.responses.create(**REQUEST)
        list(client.responses.create(**STREAM))
        with client.responses.stream(**REQUEST) as stream:
            stream.get_final_response()
    plain, *streamed = attempts_of(session)
    for attempt in streamed:
        assert (attempt.status, attempt.verdict) == ("ok", "accepted")
        assert attempt.response is not None
        assert plain.response is not None
        assert (attempt.response.streamed_text, attempt.response.streamed_reasoning) == ("Let me look.", "hmm")
        assert (attempt.response.usage, attempt.response.partial) == (COUNTS, False)
        assert _nameless(attempt.response.payload) == _nameless(plain.response.payload)


def test_what_is_parsed_is_recorded_once(session: SessionRecorder, connect: Connect) -> None:
    """`parse` and raw and streamed responses are the same exchange with other wrappings."""

    class Found(pydantic.BaseModel):
        order: int

    with serve(*[Message(content=(Text('{"order": 17}'),))] * 4) as server, session.turn():
        client = connect(server)
        parsed = client.responses.parse(**REQUEST, text_format=Found).output_parsed
        raw = client.responses.with_raw_response.create(**REQUEST).parse().output_text
        with client.responses.with_streaming_response.create(**REQUEST) as answer:
            read = answer.read()
        with client.responses.with_streaming_response.create(**STREAM) as answer:
            lines = list(answer.iter_lines())
    assert (parsed.order, raw, bool(read), bool(lines)) == (17, '{"order": 17}', True, True)
    assert [attempt.status for attempt in attempts_of(session)] == ["ok"] * 4


def test_why_a_response_is_incomplete_is_its_stop_reason(session: SessionRecorder, connect: Connect) -> None:
    """An answer that ran into its limit is an answer, and says so."""
    with serve(Message(content=(Text("one two"),), stop_reason="max_tokens")) as server, session.turn():
        connect(server).responses.create(**REQUEST)
    (attempt,) = attempts_of(session)
    assert attempt.response is not None
    assert (attempt.status, attempt.response.stop_reason) == ("ok", "max_output_tokens")


def test_what_the_sdk_retries_by_itself_is_in_the_tree(session: SessionRecorder, connect: Connect) -> None:
    """Each try is an attempt, with why it failed and how long the SDK waited."""
    with serve(BUSY, Error(status=500, headers={"retry-after": "0.01"}), HELLO) as server, session.turn():
        connect(server, retries=2).responses.create(**REQUEST)
    attempts = attempts_of(session)
    assert [attempt.slugs for attempt in attempts] == [("llm.rate_limited",), ("llm.overloaded",), ()]
    assert [attempt.backoff_ms is not None for attempt in attempts] == [True, True, False]


@pytest.mark.parametrize(
    ("answer", "slug"),
    [
        (Error(status=401), "llm.auth_error"),
        (Error(status=400, message="maximum context length is 8192 tokens"), "context.exceeded"),
        (Error(status=502, raw="<html>Bad Gateway</html>"), "llm.overloaded"),
        (Drop(), "llm.unreachable"),
    ],
)
@pytest.mark.parametrize("request_", [REQUEST, STREAM], ids=["plain", "streamed"])
def test_a_refusal_is_kept_whole(
    session: SessionRecorder, connect: Connect, answer: Error | Drop, slug: str, request_: dict[str, Any]
) -> None:
    """The SDK raises what it always raised; the attempt holds slug, status and the body, as JSON or as text."""
    with serve(answer) as server, session.turn(), pytest.raises(openai.APIError):
        connect(server).responses.create(**request_)
    (attempt,) = attempts_of(session)
    assert (attempt.status, attempt.slugs) == ("failed", (slug,))
    if isinstance(answer, Error):
        body = value_of(attempt.response.payload if attempt.response is not None else None)
        assert body == answer.raw if answer.raw else body["error"]["message"] == answer.message


@pytest.mark.parametrize(
    ("cut", "slug"),
    [
        (Cut(after_events=6, how="reset"), "llm.stream_broken"),
        (Cut(after_events=6), "llm.stream_broken"),
        (Cut(after_events=6, mid_event=True), "llm.stream_broken"),
        (Cut(after_events=6, how="error", error_type="rate_limit_exceeded"), "llm.rate_limited"),
    ],
)
def test_a_broken_stream_leaves_what_had_arrived(
    session: SessionRecorder, connect: Connect, cut: Cut, slug: str
) -> None:
    """A stream that breaks off is a failed attempt with a partial answer, whatever the SDK makes of it."""
    broken = Message(content=(Text("one two three four five six seven"),), cut=cut)
    with serve(broken) as server, session.turn():
        stream = connect(server).responses.create(**STREAM)
        try:
            list(stream)
        except (openai.APIError, ValueError):
            stream.close()
    (attempt,) = attempts_of(session)
    assert (attempt.status, attempt.slugs) == ("failed", (slug,))
    assert attempt.response is not None
    assert attempt.response.partial
    (item,) = value_of(attempt.response.payload)["output"]
    assert item["content"][0]["text"].startswith("one two three")


def test_silence_and_a_host_that_stops_reading_are_told_apart(session: SessionRecorder, connect: Connect) -> None:
    """The first is a timeout, the second was cancelled by the host."""
    slow, long = Message(delay=60), Message(content=(Text("one two three " * 20),))
    with serve(slow, long) as server, session.turn():
        with pytest.raises(openai.APITimeoutError):
            connect(server, timeout=0.2).responses.create(**REQUEST)
        stream = connect(server).responses.create(**STREAM)
        next(iter(stream))
        stream.close()
    timeout, cancelled = attempts_of(session)
    assert (timeout.status, timeout.slugs) == ("timeout", ("llm.timeout",))
    assert cancelled.status == "cancelled"


class Saying(Loopback):
    """A server that says one thing, whatever it is asked."""

    def __init__(self, *pieces: bytes) -> None:
        super().__init__()
        self._pieces = pieces

    def reply(self, method: str, target: str, headers: dict[str, str], data: bytes) -> Reply:
        """Say it."""
        del method, target, headers, data
        streamed = len(self._pieces) > 1
        kind = "text/event-stream" if streamed else "application/json"
        return Reply(status=200, headers=(("content-type", kind),), pieces=self._pieces, streamed=streamed)


FAILED = {
    "id": "resp_1",
    "object": "response",
    "status": "failed",
    "error": {"code": "server_error", "message": "no luck"},
    "output": [],
}


@pytest.mark.parametrize("pieces", [(msgspec.json.encode(FAILED),), tuple(events(FAILED))], ids=["plain", "streamed"])
def test_a_response_that_says_that_it_failed_has_failed(
    session: SessionRecorder, connect: Connect, pieces: tuple[bytes, ...]
) -> None:
    """HTTP says 200, the response says no: the attempt failed, with the whole answer."""
    with Saying(*pieces) as server, session.turn():
        client = connect(server)
        list(client.responses.create(**STREAM)) if len(pieces) > 1 else client.responses.create(**REQUEST)
    (attempt,) = attempts_of(session)
    assert (attempt.status, attempt.slugs, attempt.http_status) == ("failed", ("llm.overloaded",), 200)
    assert attempt.response is not None
    assert not attempt.response.partial


def test_events_that_make_no_sense_cost_only_themselves(session: SessionRecorder, connect: Connect) -> None:
    """What of a stream is no JSON, or tells of what was never announced, does not keep the rest from the record."""
    whole = [*events(_said("hello"))]
    strange = [b"event: x\ndata: {oops\n\n", b'data: {"type": "response.output_text.delta"}\n\n']
    with (
        Saying(*whole[:4], *strange, *whole[4:]) as server,
        session.turn(),
        connect(server).responses.with_streaming_response.create(**STREAM) as answer,
    ):
        assert list(answer.iter_lines())
    (attempt,) = attempts_of(session)
    assert attempt.response is not None
    assert (attempt.status, attempt.response.streamed_text) == ("ok", "hello")


def test_an_async_client_is_recorded_alike(session: SessionRecorder) -> None:
    """Plain answers, SDK retries and streams of an async client give the same tree as those of a sync one."""

    async def talk(url: str) -> None:
        async with openai.AsyncOpenAI(base_url=url, api_key=KEY) as client:
            record(client)
            await client.responses.create(**REQUEST)
            async with client.responses.stream(**REQUEST) as stream:
                await stream.get_final_response()

    with serve(BUSY, HELLO, RICH) as server, session.turn():
        asyncio.run(talk(server.openai_url))
    attempts = attempts_of(session)
    assert [attempt.slugs for attempt in attempts] == [("llm.rate_limited",), (), ()]
    assert attempts[2].response is not None
    assert (attempts[2].response.streamed_text, attempts[2].response.usage) == ("Let me look.", COUNTS)


def test_other_endpoints_are_no_exchange(session: SessionRecorder, connect: Connect) -> None:
    """Looking up or deleting a response is recorded nowhere."""
    with serve(HELLO) as server, session.turn():
        for ask in (connect(server).responses.retrieve, connect(server).responses.delete):
            with pytest.raises(openai.NotFoundError):
                ask("resp_1")
    assert attempts_of(session) == ()


def test_any_beginning_of_a_stream_is_an_honest_response() -> None:
    """Deltas of every kind find their place, also unannounced; unknown events and fields do no harm."""
    assembly = ResponseAssembly()
    assert assembly.add({"type": "response.output_text.delta", "delta": "lost"}).text == ""
    assembly.add({"type": "response.created", "response": {"id": "r", "new": 1, "output": []}})
    kinds = [
        ({"type": "response.reasoning_text.delta", "output_index": 0, "content_index": 0, "delta": "hm"}, "hm"),
        ({"type": "response.output_text.delta", "output_index": 1, "content_index": 0, "delta": "a"}, "a"),
        ({"type": "response.refusal.delta", "output_index": 1, "content_index": 1, "delta": "no"}, "no"),
        ({"type": "response.custom_tool_call_input.delta", "output_index": 2, "delta": "x"}, ""),
        ({"type": "response.web_search_call.searching", "output_index": 3}, ""),
    ]
    assert ["".join(assembly.add(event)) for event, _ in kinds] == [words for _, words in kinds]
    whole = assembly.whole() or {}
    assert (whole["new"], assembly.complete) == (1, False)
    assert whole["output"] == [
        {"content": [{"text": "hm"}]},
        {"content": [{"text": "a"}, {"refusal": "no"}]},
        {"input": "x"},
    ]
    assembly.add({"type": "response.completed", "response": {"id": "r", "status": "completed"}})
    assert (assembly.complete, len((assembly.whole() or {})["output"])) == (True, 3)


def test_an_answer_that_says_nothing_of_tokens_has_no_usage() -> None:
    """Unknown is unknown; a count that is no number counts as none."""
    assert response_usage({"output": []}) is None
    assert response_usage({"usage": {"input_tokens": "many"}}) == clew.Usage()
    assert (response_end("text"), response_end({}), response_refused("text")) == (None, None, None)
    assert response_refused({"status": "failed"}) == {"error": {"code": "server_error"}}


def _said(text: str) -> dict[str, Any]:
    part = {"type": "output_text", "text": text, "annotations": []}
    item = {"id": "m", "type": "message", "role": "assistant", "status": "completed", "content": [part]}
    return {"id": "resp_1", "object": "response", "status": "completed", "output": [item]}


def _nameless(payload: clew.model.payload.Payload | None) -> Any:  # noqa: ANN401 - a JSON value
    """A response without what differs from one to the next."""
    value = value_of(payload)
    rest = {name: held for name, held in value.items() if name not in {"id", "created_at", "output"}}
    own = {"id", "call_id"}
    return rest, [{name: held for name, held in item.items() if name not in own} for item in value["output"]]
