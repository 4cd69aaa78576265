"""The server as the official SDK sees it: every kind of answer over real connections."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias

import anthropic
import httpx2
import pytest
from anthropic import beta_tool

from clew.protocol import ModelServer
from clew.protocol.scenario import Message, Scenario, Text

Serve: TypeAlias = Callable[..., ModelServer]
Connect: TypeAlias = Callable[..., anthropic.Anthropic]

MODEL = "claude-sonnet-5-5"
HEAD = b"POST /v1/messages HTTP/1.1\r\nHost: x\r\n"


def _ask(client: anthropic.Anthropic, model: str = MODEL, system: str = "Be brief.") -> anthropic.types.Message:
    return client.messages.create(
        model=model, max_tokens=100, system=system, messages=[{"role": "user", "content": "Hi."}]
    )


def _words(message: anthropic.types.Message) -> str:
    return "".join(block.text for block in message.content if block.type == "text")


def _streamed(client: anthropic.Anthropic, model: str = MODEL) -> anthropic.types.Message:
    request: list[anthropic.types.MessageParam] = [{"role": "user", "content": "Hi."}]
    with client.messages.stream(model=model, max_tokens=100, messages=request) as stream:
        return stream.get_final_message()


def _raw(server: ModelServer, *parts: bytes) -> bytes:
    """Send bytes that no SDK would send, and read until the server has had enough."""
    address = server.base_url.removeprefix("http://").split(":")
    with socket.create_connection((address[0], int(address[1])), timeout=5) as connection:
        for part in parts:
            connection.sendall(part)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def _one_answer(words: str = "Hi.") -> Scenario:
    return Scenario(name="one", answers=(Message(content=(Text(text=words),)),))


def test_a_message_arrives_whole(serve: Serve, connect: Connect) -> None:
    """Thinking, text, a tool call and usage with cache counts reach the SDK as the scenario has them."""
    message = _ask(connect(serve("conversation")))
    thinking, text, call = message.content
    assert (thinking.type, text.type, call.type) == ("thinking", "text", "tool_use")
    assert call.type == "tool_use"
    assert call.input == {"city": "Bern", "days": 2, "units": ["°C", "km/h"]}
    assert (message.stop_reason, message.model) == ("tool_use", MODEL)
    assert message.usage.cache_creation_input_tokens == 1100
    assert message.usage.cache_read_input_tokens == 11000


def test_a_streamed_message_is_the_same_message(serve: Serve, connect: Connect) -> None:
    """The SDK puts a stream together to exactly the message that it gets without streaming."""
    plain = _ask(connect(serve("conversation"))).to_dict()
    streamed = _streamed(connect(serve("conversation"))).to_dict()
    for message in (plain, streamed):
        message.pop("parsed_output", None)
    for block in streamed["content"]:  # type: ignore[attr-defined]  # `to_dict` promises no more than `object`
        block.pop("parsed_output", None)
    assert streamed == plain


def test_an_async_client_is_served_alike(serve: Serve) -> None:
    """The asynchronous client gets plain and streamed answers from the same server, and can share its event loop."""
    server = serve("conversation")

    async def talk() -> tuple[str, str]:
        request: Any = {"model": MODEL, "max_tokens": 100, "messages": [{"role": "user", "content": "Hi."}]}
        async with anthropic.AsyncAnthropic(base_url=server.base_url, api_key="test") as client:
            async with client.messages.stream(**request) as stream:
                first = await stream.get_final_message()
            return _words(first), _words(await client.messages.create(**request))

    first, second = asyncio.run(talk())
    assert first.startswith("I will look at the weather in Bern — 好的")
    assert second == "Sunny, 21 °C."


def test_one_connection_serves_many_requests() -> None:
    """Connections are kept alive: three requests need one."""
    answer = Message(content=(Text(text="Hi."),), times=3)
    with ModelServer(Scenario(name="three", answers=(answer,))) as server:
        body = json.dumps({"model": MODEL, "max_tokens": 1, "messages": []}).encode()
        request = HEAD + b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
        last = request.replace(b"Host: x", b"Host: x\r\nConnection: close")
        assert _raw(server, request, request, last).count(b"HTTP/1.1 200 OK") == 3


def test_the_sdk_retries_what_it_should(serve: Serve, connect: Connect) -> None:
    """After 429 with `retry-after` and 529 the SDK asks again, and every attempt can be looked at."""
    server = serve("errors")
    assert _words(_ask(connect(server))) == "Here I am."
    assert [request.headers["x-stainless-retry-count"] for request in server.requests] == ["0", "1", "2"]


def test_errors_are_raised_with_their_words(serve: Serve, connect: Connect) -> None:
    """An error's status, type and sentence arrive in the SDK's exception, with the request's id."""
    client = connect(serve("errors"), max_retries=0)
    with pytest.raises(anthropic.RateLimitError, match=r"Slow down\.") as caught:
        _ask(client)
    assert caught.value.response.headers["retry-after"] == "0.01"
    assert caught.value.request_id is not None
    with pytest.raises(anthropic.APIStatusError, match="overloaded_error"):
        _ask(client)
    assert _words(_ask(client)) == "Here I am."
    with pytest.raises(anthropic.PermissionDeniedError, match="may not use this model"):
        _ask(client)


def test_a_revoked_key_is_refused(serve: Serve, connect: Connect) -> None:
    """A key the scenario rejects gives the SDK's authentication error, and is not kept in what was received."""
    server = serve("conversation")
    with pytest.raises(anthropic.AuthenticationError, match="invalid x-api-key"):
        _ask(connect(server, api_key="revoked"))
    [request] = server.requests
    assert "revoked" not in repr(request)


def test_a_proxys_page_arrives_as_it_is(serve: Serve, connect: Connect) -> None:
    """An HTML 502 is retried and then raised with the page as its body."""
    server = serve("bad_gateway")
    with pytest.raises(anthropic.InternalServerError) as caught:
        _ask(connect(server, max_retries=1))
    assert caught.value.status_code == 502
    assert "<h1>502 Bad Gateway</h1>" in caught.value.response.text
    assert len(server.requests) == 2


@pytest.mark.parametrize("model", ["after-events", "mid-event", "reset"])
def test_a_broken_stream_breaks_in_the_client(serve: Serve, connect: Connect, model: str) -> None:
    """A stream that is cut, within an event or by a reset, is a transport error at the reader, not a short answer."""
    heard: list[str] = []
    request: Any = {"model": model, "max_tokens": 100, "messages": [{"role": "user", "content": "Hi."}]}
    with (
        pytest.raises((httpx2.TransportError, anthropic.APIConnectionError)),
        connect(serve("broken")).messages.stream(**request) as stream,
    ):
        heard.extend(stream.text_stream)
    assert "".join(heard) == "This sentence is never h"


def test_an_error_in_the_stream_is_raised(serve: Serve, connect: Connect) -> None:
    """An error event after the stream has begun reaches the caller as the API's error."""
    with pytest.raises(anthropic.APIStatusError, match="Overloaded"):
        _streamed(connect(serve("broken")), model="overloaded")


def test_a_broken_plain_body_is_no_answer(serve: Serve, connect: Connect) -> None:
    """Half a JSON body is a connection error, never a message."""
    with pytest.raises((anthropic.APIConnectionError, httpx2.TransportError)):
        _ask(connect(serve("broken"), max_retries=0), model="after-events")


def test_a_dropped_connection_is_a_connection_error(serve: Serve, connect: Connect) -> None:
    """Connections that are closed or reset before an answer fail, and the next request is served."""
    client = connect(serve("dropped"), max_retries=0)
    for _ in range(2):
        with pytest.raises(anthropic.APIConnectionError):
            _ask(client)
    assert _words(_ask(client)) == "Still there."


def test_a_closed_server_refuses_connections(connect: Connect) -> None:
    """After the server is closed nobody listens at its address any more."""
    with ModelServer(_one_answer()) as server:
        client = connect(server, max_retries=0)
    with pytest.raises(anthropic.APIConnectionError):
        _ask(client)
    server.close()


def test_a_slow_answer_meets_the_clients_timeout(connect: Connect) -> None:
    """A delay of a minute is a timeout for the client, and closing the server does not wait for its end."""
    began = time.monotonic()
    scenario = Scenario(name="slow", answers=(Message(delay=60),))
    with ModelServer(scenario) as server, pytest.raises(anthropic.APITimeoutError):
        _ask(connect(server, max_retries=0, timeout=0.05))
    assert time.monotonic() - began < 5


def test_waiting_goes_through_the_injected_sleep(serve: Serve, connect: Connect) -> None:
    """With a sleep of the test's own no time passes: the delays and the pace between events are what was asked for."""
    naps: list[float] = []
    client = connect(serve("slow", sleep=naps.append))
    assert _words(_ask(client)) == "Too late."
    assert _words(_streamed(client)) == "In time."
    assert naps == [60, 1.5] + [0.25] * 6


def test_requests_are_kept_as_they_arrived(serve: Serve, connect: Connect) -> None:
    """What went over the wire can be looked at: method, path, query, headers, body and time, without the key."""
    server = serve("conversation", clock=lambda: 1762698854.5)
    client = connect(server, api_key="very-secret")
    sent: Any = {"model": MODEL, "max_tokens": 7, "messages": [{"role": "user", "content": "Hi."}]}
    client.beta.messages.create(**sent, extra_query={"beta": "true"})
    [request] = server.requests
    assert (request.method, request.path, request.query) == ("POST", "/v1/messages", "beta=true")
    assert request.body == sent
    assert request.headers["content-type"] == "application/json"
    assert request.at == 1762698854.5
    assert "very-secret" not in repr(request)


def test_a_used_up_scenario_is_said_at_once(connect: Connect) -> None:
    """One request too many is an error with the scenario's name that the SDK does not retry."""
    with ModelServer(_one_answer()) as server:
        client = connect(server)
        _ask(client)
        assert server.unserved == []
        with pytest.raises(anthropic.BadRequestError, match="scenario one has no answer left for request 2"):
            _ask(client)
        assert len(server.requests) == 2


def test_two_agents_talk_at_once(serve: Serve, connect: Connect) -> None:
    """A parent and its sub-agent, asking concurrently, each get their own answers in their own order."""
    client = connect(serve("two_agents"))

    def talk(system: str) -> list[str]:
        return [_words(_ask(client, system=system)) for _ in range(2)]

    with ThreadPoolExecutor(2) as pool:
        parent, child = pool.map(talk, ["You delegate.", "You are a researcher."])
    assert parent == ["parent 1", "parent 2"]
    assert child == ["researcher 1", "researcher 2"]


@pytest.mark.parametrize("threaded", [True, False])
@pytest.mark.parametrize("stream", [True, False])
def test_the_tool_runner_runs_its_tool(serve: Serve, connect: Connect, *, threaded: bool, stream: bool) -> None:
    """The SDK's tool runner calls a tool and sends its result back, streamed or not, with server threads or not."""
    sums: list[int] = []

    @beta_tool
    def add(left: int, right: int) -> str:
        """Add two numbers.

        Args:
            left: The one.
            right: The other.
        """
        sums.append(left + right)
        return str(left + right)

    server = serve("tools")
    options: Any = {"stream": stream} if threaded else {"stream": stream, "thread": False}
    runner = connect(server).beta.messages.tool_runner(
        model=MODEL,
        max_tokens=100,
        system="You are an accountant.",
        tools=[add],
        messages=[{"role": "user", "content": "2 + 40?"}],
        **options,
    )
    last = runner.until_done()
    assert [block.text for block in last.content if block.type == "text"] == ["It is 42."]
    assert sums == [42]
    assert [request.body.get("thread", {}).get("type") for request in server.requests] == (
        ["create", "continue"] if threaded else [None, None]
    )


@pytest.mark.parametrize(
    ("request_head", "status"),
    [
        (b"POST /v1/messages HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n", b" 411 "),
        (b"POST /v1/messages HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b" 411 "),
        (b"GET /v1/models HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b" 404 "),
        (b"nonsense\r\n\r\n", b"400"),
    ],
)
def test_what_is_no_request_gets_an_answer_and_no_more(request_head: bytes, status: bytes) -> None:
    """Requests the server cannot serve are answered, and use up nothing of the scenario."""
    with ModelServer(_one_answer()) as server:
        assert status in _raw(server, request_head)
        assert len(server.unserved) == 1


def test_clients_that_go_away_disturb_nobody(connect: Connect, capfd: pytest.CaptureFixture[str]) -> None:
    """Half a request, a client that leaves in the middle of a stream, a silent one: the server goes on, silently."""
    answers = (Message(content=(Text(text="x" * 2_000_000),)), Message(content=(Text(text="Hi."),)))
    with ModelServer(Scenario(name="aborts", answers=answers)) as server:
        address = ("127.0.0.1", int(server.base_url.rpartition(":")[2]))
        silent = socket.create_connection(address)
        with socket.create_connection(address) as half:
            half.sendall(HEAD + b"Content-Length: 100\r\n\r\n{")
        client = connect(server)
        request: Any = {"model": MODEL, "max_tokens": 1, "messages": []}
        with client.messages.create(**request, stream=True) as stream:
            next(iter(stream))
        assert _words(_ask(client)) == "Hi."
    silent.close()
    assert capfd.readouterr() == ("", "")


def test_closing_leaves_nothing_behind() -> None:
    """No thread of the server outlives it, also while a connection is still open."""
    before = threading.active_count()
    with ModelServer(_one_answer()) as server:
        connection = socket.create_connection(("127.0.0.1", int(server.base_url.rpartition(":")[2])))
        with anthropic.Anthropic(base_url=server.base_url, api_key="test") as client:
            _ask(client)
    connection.close()
    assert threading.active_count() == before


def test_an_address_needs_a_started_server() -> None:
    """Asking for the address too early is a clear error."""
    with pytest.raises(RuntimeError, match="before it is started"):
        _ = ModelServer(_one_answer()).base_url
