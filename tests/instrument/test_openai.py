"""The `openai` SDK against a real server on loopback: what the record says of every exchange.

Only the tree is asked, through its queries and slugs.
"""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import openai
import pytest

import clew
from clew.errors import ClewError
from clew.instrument.completion import CompletionAssembly, completion_usage, finish_reason
from clew.instrument.dialect import END
from clew.instrument.openai import record
from clew.instrument.openai_transport import RecorderTransport
from clew.protocol.scenario import Cut, Drop, Error, Message, Text
from tests.instrument.provider import BUSY, COUNTS, HELLO, KEY, RICH, attempts_of, serve, tree_of, value_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clew.protocol import ModelServer
    from clew.record.session import SessionRecorder

REQUEST: dict[str, Any] = {"model": "m-1", "messages": [{"role": "user", "content": "hëllo"}]}
STREAM: dict[str, Any] = {**REQUEST, "stream": True, "stream_options": {"include_usage": True}}


class Clients:
    """Makes recorded clients, and closes them when the test ends."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack

    def of(self, server: ModelServer, *, retries: int = 0, **options: Any) -> openai.OpenAI:  # noqa: ANN401 - the SDK's
        """A recorded client of a server."""
        client = openai.OpenAI(base_url=server.openai_url, api_key=KEY, max_retries=retries, **options)
        return record(self._stack.enter_context(client))


@pytest.fixture
def clients() -> Iterator[Clients]:
    """Recorded clients."""
    with ExitStack() as stack:
        yield Clients(stack)


def test_an_answer_is_recorded_as_it_was_sent_and_received(session: SessionRecorder, clients: Clients) -> None:
    """The request is the JSON the server got, the response the JSON it sent, the usage four disjoint counts."""
    with serve(RICH) as server, session.turn():
        completion = clients.of(server).chat.completions.create(**REQUEST)
        body = server.requests[0].body
    (attempt,) = attempts_of(session)
    assert (attempt.provider, attempt.model, attempt.status, attempt.verdict) == ("openai", "m-1", "ok", "accepted")
    assert attempt.http_status == 200
    assert value_of(attempt.request) == body
    assert attempt.response is not None
    assert value_of(attempt.response.payload)["choices"] == completion.to_dict()["choices"]
    assert attempt.response.usage == COUNTS
    assert (attempt.response.stop_reason, attempt.response.model) == ("tool_calls", "m-1")


def test_a_stream_is_recorded_as_the_completion_it_stands_for(session: SessionRecorder, clients: Clients) -> None:
    """Text and reasoning as they arrived, the assembled completion, and the usage of the last event."""
    with serve(RICH, RICH) as server, session.turn():
        plain = clients.of(server).chat.completions.create(**REQUEST).to_dict()
        for _ in clients.of(server).chat.completions.create(**STREAM):
            pass
    _, attempt = attempts_of(session)
    assert (attempt.status, attempt.verdict) == ("ok", "accepted")
    assert attempt.response is not None
    assert (attempt.response.streamed_text, attempt.response.streamed_reasoning) == ("Let me look.", "hmm")
    assert attempt.response.usage == COUNTS
    payload = value_of(attempt.response.payload)
    message, expected = payload["choices"][0]["message"], plain["choices"][0]["message"]
    assert message["content"] == expected["content"]
    assert message["tool_calls"][0]["function"] == expected["tool_calls"][0]["function"]
    assert not attempt.response.partial


def test_what_the_sdk_retries_by_itself_is_in_the_tree(session: SessionRecorder, clients: Clients) -> None:
    """Each try is an attempt, with why it failed and how long the SDK waited."""
    with serve(BUSY, Error(status=500, headers={"retry-after": "0.01"}), HELLO) as server, session.turn():
        clients.of(server, retries=2).chat.completions.create(**REQUEST)
    attempts = attempts_of(session)
    assert [attempt.slugs for attempt in attempts] == [("llm.rate_limited",), ("llm.overloaded",), ()]
    assert [attempt.backoff_ms is not None for attempt in attempts] == [True, True, False]


def test_tries_of_one_call_share_a_step_where_there_is_no_turn(session: SessionRecorder, clients: Clients) -> None:
    """Outside a turn the tries of one call are attempts of one step, which ends with the last of them."""
    with serve(BUSY, HELLO, HELLO) as server:
        client = clients.of(server, retries=1)
        client.chat.completions.create(**REQUEST)
        client.chat.completions.create(**REQUEST)
    assert [len(step.attempts) for step in tree_of(session).steps] == [2, 1]
    assert all(step.ended_at is not None for step in tree_of(session).steps)


@pytest.mark.parametrize(
    ("answer", "slug"),
    [
        (Error(status=401), "llm.auth_error"),
        (Error(status=404, message="The model `m-1` does not exist"), "llm.unknown_model"),
        (Error(status=429, type="insufficient_quota"), "llm.quota_exceeded"),
        (Error(status=400, message="maximum context length is 8192 tokens"), "context.exceeded"),
        (Error(status=502, raw="<html>Bad Gateway</html>"), "llm.overloaded"),
        (Drop(), "llm.unreachable"),
    ],
)
@pytest.mark.parametrize("request_", [REQUEST, STREAM], ids=["plain", "streamed"])
def test_a_refusal_is_kept_whole(
    session: SessionRecorder, clients: Clients, answer: Error | Drop, slug: str, request_: dict[str, Any]
) -> None:
    """The SDK raises what it always raised; the attempt holds slug, status and the body, as JSON or as text."""
    with serve(answer) as server, session.turn(), pytest.raises(openai.APIError):
        clients.of(server).chat.completions.create(**request_)
    (attempt,) = attempts_of(session)
    assert (attempt.status, attempt.slugs, attempt.verdict) == ("failed", (slug,), None)
    if isinstance(answer, Error):
        body = value_of(attempt.response.payload if attempt.response is not None else None)
        assert body == answer.raw if answer.raw else body["error"]["message"] == answer.message


@pytest.mark.parametrize(
    ("cut", "slug"),
    [
        (Cut(after_events=3, mid_event=True), "llm.stream_broken"),
        (Cut(after_events=3, how="reset"), "llm.stream_broken"),
        (Cut(after_events=3, how="error", error_type="server_error"), "llm.overloaded"),
    ],
)
def test_a_broken_stream_keeps_what_arrived(session: SessionRecorder, clients: Clients, cut: Cut, slug: str) -> None:
    """The text that arrived stays, marked as partial; an event that says why is believed."""
    broken = Message(content=(Text("one two three four five six seven eight nine ten"),), cut=cut)
    with serve(broken) as server, session.turn(), pytest.raises(Exception, match=r".*"):
        list(clients.of(server).chat.completions.create(**STREAM))
    (attempt,) = attempts_of(session)
    assert (attempt.status, attempt.slugs) == ("failed", (slug,))
    assert attempt.response is not None
    assert attempt.response.partial
    assert "one two three" in attempt.response.text


def test_a_slow_answer_and_a_host_that_stops_reading_are_told_apart(session: SessionRecorder, clients: Clients) -> None:
    """The first is a timeout, the second was cancelled by the host."""
    slow, long = Message(delay=60), Message(content=(Text("one two three " * 20),))
    with serve(slow, long) as server, session.turn():
        with pytest.raises(openai.APITimeoutError):
            clients.of(server, timeout=0.2).chat.completions.create(**REQUEST)
        stream = clients.of(server).chat.completions.create(**STREAM)
        next(iter(stream))
        stream.close()
    timeout, cancelled = attempts_of(session)
    assert (timeout.status, timeout.slugs) == ("timeout", ("llm.timeout",))
    assert cancelled.status == "cancelled"


def test_an_async_client_is_recorded_alike(session: SessionRecorder) -> None:
    """Plain answers, SDK retries and streams of an async client give the same tree as those of a sync one."""

    async def talk(server: ModelServer) -> None:
        async with openai.AsyncOpenAI(base_url=server.openai_url, api_key=KEY) as client:
            record(client)
            await client.chat.completions.create(**REQUEST)
            async for _ in await client.chat.completions.create(**STREAM):
                pass

    with serve(BUSY, HELLO, RICH) as server, session.turn():
        asyncio.run(talk(server))
    attempts = attempts_of(session)
    assert [attempt.slugs for attempt in attempts] == [("llm.rate_limited",), (), ()]
    assert attempts[2].response is not None
    assert (attempts[2].response.streamed_text, attempts[2].response.usage) == ("Let me look.", COUNTS)


def test_recording_twice_is_recording_once_and_keys_stay_out(session: SessionRecorder, clients: Clients) -> None:
    """A client that is recorded already stays as it is; no header reaches the disk; other endpoints are no exchange."""
    with serve(HELLO) as server, session.turn():
        client = record(record(clients.of(server)))
        client.chat.completions.create(**REQUEST)
        with pytest.raises(openai.NotFoundError):
            client.models.list()
        transport: Any = client._client._transport  # noqa: SLF001 - where the recorder sits
        assert isinstance(transport, RecorderTransport)
        assert not isinstance(transport.inner, RecorderTransport)
    assert len(attempts_of(session)) == 1
    session.end()
    assert all(KEY.encode() not in path.read_bytes() for path in session.dir.rglob("*") if path.is_file())


def test_outside_a_session_nothing_is_recorded(clients: Clients) -> None:
    """A recorded client works where there is nothing to record into; what is no client is refused in words."""
    with serve(HELLO) as server:
        client = clients.of(server)
        assert client.chat.completions.create(**REQUEST).choices
        assert clew.current() is None
        client._client = object()  # type: ignore[assignment]  # noqa: SLF001 - an HTTP client nobody knows
        with pytest.raises(ClewError):
            record(client)
        client._client = openai.DefaultHttpxClient()  # noqa: SLF001 - so that closing the client works


def test_any_beginning_of_a_stream_is_an_honest_completion() -> None:
    """Deltas join by index and name, unknown fields stay, and only a stream with its end is complete."""
    assembly = CompletionAssembly()
    assert assembly.whole() is None
    events = [
        {"id": "c1", "choices": [{"index": 0, "delta": {"role": "assistant", "content": "a", "new": 1}}]},
        {"id": "c1", "choices": [{"index": 0, "delta": {"content": "b", "tool_calls": [_piece("x", "{")]}}]},
        {"id": "c1", "choices": [{"index": 0, "delta": {"tool_calls": [_piece(None, "}")]}, "finish_reason": "stop"}]},
    ]
    assert [assembly.add(event).text for event in events] == ["a", "b", ""]
    assert not assembly.complete
    assembly.add(END)
    assert assembly.complete
    message = (assembly.whole() or {})["choices"][0]["message"]
    assert (message["content"], message["new"], message["role"]) == ("ab", 1, "assistant")
    assert message["tool_calls"] == [{"id": "x", "function": {"name": "look", "arguments": "{}"}}]


def test_an_answer_that_says_nothing_of_tokens_has_no_usage() -> None:
    """Unknown is unknown; a count that is no number counts as none."""
    assert completion_usage({"choices": []}) is None
    assert completion_usage("text") is None
    assert completion_usage({"usage": {"prompt_tokens": "many"}}) == clew.Usage()
    assert finish_reason({"choices": []}) is None


def _piece(call_id: str | None, arguments: str) -> dict[str, Any]:
    named = {"id": call_id, "function": {"name": "look", "arguments": arguments}}
    return {"index": 0, **(named if call_id else {"function": {"arguments": arguments}})}
