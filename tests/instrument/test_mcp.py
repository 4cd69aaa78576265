"""The `mcp` SDK with real servers in processes of their own: what the record says of every call."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from mcp import Client, MCPError, StdioServerParameters

import clew
from clew.record.standin import Found, use_stand_in
from tests.instrument.provider import tree_of, value_of
from tests.instrument.test_tools import Told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clew.record.session import SessionRecorder

SERVERS = Path(__file__).parents[1] / "agent" / "mcp_servers"


@pytest.fixture(autouse=True)
def _switched() -> Iterator[None]:
    with clew.instrument("mcp"):
        yield
    use_stand_in(None)


def server(name: str) -> StdioServerParameters:
    """A server in a process of its own."""
    return StdioServerParameters(command=sys.executable, args=[str(SERVERS / f"{name}.py")])


async def call(client: Client, name: str, arguments: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 - the SDK's result
    """Call one tool."""
    return await client.call_tool(name, arguments)


def test_a_call_is_a_tool_call_of_the_turn(session: SessionRecorder) -> None:
    """Parameters and result as JSON, kind `mcp`; a result that says it failed is a failed call, and is returned."""

    async def use() -> None:
        async with Client(server("shop")) as client:
            assert not (await call(client, "search", {"query": "7"})).is_error
            assert (await call(client, "cancel", {"order": 7})).is_error

    with session.turn():
        asyncio.run(use())
    good, bad = clew.find_tools(tree_of(session))
    assert (good.name, good.kind, good.status) == ("search", "mcp", "ok")
    assert value_of(good.request) == {"query": "7"}
    assert "shipped" in value_of(good.response)["content"][0]["text"]
    assert (bad.name, bad.status, bad.slugs) == ("cancel", "failed", ("tool.failed",))
    assert value_of(bad.response)["isError"] is True


def test_what_the_sdk_raises_comes_through(session: SessionRecorder) -> None:
    """An error of the protocol, or a server that died, is the call's, and the application sees it as ever."""

    async def use() -> None:
        async with Client(server("odd")) as client:
            await call(client, "broken")

    with session.turn(), pytest.raises(BaseException) as raised:  # noqa: PT011 - its type is looked at below
        asyncio.run(use())
    assert _has(raised.value, MCPError)
    clew.assert_session(tree_of(session)).has_tool("broken", status="failed", slug="tool.failed")


def _has(problem: BaseException, kind: type[BaseException]) -> bool:
    """Whether an exception is of a kind, or a group of ones that are."""
    if isinstance(problem, BaseExceptionGroup):
        return any(_has(part, kind) for part in problem.exceptions)
    return isinstance(problem, kind)


def test_a_call_that_the_application_recorded_is_not_recorded_again(session: SessionRecorder) -> None:
    """A tool of the application that only passes on to a server of the same name is that call; another name is not."""

    async def use() -> None:
        async with Client(server("shop")) as client:

            @clew.tool
            async def search(query: str) -> Any:  # noqa: ANN401 - the SDK's result
                """Pass on."""
                return await call(client, "search", {"query": query})

            @clew.tool
            async def find(query: str) -> Any:  # noqa: ANN401 - the SDK's result
                """Do something else, too."""
                return await call(client, "search", {"query": query})

            with session.turn() as turn:
                await search("1")
                await find("2")
                with turn.tool("shop.search", {"query": "3"}, kind="mcp"):
                    await call(client, "search", {"query": "3"})

    asyncio.run(use())
    clew.assert_session(tree_of(session)).calls("search", "find", "search", "shop.search")


def test_a_recorded_result_can_stand_in_for_a_call(session: SessionRecorder) -> None:
    """A replay hands out the recorded result as the SDK would, and the server is not asked."""
    recorded = {"content": [{"type": "text", "text": "recorded"}], "isError": False}

    async def use() -> Any:  # noqa: ANN401 - the SDK's result
        async with Client(server("shop")) as client:
            use_stand_in(told)
            return await call(client, "no_such_tool", {"query": "7"})

    told = Told(Found(recorded))
    with session.turn():
        result = asyncio.run(use())
    assert result.content[0].text == "recorded"
    assert told.asked == [("no_such_tool", None, {"query": "7"}, None)]
    clew.assert_session(tree_of(session)).has_tool("no_such_tool", status="ok")


def test_outside_a_session_nothing_is_recorded_that_nobody_wants() -> None:
    """With the switch off a call is just a call."""
    clew.instrument().remove()

    async def use() -> bool:
        async with Client(server("shop")) as client:
            return bool((await call(client, "search", {"query": "7"})).is_error)

    assert asyncio.run(use()) is False
