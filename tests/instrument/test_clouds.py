"""Clients of clouds and every wrapping of the SDKs: recorded exactly once, under the name of who is asked."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import anthropic
import openai
import pydantic
import pytest
from openai.lib.responses_tool_runner import RegisteredFunction, ResponsesToolRunner
from openai.providers.vertex import vertex

import clew
from clew.model.session import Attempt
from clew.protocol.scenario import Message, Text, ToolUse
from tests.instrument.clouds import cloud
from tests.instrument.provider import BUSY, COUNTS, HELLO, USAGE, serve, value_of
from tests.instrument.test_switch import attempts_in, only_tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SAID: list[Any] = [{"role": "user", "content": "hëllo"}]
ASKED: dict[str, Any] = {"model": "m-1", "max_tokens": 9, "messages": SAID}
COMPLETED: dict[str, Any] = {"model": "m-1", "messages": SAID}
AZURE: dict[str, Any] = {"api_key": "k", "api_version": "2026-01-01"}
AMAZON: dict[str, Any] = {"api_key": "k", "aws_region": "eu-west-1"}
GOOGLE: dict[str, Any] = {"access_token": "k", "project_id": "p", "region": "europe-west1"}
FOUND = Message(content=(Text('{"order": 17}'),), usage=USAGE)
LOOK = Message(content=(ToolUse("find_order", {"order": 17}),), usage=USAGE)


class Found(pydantic.BaseModel):
    """What is asked for in a shape of its own."""

    order: int


@pytest.fixture(autouse=True)
def _switched(tmp_path: Path) -> Iterator[None]:
    with clew.instrument(agent_id="app", dir=tmp_path):
        yield


def told(folder: Path) -> list[tuple[str | None, str | None, str]]:
    """Provider, model and status of every attempt, wherever it is."""
    return [(one.provider, one.model, one.status) for one in attempts_in(only_tree(folder))]


def last(folder: Path) -> Attempt:
    """The last attempt."""
    return attempts_in(only_tree(folder))[-1]


@pytest.mark.parametrize(
    ("provider", "make"),
    [
        ("aws.bedrock", lambda url: anthropic.AnthropicBedrock(base_url=url, **AMAZON)),
        ("gcp.vertex_ai", lambda url: anthropic.AnthropicVertex(base_url=url, **GOOGLE)),
    ],
)
def test_a_cloud_that_serves_anthropic_is_recorded_like_the_provider(
    tmp_path: Path, provider: str, make: Callable[[str], Any]
) -> None:
    """Requests look as the application made them, retries count, the number of tries is the client's, also a copy's."""
    with cloud(BUSY, HELLO, HELLO, BUSY) as server, make(server.base_url) as client:
        client.messages.create(**ASKED)
        client.beta.messages.create(**ASKED)
        with pytest.raises(anthropic.RateLimitError):
            client.with_options(max_retries=0).messages.create(**ASKED)
    assert told(tmp_path) == [
        (provider, "m-1", "failed"),
        (provider, "m-1", "ok"),
        (provider, "m-1", "ok"),
        (provider, "m-1", "failed"),
    ]
    tree = only_tree(tmp_path)
    assert [len(turn.attempts) for turn in tree.turns] == [2, 1, 1]
    assert value_of(attempts_in(tree)[1].request)["messages"] == SAID
    assert tree.totals.usage.total_tokens == 2 * COUNTS.total_tokens


def test_the_stream_of_google_is_recorded(tmp_path: Path) -> None:
    """A stream of server-sent events under another path."""
    with (
        cloud(FOUND) as server,
        anthropic.AnthropicVertex(base_url=server.base_url, **GOOGLE) as client,
        client.messages.stream(**ASKED) as stream,
    ):
        assert stream.get_final_text() == '{"order": 17}'
    response = last(tmp_path).response
    assert response is not None
    assert (response.streamed_text, response.usage, response.partial) == ('{"order": 17}', COUNTS, False)


def test_the_stream_of_amazon_is_recorded(tmp_path: Path) -> None:
    """A stream in Amazon's binary frames is put together like any other; the SDK's own reader is not needed for it."""
    with (
        cloud(FOUND) as server,
        anthropic.AnthropicBedrock(base_url=server.base_url, **AMAZON) as client,
        client.messages.with_streaming_response.create(**ASKED, stream=True) as answer,
    ):
        assert b"".join(answer.iter_bytes())
    response = last(tmp_path).response
    assert response is not None
    assert told(tmp_path) == [("aws.bedrock", "m-1", "ok")]
    assert (response.streamed_text, response.usage, response.partial) == ('{"order": 17}', COUNTS, False)


def test_async_clients_of_clouds_are_recorded_alike(tmp_path: Path) -> None:
    """Each of them by the same means."""

    async def talk(url: str) -> None:
        async with anthropic.AsyncAnthropicBedrock(base_url=url, **AMAZON) as amazon:
            await amazon.messages.create(**ASKED)
        async with anthropic.AsyncAnthropicVertex(base_url=url, **GOOGLE) as google:
            await google.messages.create(**ASKED)
        async with openai.AsyncAzureOpenAI(azure_endpoint=url, **AZURE) as azure:
            await azure.chat.completions.create(**COMPLETED)
            await azure.with_options(max_retries=0).responses.create(model="m-1", input="x")

    with cloud(HELLO, HELLO, HELLO, HELLO) as server:
        asyncio.run(talk(server.base_url))
    assert [provider for provider, _, _ in told(tmp_path)] == [
        "aws.bedrock",
        "gcp.vertex_ai",
        "azure.ai.openai",
        "azure.ai.openai",
    ]


def test_azure_is_recorded_under_its_own_name(tmp_path: Path) -> None:
    """Deployments, responses, streams; also where one HTTP client serves clients of two providers."""
    with (
        cloud(BUSY, HELLO, HELLO, FOUND, HELLO) as server,
        openai.DefaultHttpxClient() as http,
        openai.AzureOpenAI(azure_endpoint=server.base_url, http_client=http, **AZURE) as azure,
        openai.OpenAI(base_url=server.openai_url, api_key="k", http_client=http) as plain,
    ):
        azure.chat.completions.create(**COMPLETED)
        azure.responses.create(model="m-1", input="x")
        with azure.responses.stream(model="m-1", input="y") as stream:
            stream.get_final_response()
        plain.responses.create(model="m-1", input="z")
    assert told(tmp_path) == [
        ("azure.ai.openai", "m-1", "failed"),
        *[("azure.ai.openai", "m-1", "ok")] * 3,
        ("openai", "m-1", "ok"),
    ]


@pytest.mark.parametrize(
    ("provider", "make"),
    [
        ("aws.bedrock", lambda url: openai.BedrockOpenAI(base_url=url, **AMAZON)),
        ("gcp.vertex_ai", lambda url: openai.OpenAI(provider=vertex(base_url=url, token_provider=lambda: "k"))),
    ],
)
def test_other_clouds_of_openai_have_their_names(
    tmp_path: Path, provider: str, make: Callable[[str], openai.OpenAI]
) -> None:
    """A cloud is known by the class of its client, or by what the client was made for."""
    with cloud(HELLO) as server, make(server.openai_url) as client:
        client.responses.create(model="m-1", input="x")
    assert told(tmp_path) == [(provider, "m-1", "ok")]


@pytest.mark.parametrize(
    ("provider", "make"),
    [
        ("anthropic", lambda url: anthropic.AnthropicFoundry(api_key="k", base_url=url)),
        ("anthropic", lambda url: anthropic.AnthropicAWS(base_url=url, workspace_id="w", **AMAZON)),
        ("aws.bedrock", lambda url: anthropic.AnthropicBedrockMantle(base_url=url, **AMAZON)),
    ],
)
def test_whoever_a_client_is_made_for_it_is_recorded(tmp_path: Path, provider: str, make: Callable[[str], Any]) -> None:
    """The SDK says of each of its clients whom it asks."""
    with cloud(HELLO) as server, make(server.base_url) as client:
        client.messages.create(**ASKED)
    assert told(tmp_path) == [(provider, "m-1", "ok")]


def test_a_copy_tries_as_often_as_it_says(tmp_path: Path) -> None:
    """Copies share an HTTP client and not the number of tries: what a copy gives up is over at once."""
    with cloud(BUSY, BUSY, HELLO) as server, openai.OpenAI(base_url=server.openai_url, api_key="k") as client:
        with pytest.raises(openai.RateLimitError):
            client.copy(max_retries=0).responses.create(model="m-1", input="x")
        client.with_options(max_retries=1).responses.create(model="m-1", input="x")
    (turn,) = only_tree(tmp_path).turns
    assert [attempt.status for attempt in turn.attempts] == ["failed", "failed", "ok"]


def test_every_way_to_ask_anthropic_is_one_attempt(tmp_path: Path) -> None:
    """Raw and streamed responses, beta messages, streams, parsed output."""
    with serve(*[FOUND] * 6) as server, anthropic.Anthropic(base_url=server.base_url, api_key="k") as client:
        client.messages.with_raw_response.create(**ASKED).parse()
        with client.messages.with_streaming_response.create(**ASKED) as answer:
            answer.read()
        client.beta.messages.create(**ASKED, betas=["x-1"])
        with client.beta.messages.stream(**ASKED) as stream:
            stream.get_final_message()
        assert client.messages.parse(**ASKED, output_format=Found).parsed_output == Found(order=17)
        client.copy(timeout=9).messages.create(**ASKED)
    assert told(tmp_path) == [("anthropic", "m-1", "ok")] * 6


def test_every_way_to_complete_is_one_attempt(tmp_path: Path) -> None:
    """Raw and streamed responses, streams and parsed output of chat completions."""
    with serve(*[FOUND] * 5) as server, openai.OpenAI(base_url=server.openai_url, api_key="k") as client:
        client.chat.completions.with_raw_response.create(**COMPLETED).parse()
        with client.chat.completions.with_streaming_response.create(**COMPLETED) as answer:
            answer.read()
        parsed = client.chat.completions.parse(**COMPLETED, response_format=Found).choices[0].message.parsed
        assert parsed == Found(order=17)
        with client.chat.completions.stream(**COMPLETED) as stream:
            stream.get_final_completion()
        client.with_options(timeout=9).chat.completions.create(**COMPLETED)
    assert told(tmp_path) == [("openai", "m-1", "ok")] * 5


@pytest.mark.parametrize("streamed", [False, True])
def test_the_tool_runner_of_anthropic_is_recorded(tmp_path: Path, streamed: bool) -> None:  # noqa: FBT001 - a row of a table
    """Its turns are found, with the calls of its tools, although it sends only what is new."""

    @anthropic.beta_tool
    def find_order(order: int) -> str:
        """Find an order.

        Args:
            order: Its number.
        """
        return f"order {order}"

    with serve(LOOK, FOUND) as server, anthropic.Anthropic(base_url=server.base_url, api_key="k") as client:
        runner: Any = client.beta.messages.tool_runner(**ASKED, tools=[find_order], stream=streamed)
        runner.until_done()
    tree = only_tree(tmp_path)
    assert told(tmp_path) == [("anthropic", "m-1", "ok")] * 2
    assert [[tool.name for tool in turn.tools] for turn in tree.turns] == [["find_order"], []]
    assert [turn.action is not None for turn in tree.turns] == [True, False]


@pytest.mark.parametrize("streamed", [False, True])
def test_the_tool_runner_of_openai_is_recorded(tmp_path: Path, streamed: bool) -> None:  # noqa: FBT001 - a row of a table
    """The SDK's loop around responses: a turn for each exchange, and the call of the tool that it ran."""
    tool: Any = {"type": "function", "name": "find_order", "parameters": {"type": "object"}, "strict": False}
    function = RegisteredFunction(tool=tool, execute=lambda _: "order 17")
    with serve(LOOK, FOUND) as server, openai.OpenAI(base_url=server.openai_url, api_key="k") as client:
        runner = ResponsesToolRunner(functions=[function])
        runner.run(client, {"model": "m-1", "input": SAID}, stream=streamed)
    assert told(tmp_path) == [("openai", "m-1", "ok")] * 2
    assert [[one.name for one in turn.tools] for turn in only_tree(tmp_path).turns] == [["find_order"], []]
