"""The real SDK against a real server on loopback: what the record says of every exchange.

Only the tree is asked, through its queries and slugs: no text of a log entry or an error is looked at.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import anthropic
import pytest

import clew
from clew.instrument.anthropic import RecorderMiddleware, record
from clew.protocol.scenario import Error, Message, Text
from tests.instrument.provider import (
    BUSY,
    COUNTS,
    HELLO,
    KEY,
    OVERLOADED,
    REQUEST,
    RICH,
    async_client_of,
    attempts_of,
    client_of,
    serve,
    stream,
    tree_of,
    value_of,
)

if TYPE_CHECKING:
    from pathlib import Path

    from clew.protocol import ModelServer
    from clew.record.session import SessionRecorder


def test_an_answer_is_recorded_as_it_was_sent_and_received(session: SessionRecorder) -> None:
    """The request is the JSON the server got, the response the JSON it sent, the usage four disjoint counts."""
    with serve(RICH) as server, session.turn():
        message = client_of(server).messages.create(**REQUEST)
        body = server.requests[0].body
    (attempt,) = attempts_of(session)
    assert (attempt.provider, attempt.model, attempt.status, attempt.verdict) == ("anthropic", "m-1", "ok", "accepted")
    assert attempt.http_status == 200
    assert value_of(attempt.request) == body
    assert list(value_of(attempt.request)) == list(body)
    assert attempt.response is not None
    assert value_of(attempt.response.payload) == message.to_dict()
    assert attempt.response.usage == COUNTS
    assert (attempt.response.stop_reason, attempt.response.model) == ("tool_use", "m-1")
    assert not attempt.response.partial


def test_what_the_sdk_retries_by_itself_is_in_the_tree(session: SessionRecorder) -> None:
    """Each try is an attempt, with why it failed and how long the SDK waited; the last one's answer is the turn's."""
    with serve(BUSY, OVERLOADED, HELLO) as server, session.turn():
        client_of(server).messages.create(**REQUEST)
    turn = tree_of(session).turns[0]
    assert clew.count_retries(turn) == 2
    assert [attempt.status for attempt in turn.attempts] == ["failed", "failed", "ok"]
    assert [attempt.slugs for attempt in turn.attempts] == [("llm.rate_limited",), ("llm.overloaded",), ()]
    assert [attempt.http_status for attempt in turn.attempts] == [429, 529, 200]
    assert [attempt.verdict for attempt in turn.attempts] == [None, None, "accepted"]
    assert all((attempt.backoff_ms or 0) >= 10 for attempt in turn.attempts[:2])
    assert turn.attempts[2].backoff_ms is None
    assert turn.llm_response is not None
    assert turn.llm_response.text == "Hello"
    assert clew.find_log(turn, "llm.rate_limited") is not None


def test_a_stream_is_recorded_as_the_message_it_stands_for(session: SessionRecorder) -> None:
    """Text and thinking are there as they arrived, the payload is the assembled message, the last usage counts."""
    with serve(RICH) as server, session.turn():
        message = stream(client_of(server))
    (attempt,) = attempts_of(session)
    assert (attempt.status, attempt.verdict, attempt.http_status) == ("ok", "accepted", 200)
    assert attempt.response is not None
    assert (attempt.response.streamed_text, attempt.response.streamed_reasoning) == ("Let me look.", "hmm")
    assert attempt.response.usage == COUNTS
    assert attempt.first_token_at is not None
    payload = value_of(attempt.response.payload)
    assert payload["content"] == [block.to_dict() for block in message.content]
    assert payload["usage"]["output_tokens"] == message.usage.output_tokens
    assert not attempt.response.partial


def test_an_async_client_is_recorded_alike(session: SessionRecorder) -> None:
    """Plain answers, SDK retries and streams of an async client give the same tree as those of a sync one."""

    async def talk(server: ModelServer) -> None:
        async with async_client_of(server) as client:
            await client.messages.create(**REQUEST)
            async with client.messages.stream(**REQUEST) as stream:
                await stream.get_final_message()

    with serve(BUSY, HELLO, BUSY, RICH) as server, session.turn():
        asyncio.run(talk(server))
    attempts = attempts_of(session)
    assert [attempt.slugs for attempt in attempts] == [("llm.rate_limited",), (), ("llm.rate_limited",), ()]
    assert all(attempt.backoff_ms is not None for attempt in attempts[::2])
    assert all(attempt.response is not None and attempt.response.payload is not None for attempt in attempts)
    streamed = attempts[3].response
    assert streamed is not None
    assert (streamed.streamed_text, streamed.usage) == ("Let me look.", COUNTS)


def test_a_cancelled_task_leaves_a_cancelled_attempt(session: SessionRecorder) -> None:
    """Who cancels an answer in flight finds it in the record as what it is."""

    async def talk(server: ModelServer) -> None:
        async with async_client_of(server) as client:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(client.messages.create(**REQUEST), timeout=0.2)

    with serve(Message(delay=60)) as server, session.turn():
        asyncio.run(talk(server))
    (attempt,) = attempts_of(session)
    assert (attempt.status, attempt.slugs) == ("cancelled", ("llm.cancelled",))


def test_parallel_tasks_do_not_mix(tmp_path: Path) -> None:
    """Sessions of parallel tasks on one client each get their own exchanges and no other's."""
    names = [f"agent-{number}" for number in range(6)]

    async def talk(client: anthropic.AsyncAnthropic, name: str) -> None:
        with clew.session(agent_id=name, dir=tmp_path) as session, session.turn():
            async with client.messages.stream(**{**REQUEST, "system": name}) as stream:
                await stream.get_final_message()

    async def everybody(server: ModelServer) -> None:
        async with async_client_of(server) as client:
            await asyncio.gather(*(talk(client, name) for name in names))

    with serve(Message(content=(Text("x " * 20),), times=len(names), pace=0.002)) as server:
        asyncio.run(everybody(server))
    trees = list(clew.sessions(dir=tmp_path))
    assert sorted(tree.agent_id or "" for tree in trees) == names
    for tree in trees:
        (attempt,) = tree.turns[0].attempts
        assert value_of(attempt.request)["system"] == tree.agent_id


def test_what_is_no_exchange_with_a_model_is_not_recorded(session: SessionRecorder) -> None:
    """Counting tokens and listing models are no attempts."""
    with serve(HELLO) as server, session.turn():
        client = client_of(server)
        with pytest.raises(anthropic.NotFoundError):
            client.messages.count_tokens(model="m-1", messages=REQUEST["messages"])
        with pytest.raises(anthropic.NotFoundError):
            client.models.list()
    assert attempts_of(session) == ()


def test_raw_and_streamed_responses_reach_the_host_unchanged(session: SessionRecorder) -> None:
    """The SDK's other ways to an answer work under the recorder, and are recorded with the same payload."""
    with serve(HELLO, HELLO, RICH) as server, session.turn():
        client = client_of(server)
        raw = client.messages.with_raw_response.create(**REQUEST)
        assert raw.status_code == 200
        with client.messages.with_streaming_response.create(**REQUEST) as streamed:
            read = json.loads(streamed.read())
        events = [event.type for event in client.messages.create(**REQUEST, stream=True)]
    assert (events[0], events[-1]) == ("message_start", "message_stop")
    first, second, third = attempts_of(session)
    assert first.response is not None
    assert value_of(first.response.payload) == raw.parse().to_dict()
    assert second.response is not None
    assert value_of(second.response.payload) == read
    assert (third.status, third.verdict) == ("ok", "accepted")


def test_keys_never_reach_the_disk(session: SessionRecorder) -> None:
    """Neither the key nor a header that carries one is in any file, whether the call goes well or is refused."""
    with serve(HELLO, Error(status=401)) as server, session.turn():
        client = client_of(server, default_headers={"x-internal-token": KEY})
        client.messages.create(**REQUEST)
        with pytest.raises(anthropic.AuthenticationError):
            client.messages.create(**REQUEST)
    session.end()
    files = [path for path in session.dir.rglob("*") if path.is_file()]
    assert len(files) >= 2
    assert all(KEY.encode() not in path.read_bytes() for path in files)


def test_other_middleware_stays(session: SessionRecorder) -> None:
    """Recording a client keeps the middleware it has; one that answers by itself is recorded with its answer."""

    class Cache(anthropic.Middleware):
        """Answers without asking."""

        def handle(self, request: object, call_next: object) -> Any:  # noqa: ANN401, ARG002 - the SDK's signature
            """Answer from memory."""
            return anthropic.types.Message.construct(id="cached", content=[], usage=None)

    with serve(HELLO) as server, session.turn():
        client = anthropic.Anthropic(base_url=server.base_url, api_key=KEY, middleware=[RecorderMiddleware(), Cache()])
        assert client.messages.create(**REQUEST).id == "cached"
        assert record(client) is client
        assert server.requests == []
    (attempt,) = attempts_of(session)
    assert attempt.response is not None
    assert value_of(attempt.response.payload)["id"] == "cached"
