"""Promises of replayed MCP clients: servers are started, their tools are not called, and results are as recorded."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from anthropic import AsyncAnthropic
from mcp import Client, MCPError, StdioServerParameters

import clew
from clew.cli.exit_codes import ExitCode
from clew.cli.main import run
from clew.protocol import ModelServer, Scenario
from clew.protocol.scenario import Message, Text, ToolUse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clew.record.session import SessionRecorder
    from clew.record.turn import TurnRecorder

SERVER = Path(__file__).parent / "mcp_servers" / "ledger.py"
CALLS = (
    ToolUse("find", {"order": 17}, id="t1"),
    ToolUse("count", {"word": "tee"}, id="t2"),
    ToolUse("cancel", {"order": 17}, id="t3"),
    ToolUse("lock", {"order": 17}, id="t4"),
    ToolUse("ledger.find", {"order": 18}, id="t5"),
)
SCENARIO = Scenario(name="ledger", answers=(Message(content=CALLS), Message(content=(Text("done"),))))


@pytest.fixture(autouse=True)
def _switched(tmp_path: Path) -> Iterator[None]:
    with clew.instrument("anthropic", "mcp", dir=tmp_path):
        yield


async def _call(client: Any, turn: TurnRecorder, block: Any) -> Any:  # noqa: ANN401 - of the SDKs
    """What a tool gave, for the model; one call the agent records itself."""
    try:
        if block.name == "ledger.find":
            with turn.tool(block.name, block.input, kind="mcp", call_id=block.id) as tool:
                result = await client.call_tool("find", block.input)
                tool.respond(result.content[0].text)
            return result.content[0].text
        result = await client.call_tool(block.name, block.input)
    except MCPError as problem:
        return f"refused: {problem}"
    return [type(result).__name__, result.is_error, result.structured_content, result.content[0].text]


async def _work(url: str, session: SessionRecorder, ledger: Path) -> list[Any]:
    server = StdioServerParameters(command=sys.executable, args=[str(SERVER)], env={"LEDGER": str(ledger)})
    messages: list[Any] = [{"role": "user", "content": "go"}]
    request: dict[str, Any] = {"model": "m-1", "max_tokens": 9}
    told = []
    async with Client(server) as client, AsyncAnthropic(base_url=url, api_key="scripted") as model:
        with session.turn(user_input="go") as turn:
            answer = await model.messages.create(messages=messages, **request)
            told = [await _call(client, turn, block) for block in answer.content]
        results = [
            {"type": "tool_result", "tool_use_id": block.id, "content": str(one)}
            for block, one in zip(answer.content, told, strict=True)
        ]
        with session.turn():
            said: list[Any] = [{"role": "assistant", "content": answer.content}, {"role": "user", "content": results}]
            await model.messages.create(messages=[*messages, *said], **request)
    return told


def _perform(url: str, folder: Path, ledger: Path) -> tuple[str, list[Any]]:
    """An agent with the tools of the server; gives its session, and what the tools gave."""
    with clew.session(dir=folder) as session:
        told = asyncio.run(_work(url, session, ledger))
    return session.session_id, told


def test_results_are_as_recorded_and_no_tool_is_called(tmp_path: Path) -> None:
    """Text, structured content, a result that is an error, an error of the protocol, a call recorded by the agent."""
    ledger = tmp_path / "ledger"
    with ModelServer(SCENARIO) as server:
        session_id, told = _perform(server.base_url, tmp_path, ledger)
    assert ledger.read_text().split() == ["find", "count", "cancel", "lock", "find"]
    assert told[1][2]["e"] == 2
    assert [told[2][1], *told[3:]] == [True, "refused: order 17 is locked", "order 18 is on its way"]
    ledger.unlink()
    with clew.replay(session_id, dir=tmp_path) as replay:
        again, retold = _perform(replay.base_url, tmp_path, ledger)
    assert not ledger.exists()
    assert retold == told
    assert (replay.report.models, replay.report.tools) == (2, 5)
    assert run(["diff", session_id, again, "--dir", str(tmp_path)]) == ExitCode.OK


def test_with_live_tools_each_is_called_once(tmp_path: Path) -> None:
    """Also the one that the agent records itself; what they give is held against the record."""
    ledger = tmp_path / "ledger"
    with ModelServer(SCENARIO) as server:
        session_id, told = _perform(server.base_url, tmp_path, ledger)
    with clew.replay(session_id, dir=tmp_path, live_tools=True) as replay:
        _, retold = _perform(replay.base_url, tmp_path, ledger)
    assert ledger.read_text().split() == ["find", "count", "cancel", "lock", "find"] * 2
    assert retold == told
    assert (replay.report.models, replay.report.tools) == (2, 5)
